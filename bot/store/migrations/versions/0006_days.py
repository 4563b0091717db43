"""
A part of the query log for each day, so that PostgreSQL drops old days whole, and an index of the kept texts.

Deleting millions of rows a day would leave as many holes, and cleaning them up reads every index of years. The parts
are of interaction ids, which Discord makes from the time, so that a row is known by its id alone, as before. SQLite has
no parts; there, and everywhere for the texts, the index keeps a release from reading rows that have none.
"""

import datetime as dt
import re

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_TABLE = "queries"
_BEFORE = "queries_before"
_INDEXES = ("ix_queries_asked_at", "ix_queries_user_key", "ix_queries_outcome_asked_at", "ix_queries_regards")
_DISCORD_EPOCH = dt.datetime(2015, 1, 1, tzinfo=dt.UTC)


def upgrade() -> None:
    if _is_postgresql():
        _partition()
    kept = sa.text("text IS NOT NULL")
    op.create_index("ix_queries_texts", _TABLE, ["asked_at"], sqlite_where=kept, postgresql_where=kept)


def downgrade() -> None:
    op.drop_index("ix_queries_texts", _TABLE)
    if _is_postgresql():
        _gather()


def _partition() -> None:
    """Make the table anew in parts; what it holds becomes the part of all days up to today, without being copied."""
    view = _take_view()
    op.execute(f"ALTER TABLE {_TABLE} RENAME TO {_BEFORE}")
    op.execute(f"ALTER INDEX {_TABLE}_pkey RENAME TO {_BEFORE}_pkey")
    definitions = [_renamed(index) for index in _INDEXES]
    op.execute(f"CREATE TABLE {_TABLE} (LIKE {_BEFORE}) PARTITION BY RANGE (interaction_id)")
    op.execute(f"ALTER TABLE {_TABLE} ADD CONSTRAINT {_TABLE}_pkey PRIMARY KEY (interaction_id)")
    for definition in definitions:
        op.execute(definition)
    op.execute(f"CREATE TABLE {_TABLE}_other PARTITION OF {_TABLE} DEFAULT")
    tomorrow = _id_at(dt.datetime.now(dt.UTC) + dt.timedelta(days=1))
    op.execute(
        f"INSERT INTO {_TABLE}_other SELECT * FROM {_BEFORE} WHERE interaction_id >= {tomorrow}"  # noqa: S608
    )  # which no clock of Discord's has made
    op.execute(f"DELETE FROM {_BEFORE} WHERE interaction_id >= {tomorrow}")  # noqa: S608
    if op.get_bind().scalar(sa.text(f"SELECT EXISTS (SELECT FROM {_BEFORE})")):  # noqa: S608
        op.execute(f"ALTER TABLE {_TABLE} ATTACH PARTITION {_BEFORE} FOR VALUES FROM (0) TO ({tomorrow})")
    else:
        op.execute(f"DROP TABLE {_BEFORE}")
    op.execute(view)


def _gather() -> None:
    """Make one table of the parts again, which copies every row."""
    view = _take_view()
    op.execute(f"CREATE TABLE {_BEFORE} (LIKE {_TABLE})")
    op.execute(f"INSERT INTO {_BEFORE} SELECT * FROM {_TABLE}")  # noqa: S608
    definitions = [_definition_of(index) for index in _INDEXES]
    op.execute(f"DROP TABLE {_TABLE}")
    op.execute(f"ALTER TABLE {_BEFORE} RENAME TO {_TABLE}")
    op.execute(f"ALTER TABLE {_TABLE} ADD CONSTRAINT {_TABLE}_pkey PRIMARY KEY (interaction_id)")
    for definition in definitions:
        op.execute(definition)
    op.execute(view)


def _take_view() -> str:
    """Drop the view of the rows, which holds on to the table it was made for; return what makes it again."""
    shown = op.get_bind().scalar(sa.text("SELECT pg_get_viewdef('review_queries'::regclass)"))
    op.execute("DROP VIEW review_queries")
    return f"CREATE VIEW review_queries AS {shown}"


def _renamed(index: str) -> str:
    """Give an index the name of the part it is of; return what makes it on the whole."""
    definition = _definition_of(index)
    op.execute(f"ALTER INDEX {index} RENAME TO {index.replace(_TABLE, _BEFORE)}")
    return definition


def _definition_of(index: str) -> str:
    """Return what makes an index on the table, whichever table it is of now."""
    found = op.get_bind().scalar(sa.text("SELECT pg_get_indexdef(CAST(:index AS regclass))"), {"index": index})
    return re.sub(r" ON (ONLY )?\S+ USING ", f" ON {_TABLE} USING ", str(found))


def _id_at(moment: dt.datetime) -> int:
    """Return the first id of the day of *moment*."""
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return int((day - _DISCORD_EPOCH) / dt.timedelta(milliseconds=1)) << 22


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
