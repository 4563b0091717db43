"""
Guards the daily budget of sessions.

Discord allows about 1,000 IDENTIFY a day; whoever goes beyond has the token reset
(https://docs.discord.com/developers/events/gateway#identifying). A session that is refused for ever, or a process that
is restarted for ever, would use that up within two hours. So sessions are counted here over restarts, spaced out, and
Discord is asked before each one how many are left.
"""

import asyncio
import logging
import random
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.errors import TryAgainLater

log = logging.getLogger(__name__)

HOUR, DAY = 3600.0, 86_400.0
KEPT = 10_000  # lines in the file, more than any day may have
ASKED_ANEW = 1.0  # seconds after which Discord is asked again how many sessions are left


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifyLimits:
    """
    How many sessions may be asked for, and how far apart. Times in seconds.

    A bot with several connections may ask for as many times more.
    """

    per_hour: int = 50
    per_day: int = 500
    spacing: float = 5.0  # between two sessions that share a place in the order, which Discord prescribes
    reserve: int = 100  # of Discord's remaining ones, never used
    short_reset: float = 900.0  # a budget that is renewed within this is waited for
    first_wait: float = 2.5  # after a session was refused; doubles with each one
    longest_wait: float = 120.0
    calm: float = 60.0  # a session that lasts so long was no refusal: the waits start anew


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStart:
    """Discord's answer to ``GET /gateway/bot``."""

    address: str
    total: int
    remaining: int
    reset_after: float  # seconds
    shards: int = 1  # connections that Discord recommends
    max_concurrency: int = 1  # sessions that may be asked for at once


@dataclass(frozen=True, slots=True)
class Shard:
    """One of several connections, each of which brings what happens in a part of the servers."""

    id: int = 0
    count: int = 1


class OtherShards(Exception):
    """Discord recommends another number of connections."""

    def __init__(self, start: SessionStart) -> None:
        self.start = start


class IdentifyLedger:
    """Remembers when sessions were asked for, in a small file that outlives the process."""

    def __init__(self, path: Path | None, clock: Callable[[], float] = time.time) -> None:
        """
        Read *path*; without one, or where it is unreadable, start empty.

        A line is a time in seconds since 1970 and, where there is more than one, the number of connections.
        """
        self.added = 0  # since then
        self._path = path
        self._clock = clock
        self._signed_in: deque[_SignIn] = deque(_read(path), maxlen=KEPT)
        if path is not None and len(self._signed_in) > KEPT // 5:
            self._rewrite()

    def add(self, *, shards: int = 1) -> None:
        """
        Note that a session is being asked for now, for one of *shards* connections.

        Never raises: without a file it is remembered until the end.
        """
        self.added += 1
        self._signed_in.append(_SignIn(self._clock(), max(1, shards)))
        if self._path is None:
            return
        try:
            with self._path.open("a", encoding="ascii") as file:
                file.write(f"{self._signed_in[-1]}\n")
        except OSError as error:
            log.warning("%s cannot be written (%s); sign-ins are counted until the bot stops.", self._path, error)
            self._path = None

    def within(self, seconds: float) -> list[float]:
        """Return the times of the last *seconds*, oldest first; none in the future, which a wrong clock makes."""
        return [sign_in.at for sign_in in self._within(seconds)]

    def wait_for(self, count: int, seconds: float) -> float:
        """
        Return the seconds until fewer than *count* lie within the last *seconds*; 0 when that is so now.

        A session of one of four connections counts as a quarter: only all four together are a start of the bot.
        """
        counted = 0.0
        for sign_in in reversed(self._within(seconds)):
            counted += 1 / sign_in.shards
            if counted > count - 1e-6:
                return max(0.0, sign_in.at + seconds - self._clock())
        return 0.0

    def _within(self, seconds: float) -> "list[_SignIn]":
        now = self._clock()
        return [sign_in for sign_in in self._signed_in if now - seconds < sign_in.at <= now + 1.0]

    def _rewrite(self) -> None:
        assert self._path is not None, "checked by the caller"
        kept = self._within(DAY)
        self._signed_in = deque(kept, maxlen=KEPT)
        try:
            self._path.write_text("".join(f"{sign_in}\n" for sign_in in kept), encoding="ascii")
        except OSError as error:
            log.warning("%s cannot be shortened: %s", self._path, error)


@dataclass(frozen=True, slots=True)
class _SignIn:
    at: float
    shards: int

    def __str__(self) -> str:
        return f"{self.at:.3f}" if self.shards == 1 else f"{self.at:.3f} {self.shards}"


def _read(path: Path | None) -> list[_SignIn]:
    if path is None:
        return []
    try:
        lines = path.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return []
    signed_in = []
    for line in lines:
        at, _, shards = line.partition(" ")
        try:
            signed_in.append(_SignIn(float(at), max(1, int(shards or 1))))
        except ValueError:  # a line cut short by a crash
            continue
    return signed_in


