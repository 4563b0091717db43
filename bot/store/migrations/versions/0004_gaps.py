"""What maintainers decided about questions without an answer, and what they look at: rows without people."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_COLUMNS = (
    "interaction_id",
    "asked_at",
    "guild_id",
    "source",
    "command",
    "topic",
    "section",
    "language",
    "asked_language",
    "locale",
    "outcome",
    "score",
    "runner_ups",
    "private",
    "edition",
    "answer_us",
    "regards",
    "text",
)


def upgrade() -> None:
    op.create_table(
        "gap_decisions",
        sa.Column("text_key", sa.String(64), primary_key=True),
        sa.Column("decision", sa.String(16), nullable=False),
        sa.Column("decided_at", sa.String(32), nullable=False),
        sa.Column("decided_by", sa.BigInteger),
    )
    op.create_index("ix_queries_outcome_asked_at", "queries", ["outcome", "asked_at"])
    follows_up = sa.text("regards IS NOT NULL")
    op.create_index("ix_queries_regards", "queries", ["regards"], sqlite_where=follows_up, postgresql_where=follows_up)
    op.drop_index("ix_queries_topic", "queries")  # reports read a time; it led SQLite away from the index for that
    op.execute(f"CREATE VIEW review_queries AS SELECT {', '.join(_COLUMNS)} FROM queries")  # noqa: S608  names above


def downgrade() -> None:
    op.execute("DROP VIEW review_queries")
    op.create_index("ix_queries_topic", "queries", ["topic"])
    op.drop_index("ix_queries_regards", "queries")
    op.drop_index("ix_queries_outcome_asked_at", "queries")
    op.drop_table("gap_decisions")
