"""Sessions are counted over restarts, spaced out, and never used up."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.delivery.identifies import (
    DAY,
    HOUR,
    IdentifyGuard,
    IdentifyLedger,
    IdentifyLimits,
    OtherShards,
    SessionStart,
    Shard,
)
from bot.errors import TryAgainLater


class Time:
    """A clock that goes on when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


def discord_with(remaining: int, reset_after: float = DAY) -> SessionStart:
    return SessionStart(address="wss://gateway.example", total=1000, remaining=remaining, reset_after=reset_after)


def make_guard(ledger: IdentifyLedger, time: Time, answers: list[SessionStart] | None = None) -> IdentifyGuard:
    async def ask() -> SessionStart:
        return answers.pop(0) if answers else discord_with(999)

    return IdentifyGuard(ledger, ask, IdentifyLimits(), clock=time, sleep=time.sleep)


async def test_sessions_refused_for_ever_are_asked_for_at_most_fifty_times_an_hour() -> None:
    """The waits grow, so that a day of refusals stays far below Discord's thousand."""
    time = Time()
    ledger = IdentifyLedger(None, time)
    guard = make_guard(ledger, time)
    started = time.now
    times = []

    while time.now < started + 6 * HOUR:
        async with guard.admit(Shard()):
            ledger.add()
        times.append(time.now)

    assert max(sum(at <= later < at + HOUR for later in times) for at in times) <= 50
    assert len(times) > 6 * 20  # and it does go on trying


async def test_a_day_of_refusals_ends_with_half_of_the_budget_left() -> None:
    """Then the supervisor takes over."""
    time = Time()
    ledger = IdentifyLedger(None, time)
    guard = make_guard(ledger, time)

    async def refuse_for_ever() -> None:
        for _ in range(1000):
            async with guard.admit(Shard()):
                ledger.add()

    with pytest.raises(TryAgainLater, match="500 times within a day"):
        await refuse_for_ever()


async def test_a_session_lost_now_and_then_is_replaced_at_once() -> None:
    """After a calm time the waits begin anew."""
    time = Time()
    guard = make_guard(IdentifyLedger(None, time), time)
    for _ in range(6):
        async with guard.admit(Shard()):
            pass
    time.now += IdentifyLimits().calm + 1
    before = time.now

    async with guard.admit(Shard()):
        pass

    assert time.now - before < 5


async def test_the_last_hundred_sessions_are_not_touched() -> None:
    """What Discord has left is kept in reserve; the operator is told when there is more."""
    time = Time()
    guard = make_guard(IdentifyLedger(None, time), time, [discord_with(100, reset_after=5 * HOUR)])

    with pytest.raises(TryAgainLater, match=r"100 more times.*new ones in 5 hours"):
        async with guard.admit(Shard()):
            pass


async def test_a_reset_that_is_near_is_waited_for() -> None:
    """A few minutes are better waited than left to the supervisor."""
    time = Time()
    guard = make_guard(IdentifyLedger(None, time), time, [discord_with(3, reset_after=300), discord_with(1000)])
    before = time.now

    async with guard.admit(Shard()) as start:
        assert start.remaining == 1000
    assert time.now - before >= 300


def test_a_crash_loop_is_stopped_before_discord_is_asked(tmp_path: Path) -> None:
    """Each start reads what the ones before it did, and the message says how long to wait."""
    time = Time()
    for _ in range(50):
        IdentifyLedger(tmp_path / "sign-ins.txt", time).add()
        time.now += 10
    guard = make_guard(IdentifyLedger(tmp_path / "sign-ins.txt", time), time)

    with pytest.raises(TryAgainLater, match=r"50 times within the last hour.*signs in again in 52 minutes"):
        guard.check_start()
    time.now += 52 * 60
    guard.check_start()


def test_a_damaged_file_counts_what_can_be_read(tmp_path: Path) -> None:
    """A line cut short by a crash, or a clock that was wrong, keeps nobody from starting."""
    time = Time()
    path = tmp_path / "sign-ins.txt"
    path.write_text(f"{time.now - 5:.3f}\nrubbish\n{time.now + 1e6:.3f}\n17")

    ledger = IdentifyLedger(path, time)

    assert ledger.within(HOUR) == [pytest.approx(time.now - 5)]


def test_the_file_stays_small(tmp_path: Path) -> None:
    """Old lines go when the bot starts."""
    time = Time()
    path = tmp_path / "sign-ins.txt"
    path.write_text("1600000000.000\n" * 5000 + f"{time.now - 5:.3f}\n")

    IdentifyLedger(path, time)

    assert path.read_text() == f"{time.now - 5:.3f}\n"


def test_a_folder_that_cannot_be_written_to_is_no_obstacle(tmp_path: Path) -> None:
    """Then sign-ins are counted until the process ends."""
    ledger = IdentifyLedger(tmp_path / "missing" / "sign-ins.txt")

    ledger.add()
    ledger.add()

    assert len(ledger.within(HOUR)) == 2


@pytest.mark.parametrize(("at_once", "waits"), [(1, 5.0), (2, 0.0)])
async def test_connections_of_one_place_in_the_order_wait_for_each_other(at_once: int, waits: float) -> None:
    """Discord allows one session every five seconds for each remainder of the shard's id."""
    time = Time()
    ledger = IdentifyLedger(None, time)
    answer = replace(discord_with(999), shards=4, max_concurrency=at_once)
    guard = make_guard(ledger, time, [answer] * 3)
    for shard in (Shard(0, 4), Shard(1, 4), Shard(2, 4)):
        before = time.now
        async with guard.admit(shard):
            ledger.add(shards=4)

        assert time.now - before == pytest.approx({0: 0.0, 1: waits, 2: 5.0 if at_once == 1 else 5.0 - waits}[shard.id])


async def test_an_attempt_that_came_to_nothing_holds_up_nobody() -> None:
    """Only a session that was really asked for takes its five seconds."""
    time = Time()
    guard = make_guard(IdentifyLedger(None, time), time, [replace(discord_with(999), shards=4)] * 2)
    with pytest.raises(OSError, match="refused"):
        async with guard.admit(Shard(0, 4)):
            raise OSError("refused")
    before = time.now

    async with guard.admit(Shard(1, 4)):
        assert time.now == before


async def test_another_number_of_connections_is_followed_at_the_start_only() -> None:
    """Later, changing it would cost every server some seconds; Discord says when it has to be."""
    time = Time()
    guard = make_guard(IdentifyLedger(None, time), time, [replace(discord_with(999), shards=3)] * 2)
    with pytest.raises(OtherShards) as other:
        async with guard.admit(Shard(0, 1)):
            pass
    assert other.value.start.shards == 3

    async with guard.admit(Shard(0, 1), follow_advice=False) as start:
        assert start.shards == 3


def test_a_start_of_many_connections_is_one_start(tmp_path: Path) -> None:
    """Fifty restarts an hour are as many for a bot of forty connections."""
    time = Time()
    ledger = IdentifyLedger(tmp_path / "sign-ins.txt", time)
    for _ in range(49):
        for _ in range(40):
            ledger.add(shards=40)
        time.now += 10
    make_guard(IdentifyLedger(tmp_path / "sign-ins.txt", time), time).check_start()
    for _ in range(40):
        ledger.add(shards=40)

    with pytest.raises(TryAgainLater, match="50 times within the last hour"):
        make_guard(IdentifyLedger(tmp_path / "sign-ins.txt", time), time).check_start()
