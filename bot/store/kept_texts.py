"""The questions whose words are kept: those that found nothing, and those that had to be asked back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.schema import queries

WITHOUT_AN_ANSWER = ("not-found", "suggested")  # outcomes


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptText:
    """Words that were asked, once or often."""

    text: str
    times: int


async def kept_texts(engine: AsyncEngine, *, since: datetime, limit: int) -> Sequence[KeptText]:
    """Return up to *limit* questions without a sure answer *since*, those asked most often first."""
    times = func.count().label("times")
    statement = (
        select(queries.c.text, times)
        .where(
            queries.c.text.is_not(None),
            queries.c.outcome.in_(WITHOUT_AN_ANSWER),
            queries.c.asked_at >= since.isoformat(timespec="milliseconds"),
        )
        .group_by(queries.c.text)
        .order_by(times.desc(), func.max(queries.c.asked_at).desc(), queries.c.text)
        .limit(limit)
    )
    async with engine.connect() as connection:
        rows = (await connection.execute(statement)).all()
    return [KeptText(text=text, times=times) for text, times in rows]
