"""How often each page of a topic was shown."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.query import NOT_ANSWERS
from bot.store.schema import queries

SHOWN = ("found", "chosen")  # outcomes that show a page; a correction shows none of its claims
# Commands whose rows may name a topic without showing a page of it.
WITHOUT_PAGES = NOT_ANSWERS | {"timeline", "glossary"}


async def section_answers(engine: AsyncEngine, *, since: datetime) -> Mapping[tuple[str, str | None], int]:
    """Return how often each page was shown *since*: by topic id and section id, ``None`` for the overview."""
    statement = (
        select(queries.c.topic, queries.c.section, func.count())
        .where(
            queries.c.topic.is_not(None),
            queries.c.outcome.in_(SHOWN),
            queries.c.command.not_in(sorted(WITHOUT_PAGES)),
            queries.c.asked_at >= since.isoformat(timespec="milliseconds"),
        )
        .group_by(queries.c.topic, queries.c.section)
    )
    async with engine.connect() as connection:
        rows = (await connection.execute(statement)).all()
    return {(topic, section): answers for topic, section, answers in rows}
