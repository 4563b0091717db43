"""What servers decided, with the trail of who changed what."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.servers.models import DEFAULTS, ServerSettings, SettingsChange, Stored
from bot.store.inserts import insert_new
from bot.store.schema import server_changes, server_settings, settings_drafts
from bot.store.signals import send_signal

_SIGNAL = "server:"


def server_signal(guild_id: int) -> str:
    """Return what tells other processes that a server's settings changed."""
    return f"{_SIGNAL}{guild_id}"


def server_of_signal(signal: str) -> int | None:
    """Return the server a signal is about, or ``None`` when it is about something else."""
    return int(signal.removeprefix(_SIGNAL)) if signal.startswith(_SIGNAL) else None


class ServerStore:
    """The settings of servers in a database whose schema is up to date."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._insert_first = insert_new(engine, server_settings)

    async def read(self, guild_id: int) -> Stored:
        """Return a server's settings; the defaults at version 0 where nobody decided anything."""
        statement = select(server_settings.c.version, server_settings.c.settings).where(
            server_settings.c.guild_id == guild_id
        )
        async with self._engine.connect() as connection:
            row = (await connection.execute(statement)).one_or_none()
        if row is None:
            return Stored(version=0, settings=DEFAULTS)
        return Stored(version=row.version, settings=ServerSettings.from_json(row.settings))

    async def write(self, guild_id: int, change: SettingsChange) -> bool:
        """
        Store *change* with its entry in the trail if the settings are at the version before it.

        Return whether they were. The first statement writes, so that SQLite takes its lock at once and a transaction
        never has to give up half-way.
        """
        values = {
            "version": change.version,
            "settings": change.after.model_dump_json(),
            "news_channel": change.after.news_channel,
            "changed_at": _moment(change.at),
        }
        statement: Any = (
            self._insert_first.values(guild_id=guild_id, **values)
            if change.version == 1
            else update(server_settings)
            .where(server_settings.c.guild_id == guild_id, server_settings.c.version == change.version - 1)
            .values(values)
        )
        entry = insert(server_changes).values(
            guild_id=guild_id,
            version=change.version,
            changed_at=_moment(change.at),
            changed_by=change.by,
            before=change.before.model_dump_json(),
            after=change.after.model_dump_json(),
            restores=change.restores,
        )
        async with self._engine.begin() as connection:
            if (await connection.execute(statement)).rowcount != 1:
                return False
            await connection.execute(entry)
            await send_signal(connection, server_signal(guild_id))
        return True

    async def changes(
        self, guild_id: int, *, after: int = 0, before: int | None = None, limit: int = 1000
    ) -> Sequence[SettingsChange]:
        """Return the changes whose versions lie between *after* and *before*, both excluded, newest first."""
        statement = (
            select(server_changes)
            .where(server_changes.c.guild_id == guild_id, server_changes.c.version > after)
            .order_by(server_changes.c.version.desc())
            .limit(limit)
        )
        if before is not None:
            statement = statement.where(server_changes.c.version < before)
        async with self._engine.connect() as connection:
            return [_change(row) for row in await connection.execute(statement)]

    async def keep_draft(self, draft_id: int, guild_id: int, settings: ServerSettings, *, at: datetime) -> None:
        """Keep settings that somebody may apply later; a draft that is there already is left as it is."""
        statement = insert_new(self._engine, settings_drafts)
        values = {"id": draft_id, "guild_id": guild_id, "made_at": _moment(at), "settings": settings.model_dump_json()}
        async with self._engine.begin() as connection:
            await connection.execute(statement, values)

    async def draft(self, draft_id: int, guild_id: int) -> ServerSettings | None:
        """Return the settings kept under this id for this server, or ``None``."""
        statement = select(settings_drafts.c.settings).where(
            settings_drafts.c.id == draft_id, settings_drafts.c.guild_id == guild_id
        )
        async with self._engine.connect() as connection:
            text = (await connection.execute(statement)).scalar()
        return None if text is None else ServerSettings.from_json(text)


def _change(row: Row[Any]) -> SettingsChange:
    return SettingsChange(
        version=row.version,
        at=datetime.fromisoformat(row.changed_at),
        by=row.changed_by,
        before=ServerSettings.from_json(row.before),
        after=ServerSettings.from_json(row.after),
        restores=row.restores,
    )


def _moment(value: datetime) -> str:
    return value.isoformat(timespec="milliseconds")
