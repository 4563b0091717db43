"""
Tells servers what is new in an edition: each server that chose a channel gets one message per edition.

An edition is announced when its day in ``pack.yaml`` is later than that of every edition before; edits without a new
day are not. What servers wait for is kept in the database, so that it outlives restarts and several processes can share
it: whoever claims a delivery sends it. A nonce keeps Discord from showing a message twice that was sent before a crash
and again after it.
"""

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from bot.background import in_background
from bot.errors import BotError
from bot.knowledge.models import Knowledge
from bot.rendering.components import Card

if TYPE_CHECKING:  # what compares editions is imported when there is one to compare: a start does without
    from bot.knowledge.content import EditionContent, StoredEdition
    from bot.knowledge.differences import EditionDifference

log = logging.getLogger(__name__)

LOOK_SECONDS = 120.0  # between looks; less than the few minutes for which Discord knows a nonce
NEWS_LASTS = timedelta(days=1)  # since this bot first saw the edition; what could not be told by then is left
PAGE = 100  # deliveries read at a time
TROUBLES = 3  # in a row after which a look ends: Discord is away, and every server would lose an attempt
ALL_HIDDEN = "All that changed is about topics which this server hides."
LAST_ATTEMPT = 5  # of a delivery; after it the reason is kept

Send = Callable[[int, Card, str], Awaitable[None]]  # channel id, message, nonce of at most 25 characters
Hidden = Callable[[int], Awaitable[Collection[str]]]  # server id -> topics it hides


class Undeliverable(BotError):
    """Discord refuses the message for good; ``str(error)`` says why, and what the server's admins can do."""


class Postponed(BotError):
    """Discord could not take the message now; a later attempt may succeed."""


class Delivery(Protocol):
    """News that a server waits for."""

    @property
    def guild_id(self) -> int: ...
    @property
    def channel_id(self) -> int: ...


class EditionStore(Protocol):
    """Where editions and deliveries are kept; see ``bot.store.news.NewsStore``."""

    async def newest_day(self) -> date | None: ...
    async def remember(self, edition: "StoredEdition", *, now: datetime, announce: bool) -> bool: ...
    async def published_before(self, day: date) -> "StoredEdition | None": ...
    async def unfinished(self, *, since: datetime, now: datetime) -> "Sequence[StoredEdition]": ...
    async def waiting(self, edition: str, *, now: datetime, after: int, limit: int) -> Sequence[Delivery]: ...
    async def claim(self, guild_id: int, edition: str, *, now: datetime) -> int | None: ...
    async def confirm(self, guild_id: int, edition: str, *, now: datetime) -> None: ...
    async def give_up(self, guild_id: int, edition: str, *, reason: str) -> None: ...


def _now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def announce_editions(
    store: EditionStore,
    current: Callable[[], Knowledge],
    send: Send,
    hidden: Hidden,
    *,
    every: float = LOOK_SECONDS,
    clock: Callable[[], datetime] = _now,
) -> AsyncIterator[Callable[[], None]]:
    """
    Announce editions until the context ends; yield what to call when the edition changed.

    The first look follows at once, for which the bot should be connected; then there is one every *every* seconds, for
    deliveries that were interrupted.
    """
    woken = asyncio.Event()

    async def run() -> None:
        news = EditionNews(store, current, send, hidden, clock=clock)
        while True:
            woken.clear()
            try:
                await news.look()
            except Exception as error:
                reason = f"{type(error).__name__}: {error}".splitlines()[0]
                log.warning("The news of the edition could not be looked after and will be again. %s", reason)
                log.debug("The failed look at the news.", exc_info=error)
            with suppress(TimeoutError):
                async with asyncio.timeout(every):
                    await woken.wait()

    async with in_background(run(), name="edition-news"):
        yield woken.set


