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
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from bot.errors import TryAgainLater

log = logging.getLogger(__name__)

HOUR, DAY = 3600.0, 86_400.0
KEPT = 2_000  # lines in the file, more than any day may have


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifyLimits:
    """How many sessions may be asked for, and how far apart. Times in seconds."""

    per_hour: int = 50
    per_day: int = 500
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


class IdentifyLedger:
    """Remembers when sessions were asked for, in a small file that outlives the process."""

    def __init__(self, path: Path | None, clock: Callable[[], float] = time.time) -> None:
        """Read *path*, one time in seconds since 1970 a line; without one, or where it is unreadable, start empty."""
        self._path = path
        self._clock = clock
        self._times: deque[float] = deque(_read(path), maxlen=KEPT)
        if path is not None and len(self._times) > KEPT // 2:
            self._rewrite()

    def add(self) -> None:
        """Note that a session is being asked for now. Never raises: without a file it is remembered until the end."""
        self._times.append(self._clock())
        if self._path is None:
            return
        try:
            with self._path.open("a", encoding="ascii") as file:
                file.write(f"{self._times[-1]:.3f}\n")
        except OSError as error:
            log.warning("%s cannot be written (%s); sign-ins are counted until the bot stops.", self._path, error)
            self._path = None

    def within(self, seconds: float) -> list[float]:
        """Return the times of the last *seconds*, oldest first; none in the future, which a wrong clock makes."""
        now = self._clock()
        return [at for at in self._times if now - seconds < at <= now + 1.0]

    def wait_for(self, count: int, seconds: float) -> float:
        """Return the seconds until fewer than *count* lie within the last *seconds*; 0 when that is so now."""
        times = self.within(seconds)
        return max(0.0, times[-count] + seconds - self._clock()) if len(times) >= count else 0.0

    def _rewrite(self) -> None:
        assert self._path is not None, "checked by the caller"
        kept = self.within(DAY)
        self._times = deque(kept, maxlen=KEPT)
        try:
            self._path.write_text("".join(f"{at:.3f}\n" for at in kept), encoding="ascii")
        except OSError as error:
            log.warning("%s cannot be shortened: %s", self._path, error)


def _read(path: Path | None) -> list[float]:
    if path is None:
        return []
    try:
        lines = path.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return []
    times = []
    for line in lines:
        try:
            times.append(float(line))
        except ValueError:  # a line cut short by a crash
            continue
    return times


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
        self._refused = 0  # sessions in a row that did not last
        self._last: float | None = None  # when this process was last let through

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

    async def admit(self) -> SessionStart:
        """
        Wait until a session may be asked for; return where.

        Raises:
            TryAgainLater: That would take too long.
            discord.DiscordException, aiohttp.ClientError, OSError: Discord could not be asked.
        """
        await self._space_out()
        if wait := self._ledger.wait_for(self._limits.per_day, DAY):
            raise TryAgainLater(
                f"The bot signed in {self._limits.per_day} times within a day; Discord refuses or ends its sessions. "
                f"It signs in again in {_in_words(wait)}. Look at https://discordstatus.com and for a newer version."
            )
        while True:
            start = await self._ask_discord()
            reserve = min(self._limits.reserve, start.total // 10)
            if start.remaining > reserve:
                self._last = self._clock()
                return start
            if start.reset_after > self._limits.short_reset:
                raise TryAgainLater(
                    f"Discord lets this bot sign in {start.remaining} more times, and {reserve} are kept in reserve "
                    f"because it resets the token afterwards. There are new ones in {_in_words(start.reset_after)}."
                )
            log.warning("Only %d sign-ins are left; waiting %.0f s for more.", start.remaining, start.reset_after)
            await self._sleep(start.reset_after + random.uniform(0.0, 1.0))

    async def _space_out(self) -> None:
        """Wait the longer the more sessions were asked for in a row."""
        if self._last is None:  # the first of this process; check_start has looked at those before
            return
        if self._clock() - self._last > self._limits.calm:
            self._refused = 0
        longest = min(self._limits.first_wait * 2 ** min(self._refused, 20), self._limits.longest_wait)
        self._refused += 1
        wait = max(random.uniform(longest * 0.8, longest * 1.2), self._ledger.wait_for(self._limits.per_hour, HOUR))
        if wait > 30:
            log.warning("Discord ended the session %d times in a row; signing in in %.0f s.", self._refused, wait)
        await self._sleep(wait)


def _in_words(seconds: float) -> str:
    minutes = max(1, round(seconds / 60))
    return f"{minutes} minute{'s' if minutes > 1 else ''}" if minutes < 120 else f"{round(minutes / 60)} hours"
