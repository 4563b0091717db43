import pytest

from bot.commands.rate_limit import (
    PER_PERSON,
    PER_SERVER,
    REMEMBERED,
    Allowance,
    Buckets,
    QuestionLimit,
    TooManyQuestions,
)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_is_allowed_and_then_one_each_so_often() -> None:
    """A person may ask a few things at once, then has to wait as long as is said."""
    clock = Clock()
    buckets = Buckets(Allowance(burst=3, seconds=10), clock)

    taken = [buckets.take(1) for _ in range(4)]
    clock.now += taken[-1]

    assert taken[:3] == [0, 0, 0]
    assert taken[3] == pytest.approx(10)
    assert buckets.take(1) == 0
    assert buckets.take(1) > 0


def test_people_do_not_wait_for_each_other() -> None:
    """One who floods does not silence another."""
    limit = QuestionLimit(Clock())
    for _ in range(PER_PERSON.burst):
        limit.take(1, None)

    with pytest.raises(TooManyQuestions, match="try again in"):
        limit.take(1, None)
    limit.take(2, None)


def test_a_server_has_a_limit_of_its_own() -> None:
    """Many people together cannot flood it either."""
    limit = QuestionLimit(Clock())

    for user in range(PER_SERVER.burst):
        limit.take(user, 7)

    with pytest.raises(TooManyQuestions):
        limit.take(9999, 7)


def test_memory_stays_bounded() -> None:
    """A million people do not fill the memory."""
    buckets = Buckets(Allowance(burst=1, seconds=1), Clock())

    for key in range(REMEMBERED + 1000):
        buckets.take(key)

    assert len(buckets) == REMEMBERED