class EditionNews:
    """Notices new editions and sends what servers wait for."""

    def __init__(
        self,
        store: EditionStore,
        current: Callable[[], Knowledge],
        send: Send,
        hidden: Hidden,
        *,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self._store = store
        self._current = current
        self._send = send
        self._hidden = hidden
        self._clock = clock
        self._unconfirmed: set[tuple[int, str]] = set()  # sent, but the database could not be told

    async def look(self) -> None:
        """
        Remember the edition that answers now if it is a new one, and send all news that may be sent.

        What Discord refuses ends at the server it concerns; errors of the database are raised.
        """
        await self._notice(self._current())
        now = self._clock()
        for edition in await self._store.unfinished(since=now - NEWS_LASTS, now=now):
            await self._deliver(edition)

    async def _notice(self, knowledge: Knowledge) -> None:
        day = knowledge.pack.edition
        newest = await self._store.newest_day()
        if newest is not None and day <= newest:
            return
        earlier = await self._store.published_before(day)
        stored, is_news = await asyncio.to_thread(_compared, knowledge, earlier)
        if await self._store.remember(stored, now=self._clock(), announce=is_news):
            log.info("Edition %s is remembered%s.", stored.edition, " and announced" if is_news else "; it is no news")

    async def _deliver(self, edition: "StoredEdition") -> None:
        earlier = await self._store.published_before(edition.published)
        difference = await asyncio.to_thread(_difference, earlier, edition)
        if difference is None:
            return
        after = troubles = 0
        while page := await self._store.waiting(edition.edition, now=self._clock(), after=after, limit=PAGE):
            after = page[-1].guild_id
            for delivery in page:
                troubles = 0 if await self._tell(delivery, edition.edition, difference) else troubles + 1
                if troubles == TROUBLES:
                    log.warning("The news of edition %s cannot be sent at the moment; later again.", edition.edition)
                    return

    async def _tell(self, delivery: Delivery, edition: str, difference: "EditionDifference") -> bool:
        """Send one server its news, if it is ours to send; return whether that needs no other attempt."""
        guild_id = delivery.guild_id
        if (guild_id, edition) in self._unconfirmed:
            await self._confirm(guild_id, edition)
            return True
        attempt = await self._store.claim(guild_id, edition, now=self._clock())
        if attempt is None:  # another process has it
            return True
        difference = difference.without(await self._hidden(guild_id))
        if not difference.is_news:
            await self._store.give_up(guild_id, edition, reason=ALL_HIDDEN)
            return True
        from bot.rendering.news import news_card

        try:
            await self._send(delivery.channel_id, news_card(difference), nonce_of(guild_id, edition))
        except Undeliverable as error:
            log.info("Server %d cannot get the news of edition %s: %s", guild_id, edition, error)
            await self._store.give_up(guild_id, edition, reason=str(error))
            return True
        except Postponed as error:
            log.warning("Server %d did not get the news of edition %s yet: %s", guild_id, edition, error)
            return await self._failed(guild_id, edition, attempt, str(error))
        except Exception as error:  # a defect that one server brings out must not keep the news from the others
            log.exception("Sending server %d the news of edition %s failed.", guild_id, edition)
            return await self._failed(guild_id, edition, attempt, f"{type(error).__name__}: {error}")
        self._unconfirmed.add((guild_id, edition))
        await self._confirm(guild_id, edition)
        return True

    async def _failed(self, guild_id: int, edition: str, attempt: int, reason: str) -> bool:
        if attempt >= LAST_ATTEMPT:
            await self._store.give_up(guild_id, edition, reason=f"It was tried {attempt} times. Last: {reason}")
        return False

    async def _confirm(self, guild_id: int, edition: str) -> None:
        await self._store.confirm(guild_id, edition, now=self._clock())
        self._unconfirmed.discard((guild_id, edition))


def nonce_of(guild_id: int, edition: str) -> str:
    """Return what makes Discord recognise a message it has had: 24 characters of its 25."""
    return hashlib.sha256(f"{guild_id} {edition}".encode()).hexdigest()[:24]


def _compared(knowledge: Knowledge, earlier: "StoredEdition | None") -> "tuple[StoredEdition, bool]":
    """Return the edition as it is kept, and whether servers should hear of it."""
    from bot.knowledge.content import StoredEdition, content_of, dump_content, read_content
    from bot.knowledge.differences import differences

    content = content_of(knowledge)
    stored = StoredEdition(edition=content.edition, published=content.published, content=dump_content(content))
    before = read_content(earlier.content) if earlier is not None else None
    return stored, before is not None and differences(before, content).is_news


def _difference(earlier: "StoredEdition | None", edition: "StoredEdition") -> "EditionDifference | None":
    from bot.knowledge.content import read_content
    from bot.knowledge.differences import differences

    contents: list[EditionContent | None] = [
        read_content(stored.content) if stored is not None else None for stored in (earlier, edition)
    ]
    before, after = contents
    return differences(before, after) if before is not None and after is not None else None
