"""What maintainers decided about questions without an answer."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.inserts import insert_new
from bot.store.schema import gap_decisions


class GapStore:
    """The ``gap_decisions`` table."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def decided(self) -> Mapping[str, str]:
        """Return each decision by the ``text_key`` of the question that was decided."""
        async with self._engine.connect() as connection:
            rows = await connection.execute(select(gap_decisions.c.text_key, gap_decisions.c.decision))
            return {row.text_key: row.decision for row in rows}

    async def decide(self, keys: Collection[str], decision: str, *, at: datetime, by: int | None = None) -> None:
        """Remember *decision* for *keys*, in place of an earlier one. *by* is the id of the maintainer, if known."""
        rows = [
            {
                "text_key": key,
                "decision": decision,
                "decided_at": at.isoformat(timespec="milliseconds"),
                "decided_by": by,
            }
            for key in keys
        ]
        async with self._engine.begin() as connection:
            await connection.execute(delete(gap_decisions).where(gap_decisions.c.text_key.in_(list(keys))))
            await connection.execute(insert_new(self._engine, gap_decisions), rows)

    async def undecide(self, keys: Collection[str]) -> int:
        """Forget the decisions about *keys*; return how many there were."""
        async with self._engine.begin() as connection:
            done = await connection.execute(delete(gap_decisions).where(gap_decisions.c.text_key.in_(list(keys))))
        return int(done.rowcount)