@dataclass(slots=True)
class _Place:
    """A place in the order in which Discord lets connections begin: those of one place wait for each other."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    free_at: float = float("-inf")


@dataclass(slots=True)
class _Attempts:
    """What is known of the sessions of one connection."""

    last: float | None = None  # when it was last let through
    refused: int = 0  # sessions in a row that did not last


class IdentifyGuard:
    """Decides when the next session may be asked for."""

    def __init__(
        self,
        ledger: IdentifyLedger,
        ask_discord: Callable[[], Awaitable[SessionStart]],
        limits: IdentifyLimits,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._ledger = ledger
        self._ask_discord = ask_discord
        self._limits = limits
        self._clock = clock
        self._sleep = sleep
        self._attempts: defaultdict[int, _Attempts] = defaultdict(_Attempts)  # by the shard's id
        self._places: defaultdict[int, _Place] = defaultdict(_Place)  # by the remainder that shards have in common
        self._max_concurrency = 1
        self._asking = asyncio.Lock()
        self._answer: SessionStart | None = None
        self._asked_at = float("-inf")

    @property
    def spacing(self) -> float:
        """The seconds between two sessions that may not be asked for at once."""
        return self._limits.spacing

    def check_start(self) -> None:
        """
        Make sure that this process is not one of many started one after the other.

        Raises:
            TryAgainLater: It is; the error says when a start will be let through.
        """
        for count, seconds, words in ((self._limits.per_hour, HOUR, "hour"), (self._limits.per_day, DAY, "day")):
            if wait := self._ledger.wait_for(count, seconds):
                raise TryAgainLater(
                    f"The bot signed in {count} times within the last {words}, as if it were restarted for ever. "
                    "Discord resets the token of a bot that goes on like this, so it signs in again in "
                    f"{_in_words(wait)}. Look in the log for what ended it before."
                )

    @asynccontextmanager
    async def admit(self, shard: Shard, *, follow_advice: bool = True) -> AsyncIterator[SessionStart]:
        """
        Wait until a session may be asked for, and keep its place in the order until it was; give where to ask.

        With *follow_advice* the number of connections has to be the one that Discord recommends.

        Raises:
            OtherShards: It is another.
            TryAgainLater: That would take too long.
            discord.DiscordException, aiohttp.ClientError, OSError: Discord could not be asked.
        """
        attempts = self._attempts[shard.id]
        await self._space_out(attempts)
        place = self._places[shard.id % self._max_concurrency]
        async with place.lock:
            await self._sleep(max(0.0, place.free_at - self._clock()))
            start = await self._start_left()
            self._max_concurrency = start.max_concurrency
            if follow_advice and start.shards != shard.count:
                raise OtherShards(start)
            attempts.last, before = self._clock(), self._ledger.added
            try:
                yield start
            finally:
                if self._ledger.added > before:  # it came so far
                    place.free_at = self._clock() + self._limits.spacing

    def forget_advice(self) -> None:
        """Ask Discord anew before the next session, as what it said last has led nowhere."""
        self._answer = None

    async def _start_left(self) -> SessionStart:
        """Return where a session can be had, once there is one beyond the reserve."""
        if wait := self._ledger.wait_for(self._limits.per_day, DAY):
            raise TryAgainLater(
                f"The bot signed in {self._limits.per_day} times within a day; Discord refuses or ends its sessions. "
                f"It signs in again in {_in_words(wait)}. Look at https://discordstatus.com and for a newer version."
            )
        while True:
            start = await self._ask()
            reserve = min(self._limits.reserve, start.total // 10)
            if start.remaining > reserve:
                return start
            if start.reset_after > self._limits.short_reset:
                raise TryAgainLater(
                    f"Discord lets this bot sign in {start.remaining} more times, and {reserve} are kept in reserve "
                    f"because it resets the token afterwards. There are new ones in {_in_words(start.reset_after)}."
                )
            log.warning("Only %d sign-ins are left; waiting %.0f s for more.", start.remaining, start.reset_after)
            await self._sleep(start.reset_after + random.uniform(0.0, 1.0))

    async def _ask(self) -> SessionStart:
        """Ask Discord; connections that begin at once share an answer, each taking one session from it."""
        async with self._asking:
            if self._answer is None or self._clock() - self._asked_at > ASKED_ANEW or self._answer.remaining <= 0:
                self._answer, self._asked_at = await self._ask_discord(), self._clock()
            answer = self._answer
            self._answer = replace(answer, remaining=answer.remaining - 1)
            return answer

    async def _space_out(self, attempts: _Attempts) -> None:
        """Wait the longer the more sessions were asked for in a row."""
        if attempts.last is None:  # the first of this process; check_start has looked at those before
            return
        if self._clock() - attempts.last > self._limits.calm:
            attempts.refused = 0
        longest = min(self._limits.first_wait * 2 ** min(attempts.refused, 20), self._limits.longest_wait)
        attempts.refused += 1
        wait = max(random.uniform(longest * 0.8, longest * 1.2), self._ledger.wait_for(self._limits.per_hour, HOUR))
        if wait > 30:
            log.warning("Discord ended the session %d times in a row; signing in in %.0f s.", attempts.refused, wait)
        await self._sleep(wait)


def _in_words(seconds: float) -> str:
    minutes = max(1, round(seconds / 60))
    return f"{minutes} minute{'s' if minutes > 1 else ''}" if minutes < 120 else f"{round(minutes / 60)} hours"
