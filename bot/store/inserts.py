"""INSERT where another process may have been first."""

from sqlalchemy import Insert, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncEngine


def insert_new(engine: AsyncEngine, table: Table) -> Insert:
    """Return an INSERT into *table* that leaves a row alone whose key is there already."""
    if engine.dialect.name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()
