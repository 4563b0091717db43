"""What the database holds about a person, and taking it out again."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.inserts import insert_new
from bot.store.schema import opt_outs, queries
from bot.store.signals import send_signal

OPT_OUTS_SIGNAL = "opt-outs"  # tells other processes that somebody opted out or in


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """How much is stored about a person."""

    rows: int
    texts: int  # rows that hold a question's scrubbed text
    oldest: str | None  # ISO 8601


class PrivacyStore:
    """A person is known by their pseudonyms, one for each key that was ever used."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def holdings(self, pseudonyms: Collection[str]) -> Holdings:
        """Return how much is stored under *pseudonyms*."""
        statement = select(func.count(), func.count(queries.c.text), func.min(queries.c.asked_at)).where(
            queries.c.user_key.in_(pseudonyms)
        )
        async with self._engine.connect() as connection:
            rows, texts, oldest = (await connection.execute(statement)).one()
        return Holdings(rows=rows, texts=texts, oldest=oldest)

    async def export(self, pseudonyms: Collection[str], *, limit: int) -> Sequence[dict[str, Any]]:
        """Return the newest *limit* rows under *pseudonyms*, oldest first."""
        statement = (
            select(queries).where(queries.c.user_key.in_(pseudonyms)).order_by(queries.c.asked_at.desc()).limit(limit)
        )
        async with self._engine.connect() as connection:
            rows = (await connection.execute(statement)).mappings().all()
        return [dict(row) for row in reversed(rows)]

    async def forget(self, pseudonyms: Collection[str]) -> int:
        """Delete every row under *pseudonyms* and return how many there were."""
        async with self._engine.begin() as connection:
            result = await connection.execute(delete(queries).where(queries.c.user_key.in_(pseudonyms)))
        return int(result.rowcount)

    async def set_opt_out(self, pseudonyms: Collection[str], *, since: str, opted_out: bool) -> None:
        """Remember, or forget, that a person does not want to be counted."""
        async with self._engine.begin() as connection:
            await connection.execute(delete(opt_outs).where(opt_outs.c.user_key.in_(pseudonyms)))
            if opted_out:
                rows = [{"user_key": pseudonym, "since": since} for pseudonym in sorted(pseudonyms)]
                await connection.execute(insert_new(self._engine, opt_outs), rows)
            await send_signal(connection, OPT_OUTS_SIGNAL)

    async def opted_out(self) -> frozenset[str]:
        """Return the pseudonyms of everybody who does not want to be counted."""
        async with self._engine.connect() as connection:
            return frozenset((await connection.execute(select(opt_outs.c.user_key))).scalars())
