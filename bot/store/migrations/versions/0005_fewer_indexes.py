"""
Indexes that cost every answer more than they save.

Each row lands in a page of its own of an index on people or servers, and SQLite, which works inside the process that
answers, writes all those pages. There a person's rows are found by reading the table.
"""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.drop_index("ix_queries_guild_id", "queries")
    if _is_sqlite():
        op.drop_index("ix_queries_user_key", "queries")


def downgrade() -> None:
    if _is_sqlite():
        op.create_index("ix_queries_user_key", "queries", ["user_key"])
    op.create_index("ix_queries_guild_id", "queries", ["guild_id"])


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
