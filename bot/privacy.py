"""What the bot holds about a person, and what they may do about it."""

import asyncio
import logging
from collections.abc import Awaitable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar

from bot.errors import UserError
from bot.pseudonyms import Pseudonyms
from bot.query_log import QueryLog

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")

EXPORT_LIMIT = 20_000  # rows, the newest; about 8 MiB
EXPORTED_CHANGES = 500  # changes of settings, the newest; each holds a server's settings twice
FOLLOW_AGAIN = 1.0  # seconds between attempts to read opt-outs that another process changed
PATIENCE = 5.0  # seconds for a database that is being opened, and for rows on their way into it


class NotNow(UserError):
    """The database cannot be reached."""

    def __init__(self) -> None:
        super().__init__(
            "What is stored about you cannot be reached at the moment, and nothing was changed. Please try again in a "
            "minute."
        )


class Holdings(Protocol):
    """How much is stored about a person."""

    @property
    def rows(self) -> int: ...
    @property
    def texts(self) -> int: ...
    @property
    def oldest(self) -> str | None: ...
    @property
    def settings_changes(self) -> int: ...


class Forgotten(Protocol):
    """How many rows were deleted, and how many settings changes no longer carry the person's id."""

    @property
    def rows(self) -> int: ...
    @property
    def settings_changes(self) -> int: ...


class PersonalStore(Protocol):
    """Where rows and opt-outs are kept, by pseudonym, and changes of servers' settings, by id."""

    async def holdings(self, user_id: int, pseudonyms: Collection[str]) -> Holdings: ...
    async def export(
        self, user_id: int, pseudonyms: Collection[str], *, row_limit: int, change_limit: int
    ) -> Mapping[str, Sequence[Mapping[str, Any]]]: ...
    async def forget(self, user_id: int, pseudonyms: Collection[str]) -> Forgotten: ...
    async def set_opt_out(self, pseudonyms: Collection[str], *, since: str, opted_out: bool) -> None: ...
    async def opted_out(self) -> frozenset[str]: ...


class OptOuts:
    """
    Who does not want to be counted, known before the first row is written.

    The database holds the truth; a file beside it holds what it said last, because it is opened after the first
    answers.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._pseudonyms = set(path.read_text(encoding="ascii").split())
        except OSError:
            self._pseudonyms = set()

    def __contains__(self, pseudonym: object) -> bool:
        return pseudonym in self._pseudonyms

    def __iter__(self) -> Iterator[str]:
        return iter(self._pseudonyms)

    def replace(self, pseudonyms: Collection[str]) -> None:
        """Take over what the database says."""
        self._pseudonyms = set(pseudonyms)
        draft = self._path.with_suffix(".draft")
        try:
            draft.write_text("\n".join(sorted(self._pseudonyms)), encoding="ascii")
            draft.replace(self._path)
        except OSError as error:
            log.error("The list of opt-outs cannot be kept in %s: %s", self._path, error)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What ``/privacy show`` tells."""

    rows: int
    texts: int
    oldest: str | None  # ISO 8601; the oldest of the rows
    settings_changes: int  # changes of servers' settings that carry the person's id
    opted_out: bool


class Privacy:
    """Carries out what members decide about their data."""

    def __init__(self, pseudonyms: Pseudonyms, opt_outs: OptOuts, query_log: QueryLog) -> None:
        self._pseudonyms = pseudonyms
        self._opt_outs = opt_outs
        self._query_log = query_log
        self._store: PersonalStore | None = None
        self._connected = asyncio.Event()
        self._lock = asyncio.Lock()

    async def connect(self, store: PersonalStore, *, is_new: bool = False) -> None:
        """
        Use *store* from now on, and take over whom it knows to have opted out.

        One that *is_new*, in place of one that was lost, is told what the file beside it says.
        """
        if is_new and (pseudonyms := sorted(self._opt_outs)):
            await store.set_opt_out(pseudonyms, since=_now(), opted_out=True)
        self._opt_outs.replace(await store.opted_out())
        self._store = store
        self._connected.set()

    async def follow(self, store: PersonalStore) -> None:
        """Take over anew whom *store* knows to have opted out; another process changed it. Tries until it can."""
        while True:
            try:
                self._opt_outs.replace(await store.opted_out())
            except Exception as error:  # noqa: BLE001  whatever the database does, what was known goes on holding
                log.warning("Opt-outs could not be read anew; trying again: %s", type(error).__name__)
                await asyncio.sleep(FOLLOW_AGAIN)
            else:
                return

    async def overview(self, user_id: int) -> Overview:
        """
        Return how much is stored about a person.

        Raises:
            NotNow: The database cannot be reached; the same holds for every method below.
        """
        store = await self._ready()
        holdings = await self._asking(store.holdings(user_id, self._pseudonyms.every(user_id)))
        return Overview(
            rows=holdings.rows,
            texts=holdings.texts,
            oldest=holdings.oldest,
            settings_changes=holdings.settings_changes,
            opted_out=self._pseudonyms.of(user_id) in self._opt_outs,
        )

    async def export(self, user_id: int) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """Return a person's ``queries`` and ``settings_changes``, each oldest first."""
        store = await self._ready()
        return await self._asking(
            store.export(
                user_id, self._pseudonyms.every(user_id), row_limit=EXPORT_LIMIT, change_limit=EXPORTED_CHANGES
            )
        )

    async def forget(self, user_id: int) -> Forgotten:
        """Delete a person's rows and take their id out of settings changes; return how many there were of each."""
        store = await self._ready()
        return await self._asking(store.forget(user_id, self._pseudonyms.every(user_id)))

    async def set_opt_out(self, user_id: int, *, opted_out: bool) -> None:
        """Stop, or resume, counting what a person asks."""
        async with self._lock:
            store = await self._ready()
            change = store.set_opt_out(self._pseudonyms.every(user_id), since=_now(), opted_out=opted_out)
            await self._asking(change)
            self._opt_outs.replace(await self._asking(store.opted_out()))

    async def _ready(self) -> PersonalStore:
        """Return the store once it is open and every recorded row is in it."""
        try:
            async with asyncio.timeout(PATIENCE):
                await self._connected.wait()
                await self._query_log.flushed()
        except TimeoutError:
            raise NotNow from None
        assert self._store is not None, "connect() sets the store before it says so"
        return self._store

    async def _asking(self, request: Awaitable[Answer]) -> Answer:
        try:
            return await request
        except Exception as error:  # whatever the database does, the person reads a sentence
            log.exception("The database refused what a member asked about their data.")
            raise NotNow from error


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
