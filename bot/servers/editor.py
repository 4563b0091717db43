"""
Changing a server's settings: each change is saved whole with its entry in the audit trail, or not at all.

Two admins may have the panel open at once. A change says which version of the settings its author saw; where somebody
changed the same thing since, it is refused and shown, and where they changed something else, both hold.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from bot.errors import UserError
from bot.servers.changes import FieldChange, field_changes, touched
from bot.servers.models import ServerSettings, SettingsChange, Stored
from bot.servers.registry import Servers

log = logging.getLogger(__name__)

Result = TypeVar("Result")
Edit = Callable[[ServerSettings], ServerSettings]

PATIENCE = 4.0  # seconds to go on trying; the interaction was acknowledged before
RETRY = 0.2  # seconds between attempts


class OutOfReach(UserError):
    """The store cannot be reached."""

    def __init__(self) -> None:
        super().__init__(
            "**Nothing was changed.** The settings of this server cannot be reached at the moment. Please try again in "
            "a minute."
        )


class NotSaved(UserError):
    """The store did not take a change."""

    def __init__(self) -> None:
        super().__init__(
            "**Not saved.** The database cannot be reached at the moment, so what held before still holds. Please try "
            "again in a minute."
        )


class Overtaken(UserError):
    """Somebody else changed the same thing in the meantime."""

    def __init__(self, stored: Stored, changes: Sequence[SettingsChange]) -> None:
        self.stored = stored
        self.changes = tuple(changes)  # the others', oldest first
        super().__init__("**Not saved.** Somebody else changed this in the meantime.")


class NothingToUndo(UserError):
    """There is no change left to undo."""

    def __init__(self) -> None:
        super().__init__("There is nothing to undo: the history that is kept begins with these settings.")


class SettingsStore(Protocol):
    """Where settings and their audit trail are kept."""

    async def read(self, guild_id: int) -> Stored: ...

    async def write(self, guild_id: int, change: SettingsChange) -> bool:
        """Store *change* if the settings are at the version before it; return whether they were. All or nothing."""
        ...

    async def changes(
        self, guild_id: int, *, after: int = 0, before: int | None = None, limit: int = 1000
    ) -> Sequence[SettingsChange]:
        """Return the changes whose versions lie between *after* and *before*, both excluded, newest first."""
        ...

    async def keep_draft(self, draft_id: int, guild_id: int, settings: ServerSettings, *, at: datetime) -> None: ...

    async def draft(self, draft_id: int, guild_id: int) -> ServerSettings | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What holds after a change."""

    stored: Stored
    made: tuple[FieldChange, ...]  # by this change; none when everything already was as wished
    others: tuple[SettingsChange, ...] = ()  # made by others since the panel was shown, oldest first


class SettingsEditor:
    """
    Reads settings afresh and changes them.

    Where the store cannot be reached, reading raises ``OutOfReach`` and changing ``NotSaved``.
    """

    def __init__(self, servers: Servers) -> None:
        self._servers = servers
        self._store: SettingsStore | None = None

    def connect(self, store: SettingsStore) -> None:
        """Use *store* from now on."""
        self._store = store

    async def read(self, guild_id: int) -> Stored:
        """Return the settings as the store has them now."""
        return await self._trying(lambda store: store.read(guild_id))

    async def history(self, guild_id: int, *, before: int | None, limit: int) -> Sequence[SettingsChange]:
        """Return up to *limit* changes older than version *before*, newest first."""
        return await self._trying(lambda store: store.changes(guild_id, before=before, limit=limit))

    async def keep_draft(self, draft_id: int, guild_id: int, settings: ServerSettings) -> None:
        """Keep an import until it is applied or a day has passed."""
        await self._trying(lambda store: store.keep_draft(draft_id, guild_id, settings, at=datetime.now(UTC)))

    async def draft(self, draft_id: int, guild_id: int) -> ServerSettings | None:
        """Return an import that is kept, or ``None`` when it is gone."""
        return await self._trying(lambda store: store.draft(draft_id, guild_id))

    async def change(self, guild_id: int, edit: Edit, *, by: int, seen: int) -> Saved:
        """
        Apply *edit* for the member *by*, who saw version *seen*.

        Raises:
            Overtaken: Somebody changed the same thing since that version.
        """
        return await self._save(guild_id, edit, by=by, seen=seen)

    async def undo(self, guild_id: int, *, by: int, seen: int) -> Saved:
        """
        Bring back what held before the last change that is not undone yet.

        Raises:
            Overtaken: Somebody changed anything since version *seen*.
            NothingToUndo: There is no such change, or it is no longer kept.
        """
        undone = await self._change_that_made(guild_id, seen)
        while undone.restores is not None:
            undone = await self._change_that_made(guild_id, undone.restores)
        return await self._save(guild_id, lambda _: undone.before, by=by, seen=seen, restores=undone.version - 1)

    async def _change_that_made(self, guild_id: int, version: int) -> SettingsChange:
        found = await self.history(guild_id, before=version + 1, limit=1)
        if not found or found[0].version != version:
            raise NothingToUndo
        return found[0]

    async def _save(self, guild_id: int, edit: Edit, *, by: int, seen: int, restores: int | None = None) -> Saved:
        """Save *edit* on top of what is stored; again when another change came in between."""
        now = datetime.now(UTC)
        at = now.replace(microsecond=now.microsecond // 1000 * 1000)  # as exact as it is stored

        async def attempt(store: SettingsStore) -> Saved | None:
            stored = await store.read(guild_id)
            others = tuple(reversed(await store.changes(guild_id, after=seen))) if stored.version != seen else ()
            for other in others:
                if other.at == at and other.by == by and edit(other.before) == other.after:
                    # An attempt that seemed to fail had succeeded.
                    made = field_changes(other.before, other.after)
                    return Saved(stored=stored, made=made, others=tuple(x for x in others if x is not other))
            after = edit(stored.settings)
            made = field_changes(stored.settings, after)
            unknown = len(others) < stored.version - seen  # the trail does not reach back to what was seen
            if unknown or (others and (restores is not None or _collide(made, others))):
                raise Overtaken(stored, others)
            if not made:
                return Saved(stored=stored, made=(), others=others)
            change = SettingsChange(
                version=stored.version + 1, at=at, by=by, before=stored.settings, after=after, restores=restores
            )
            if not await store.write(guild_id, change):
                return None
            return Saved(stored=Stored(version=change.version, settings=after), made=made, others=others)

        try:
            while (saved := await self._trying(attempt)) is None:
                log.debug("Settings were changed by two people at the same moment; trying again.")
        except OutOfReach:
            raise NotSaved from None
        # Not remembered: what somebody saved after this may have been heard of before.
        self._servers.forget(guild_id)
        return saved

    async def _trying(self, use: Callable[[SettingsStore], Awaitable[Result]]) -> Result:
        """
        Return what *use* returns, trying again for a while when the store fails, for example because it is locked.

        An attempt is never cut short: a transaction that was cancelled while it committed may be saved or not.
        """
        clock = asyncio.get_running_loop().time
        deadline = clock() + PATIENCE
        while True:
            try:
                if self._store is not None:
                    return await use(self._store)
            except UserError:
                raise
            except Exception as error:  # noqa: BLE001  whatever the database does, the admin reads a sentence
                log.warning("The settings of a server cannot be reached: %r", error)
            if clock() >= deadline:
                raise OutOfReach
            await asyncio.sleep(RETRY)


def _collide(made: Sequence[FieldChange], others: Sequence[SettingsChange]) -> bool:
    return any(touched(made) & touched(field_changes(other.before, other.after)) for other in others)
