"""How often somebody may ask: a token bucket per person and per server, in constant time and bounded memory."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from bot.errors import UserError

REMEMBERED = 50_000  # buckets kept; the longest unused is forgotten first, which can only be generous

ROUNDING = 1e-6  # seconds; sums of waits are not exact


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """So many at once, and one more each so many seconds."""

    burst: int
    seconds: float


PER_PERSON = Allowance(burst=8, seconds=4.0)
PER_SERVER = Allowance(burst=60, seconds=0.5)


class TooManyQuestions(UserError):
    """Somebody asks faster than anyone can read."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        wait = max(1, round(seconds))
        super().__init__(
            f"That was a lot of questions at once. Please try again in {wait} second{'s' if wait > 1 else ''}; the "
            "topic commands, such as `/topics`, go on working meanwhile."
        )


class Buckets:
    """One allowance for many keys."""

    def __init__(self, allowance: Allowance, clock: Callable[[], float] = time.monotonic) -> None:
        self._allowance = allowance
        self._clock = clock
        self._full_at: OrderedDict[int, float] = OrderedDict()  # key -> when its bucket will be full again

    def take(self, key: int) -> float:
        """Take one for *key*; return 0, or the seconds until there is one again, in which case none was taken."""
        now = self._clock()
        full_at = max(now, self._full_at.get(key, now))
        wait = full_at - now - (self._allowance.burst - 1) * self._allowance.seconds
        if wait > ROUNDING:
            return wait
        self._full_at[key] = full_at + self._allowance.seconds
        self._full_at.move_to_end(key)
        if len(self._full_at) > REMEMBERED:
            self._full_at.popitem(last=False)
        return 0.0

    def __len__(self) -> int:
        return len(self._full_at)


class QuestionLimit:
    """Limits questions in free words per person and per server."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._people = Buckets(PER_PERSON, clock)
        self._servers = Buckets(PER_SERVER, clock)

    def take(self, user_id: int, guild_id: int | None) -> None:
        """
        Count a question.

        Raises:
            TooManyQuestions: The person or the server has to wait.
        """
        wait = self._people.take(user_id)
        if not wait and guild_id is not None:
            wait = self._servers.take(guild_id)
        if wait:
            raise TooManyQuestions(wait)
