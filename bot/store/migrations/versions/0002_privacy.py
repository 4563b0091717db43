"""Who does not want to be counted, and the counts that remain of old rows."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "opt_outs",
        sa.Column("user_key", sa.String(64), primary_key=True),
        sa.Column("since", sa.String(32), nullable=False),
    )
    op.create_table(
        "daily_counts",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("command", sa.String(32), nullable=False),
        sa.Column("topic", sa.String(24)),
        sa.Column("section", sa.String(24)),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("edition", sa.String(32), nullable=False),
        sa.Column("answers", sa.Integer, nullable=False),
        sa.Column("askers", sa.Integer, nullable=False),
    )
    op.create_index("ix_daily_counts_day", "daily_counts", ["day"])
    op.create_index("ix_queries_user_key", "queries", ["user_key"])


def downgrade() -> None:
    op.drop_index("ix_queries_user_key", "queries")
    op.drop_table("daily_counts")
    op.drop_table("opt_outs")
