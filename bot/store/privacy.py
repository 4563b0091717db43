"""What the database holds about a person, and taking it out again."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.inserts import insert_new
from bot.store.schema import opt_outs, queries, server_changes
from bot.store.signals import send_signal

OPT_OUTS_SIGNAL = "opt-outs"  # tells other processes that somebody opted out or in


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """How much is stored about a person."""

    rows: int
    texts: int  # rows that hold a question's scrubbed text
    oldest: str | None  # ISO 8601; the oldest of the rows
    settings_changes: int  # changes of servers' settings that carry the person's id


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What was done about a person's data."""

    rows: int  # deleted
    settings_changes: int  # stay, without the person's id


class PrivacyStore:
    """
    A person is known by their pseudonyms, one for each key that was ever used.

    Changes of servers' settings carry the id itself: a server's admins see who changed what.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def holdings(self, user_id: int, pseudonyms: Collection[str]) -> Holdings:
        """Return how much is stored about a person."""
        asked = select(func.count(), func.count(queries.c.text), func.min(queries.c.asked_at)).where(
            queries.c.user_key.in_(pseudonyms)
        )
        changed = select(func.count()).where(server_changes.c.changed_by == user_id)
        async with self._engine.connect() as connection:
            rows, texts, oldest = (await connection.execute(asked)).one()
            changes = (await connection.execute(changed)).scalar_one()
        return Holdings(rows=rows, texts=texts, oldest=oldest, settings_changes=changes)

    async def export(
        self, user_id: int, pseudonyms: Collection[str], *, row_limit: int, change_limit: int
    ) -> dict[str, list[dict[str, Any]]]:
        """Return a person's newest rows and settings changes by the names ``queries`` and ``settings_changes``."""
        asked = select(queries).where(queries.c.user_key.in_(pseudonyms)).order_by(queries.c.asked_at.desc())
        changed = (
            select(server_changes)
            .where(server_changes.c.changed_by == user_id)
            .order_by(server_changes.c.changed_at.desc(), server_changes.c.version.desc())
        )
        async with self._engine.connect() as connection:
            rows = (await connection.execute(asked.limit(row_limit))).mappings().all()
            changes = (await connection.execute(changed.limit(change_limit))).mappings().all()
        return {
            "queries": [dict(row) for row in reversed(rows)],
            "settings_changes": [_readable(change) for change in reversed(changes)],
        }

    async def forget(self, user_id: int, pseudonyms: Collection[str]) -> Forgotten:
        """Delete a person's rows and take their id out of settings changes, all or nothing."""
        anonymous = update(server_changes).where(server_changes.c.changed_by == user_id).values(changed_by=None)
        async with self._engine.begin() as connection:
            deleted = await connection.execute(delete(queries).where(queries.c.user_key.in_(pseudonyms)))
            emptied = await connection.execute(anonymous)
        return Forgotten(rows=int(deleted.rowcount), settings_changes=int(emptied.rowcount))

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


def _readable(change: RowMapping) -> dict[str, Any]:
    """Return a settings change with the settings as data rather than as text that holds JSON."""
    return {**change, "before": json.loads(change["before"]), "after": json.loads(change["after"])}
