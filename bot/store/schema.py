"""The tables, for SQLite and PostgreSQL alike. Changes go through a new file in ``migrations/versions``."""

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, LargeBinary, MetaData, String, Table, Text

HEAD = "0006"  # the newest migration; held equal to the migrations by a test

metadata = MetaData()

queries = Table(
    "queries",
    metadata,
    Column("interaction_id", BigInteger, primary_key=True, autoincrement=False),
    Column("asked_at", String(32), nullable=False, index=True),  # ISO 8601, UTC, milliseconds
    Column("guild_id", BigInteger),  # null in direct messages and where no server added the bot
    Column("user_key", String(64), nullable=False),  # HMAC of the user's id; never the id
    Column("key_id", String(8), nullable=False),  # which key made user_key
    Column("source", String(16), nullable=False),  # command, menu, button or select
    Column("command", String(32), nullable=False),
    Column("topic", String(24)),
    Column("section", String(24)),
    Column("language", String(8), nullable=False),  # of the answer
    Column("asked_language", String(8)),  # of the question, where it was in free words
    Column("locale", String(8), nullable=False),  # of the reader's Discord
    Column("outcome", String(16), nullable=False),
    Column("score", Float),  # how sure a search was, 0 to 1
    Column("runner_ups", Text),  # topic ids, best first, separated by spaces
    Column("private", Boolean, nullable=False),  # only the asker saw it
    Column("edition", String(32), nullable=False),
    Column("answer_us", Integer, nullable=False),  # microseconds from receipt to the finished reply
    Column("regards", BigInteger),  # the interaction that this one follows up: a suggestion taken, a gap reported
    Column("text", Text),  # scrubbed question, only where nothing was found
)

# What maintainers look at: every row without what stands for a person. Made by the migrations.
REVIEW_VIEW = "review_queries"
# SQLite, inside the process that answers, would write a page of this index for nearly every row.
Index("ix_queries_user_key", queries.c.user_key).ddl_if(dialect="postgresql")
Index(  # for letting go of texts, without reading the rows that have none
    "ix_queries_texts",
    queries.c.asked_at,
    sqlite_where=queries.c.text.is_not(None),
    postgresql_where=queries.c.text.is_not(None),
)
Index("ix_queries_outcome_asked_at", queries.c.outcome, queries.c.asked_at)
Index(
    "ix_queries_regards",
    queries.c.regards,
    sqlite_where=queries.c.regards.is_not(None),
    postgresql_where=queries.c.regards.is_not(None),
)

gap_decisions = Table(
    "gap_decisions",
    metadata,
    Column("text_key", String(64), primary_key=True),  # SHA-256 of a question without an answer, as bot.gaps words it
    Column("decision", String(16), nullable=False),  # handled or out-of-scope
    Column("decided_at", String(32), nullable=False),  # ISO 8601, UTC
    Column("decided_by", BigInteger),  # id of the maintainer; null from the command line
)

opt_outs = Table(
    "opt_outs",
    metadata,
    Column("user_key", String(64), primary_key=True),  # one row for each key in use when the person opted out
    Column("since", String(32), nullable=False),  # ISO 8601
)

daily_counts = Table(
    "daily_counts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("day", String(10), nullable=False, index=True),
    Column("source", String(16), nullable=False),
    Column("command", String(32), nullable=False),
    Column("topic", String(24)),
    Column("section", String(24)),
    Column("language", String(8), nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("edition", String(32), nullable=False),
    Column("answers", Integer, nullable=False),
    Column("askers", Integer, nullable=False),  # distinct people within the group
)

server_settings = Table(
    "server_settings",
    metadata,
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),  # 1 after the first change; each change adds 1
    Column("settings", Text, nullable=False),  # JSON, as bot.servers.models.ServerSettings
    Column("news_channel", BigInteger, index=True),  # the same as in settings; where news of an edition goes
    Column("changed_at", String(32), nullable=False),  # ISO 8601, UTC
)

server_changes = Table(
    "server_changes",
    metadata,
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),  # the version this change made
    Column("changed_at", String(32), nullable=False, index=True),  # ISO 8601, UTC
    Column("changed_by", BigInteger, index=True),  # id of the member; null once they asked to be forgotten
    Column("before", Text, nullable=False),  # JSON, the settings as they were
    Column("after", Text, nullable=False),  # JSON, the settings as this change made them
    Column("restores", Integer),  # the version whose settings an undo brought back; null for other changes
)

settings_drafts = Table(
    "settings_drafts",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),  # the interaction that imported it
    Column("guild_id", BigInteger, nullable=False, index=True),
    Column("made_at", String(32), nullable=False),  # ISO 8601, UTC; dropped after a day
    Column("settings", Text, nullable=False),  # JSON
)

server_roll = Table(
    "server_roll",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # always 1: there is one roll
    Column("compared_at", String(32), nullable=False),  # ISO 8601, UTC; when the list of servers was last compared
    Column("servers", Integer, nullable=False),  # how many servers that list had
)

departures = Table(
    "departures",
    metadata,
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("absent_since", String(32), nullable=False),  # ISO 8601, UTC; the first comparison without this server
    Column("absences", Integer, nullable=False),  # comparisons in a row without it
)

editions = Table(
    "editions",
    metadata,
    Column("edition", String(32), primary_key=True),  # the day it was published and its fingerprint
    Column("published", String(10), nullable=False, unique=True),  # the day; one edition a day is announced
    Column("seen_at", String(32), nullable=False),  # ISO 8601, UTC; when this bot first answered from it
    Column("content", LargeBinary, nullable=False),  # compressed JSON of what later news is compared with
)

news_deliveries = Table(
    "news_deliveries",
    metadata,
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("edition", String(32), primary_key=True, index=True),
    Column("claimed_at", String(32), nullable=False),  # ISO 8601, UTC; when a process last took it on
    Column("sent_at", String(32)),  # null until Discord accepted the message
    Column("attempts", Integer, nullable=False),
    Column("failure", Text),  # why Discord refused it for good
)
