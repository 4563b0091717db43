"""What servers decided, who changed it, servers that left, and the news of editions."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "server_settings",
        sa.Column("guild_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("settings", sa.Text, nullable=False),
        sa.Column("news_channel", sa.BigInteger),
        sa.Column("changed_at", sa.String(32), nullable=False),
    )
    op.create_index("ix_server_settings_news_channel", "server_settings", ["news_channel"])
    op.create_table(
        "server_changes",
        sa.Column("guild_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("changed_at", sa.String(32), nullable=False),
        sa.Column("changed_by", sa.BigInteger),
        sa.Column("before", sa.Text, nullable=False),
        sa.Column("after", sa.Text, nullable=False),
        sa.Column("restores", sa.Integer),
    )
    op.create_index("ix_server_changes_changed_at", "server_changes", ["changed_at"])
    op.create_index("ix_server_changes_changed_by", "server_changes", ["changed_by"])
    op.create_table(
        "settings_drafts",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("made_at", sa.String(32), nullable=False),
        sa.Column("settings", sa.Text, nullable=False),
    )
    op.create_index("ix_settings_drafts_guild_id", "settings_drafts", ["guild_id"])
    op.create_table(
        "server_roll",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("compared_at", sa.String(32), nullable=False),
        sa.Column("servers", sa.Integer, nullable=False),
    )
    op.create_table(
        "departures",
        sa.Column("guild_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("absent_since", sa.String(32), nullable=False),
        sa.Column("absences", sa.Integer, nullable=False),
    )
    op.create_table(
        "editions",
        sa.Column("edition", sa.String(32), primary_key=True),
        sa.Column("published", sa.String(10), nullable=False, unique=True),
        sa.Column("seen_at", sa.String(32), nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "news_deliveries",
        sa.Column("guild_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("edition", sa.String(32), primary_key=True),
        sa.Column("claimed_at", sa.String(32), nullable=False),
        sa.Column("sent_at", sa.String(32)),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("failure", sa.Text),
    )
    op.create_index("ix_news_deliveries_edition", "news_deliveries", ["edition"])
    op.create_index("ix_queries_guild_id", "queries", ["guild_id"])


def downgrade() -> None:
    op.drop_index("ix_queries_guild_id", "queries")
    for table in (
        "news_deliveries",
        "editions",
        "departures",
        "server_roll",
        "settings_drafts",
        "server_changes",
        "server_settings",
    ):
        op.drop_table(table)
