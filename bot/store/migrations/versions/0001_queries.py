"""The query log."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "queries",
        sa.Column("interaction_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("asked_at", sa.String(32), nullable=False),
        sa.Column("guild_id", sa.BigInteger),
        sa.Column("user_key", sa.String(64), nullable=False),
        sa.Column("key_id", sa.String(8), nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("command", sa.String(32), nullable=False),
        sa.Column("topic", sa.String(24)),
        sa.Column("section", sa.String(24)),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("asked_language", sa.String(8)),
        sa.Column("locale", sa.String(8), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("score", sa.Float),
        sa.Column("runner_ups", sa.Text),
        sa.Column("private", sa.Boolean, nullable=False),
        sa.Column("edition", sa.String(32), nullable=False),
        sa.Column("answer_us", sa.Integer, nullable=False),
        sa.Column("regards", sa.BigInteger),
        sa.Column("text", sa.Text),
    )
    op.create_index("ix_queries_asked_at", "queries", ["asked_at"])
    op.create_index("ix_queries_topic", "queries", ["topic"])


def downgrade() -> None:
    op.drop_table("queries")
