"""The tables, for SQLite and PostgreSQL alike. Changes go through a new file in ``migrations/versions``."""

from sqlalchemy import BigInteger, Boolean, Column, Float, Integer, MetaData, String, Table, Text

HEAD = "0002"  # the newest migration; held equal to the migrations by a test

metadata = MetaData()

queries = Table(
    "queries",
    metadata,
    Column("interaction_id", BigInteger, primary_key=True, autoincrement=False),
    Column("asked_at", String(32), nullable=False, index=True),  # ISO 8601, UTC, milliseconds
    Column("guild_id", BigInteger),  # null in direct messages
    Column("user_key", String(64), nullable=False, index=True),  # HMAC of the user's id; never the id
    Column("key_id", String(8), nullable=False),  # which key made user_key
    Column("source", String(16), nullable=False),  # command, menu, button or select
    Column("command", String(32), nullable=False),
    Column("topic", String(24), index=True),
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
