"""Settings in memory: read once, kept coherent, and careful where they cannot be read."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from bot.servers import registry
from bot.servers.models import CAREFUL, DEFAULTS, ServerSettings, Stored, Visibility
from bot.servers.registry import RETRY_READ, Servers

PRIVATE = ServerSettings(answers=Visibility.PRIVATE)
GERMAN = ServerSettings(language="de")


@dataclass(slots=True, kw_only=True)
class Source:
    """A store that counts, waits until it may answer, and fails when told to."""

    settings: dict[int, ServerSettings] = field(default_factory=dict)
    asked: list[int] = field(default_factory=list)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)
    was_asked: asyncio.Event = field(default_factory=asyncio.Event)
    failure: Exception | None = None

    async def read(self, guild_id: int) -> Stored:
        self.asked.append(guild_id)
        self.was_asked.set()
        found = self.settings.get(guild_id, DEFAULTS).model_copy()
        await self.may_answer.wait()
        if self.failure is not None:
            raise self.failure
        return Stored(version=1, settings=found)


@dataclass(slots=True)
class Clock:
    """A clock that is set by hand."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def source_of(settings: Mapping[int, ServerSettings], *, answers: bool = True) -> Source:
    source = Source(settings=dict(settings))
    if answers:
        source.may_answer.set()
    return source


def servers_reading(source: Source, clock: Clock | None = None) -> Servers:
    servers = Servers(clock or Clock())
    servers.connect(source)
    return servers


@pytest.fixture
def source() -> Source:
    """A store of two servers, of which the second decided nothing."""
    return source_of({1: PRIVATE})


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers do not wait long for a store that does not answer."""
    monkeypatch.setattr(registry, "READ_PATIENCE", 0.01)


async def test_a_server_is_read_once(source: Source) -> None:
    """The hot path reads from memory."""
    servers = servers_reading(source)

    answers = [await servers.settings(guild) for guild in (1, 2, 1, 2, 1)]

    assert answers == [PRIVATE, DEFAULTS, PRIVATE, DEFAULTS, PRIVATE]
    assert source.asked == [1, 2]
    assert servers.known(1) == PRIVATE


async def test_what_was_not_read_is_not_known(source: Source) -> None:
    """Who may not wait gets what is in memory or nothing, and starts no read."""
    servers = servers_reading(source)

    assert servers.known(1) is None
    assert source.asked == []


async def test_a_direct_message_asks_nobody(source: Source) -> None:
    """Outside of servers nobody decides, and the store is not asked."""
    servers = servers_reading(source)

    assert servers.known(None) is DEFAULTS
    assert await servers.settings(None) is DEFAULTS
    assert source.asked == []


async def test_many_at_once_share_one_read(source: Source) -> None:
    """A hundred members who ask in the same moment cost one read."""
    servers = servers_reading(source)

    answers = await asyncio.gather(*(servers.settings(1) for _ in range(100)))

    assert answers == [PRIVATE] * 100
    assert source.asked == [1]


async def test_one_who_gives_up_does_not_take_the_read_from_the_others() -> None:
    """A read goes on though the first who waited for it was cancelled."""
    source = source_of({1: PRIVATE}, answers=False)
    servers = servers_reading(source)
    first, second = (asyncio.ensure_future(servers.settings(1)) for _ in range(2))
    await source.was_asked.wait()

    first.cancel()
    await asyncio.sleep(0)
    source.may_answer.set()

    assert await second == PRIVATE
    assert first.cancelled()
    assert source.asked == [1]


async def test_a_change_is_read_anew(source: Source) -> None:
    """After a change was heard of, the next answer follows it; other servers are not asked again."""
    servers = servers_reading(source)
    await servers.settings(1)
    await servers.settings(2)

    source.settings[1] = GERMAN
    servers.forget(1)

    assert await servers.settings(1) == GERMAN
    assert await servers.settings(2) == DEFAULTS
    assert source.asked == [1, 2, 1]


@pytest.mark.parametrize("everything", [False, True], ids=["one server", "all"])
async def test_a_change_during_a_read_is_not_covered_by_what_was_read_before_it(everything: bool) -> None:
    """A read that was on its way when a change was heard of is not kept."""
    source = source_of({1: PRIVATE}, answers=False)
    servers = servers_reading(source)
    early = asyncio.ensure_future(servers.settings(1))
    await source.was_asked.wait()

    source.settings[1] = GERMAN
    if everything:
        servers.forget_all()
    else:
        servers.forget(1)
    late = asyncio.ensure_future(servers.settings(1))
    source.may_answer.set()
    await asyncio.gather(early, late)

    assert late.result() == GERMAN
    assert servers.known(1) == GERMAN
    assert source.asked == [1, 1]


async def test_after_a_gap_everything_is_read_anew(source: Source) -> None:
    """Where changes may have been missed, no server keeps its old settings."""
    servers = servers_reading(source)
    await servers.settings(1)
    await servers.settings(2)

    servers.forget_all()

    assert [servers.known(1), servers.known(2)] == [None, None]


async def test_servers_that_decided_nothing_share_one_object(source: Source) -> None:
    """Ten thousand servers without settings need no memory for them."""
    servers = servers_reading(source)

    for guild in range(10, 60):
        await servers.settings(guild)

    assert all(servers.known(guild) is DEFAULTS for guild in range(10, 60))


async def test_memory_is_bounded_and_keeps_what_is_used(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    """With more servers than there is room for, the longest unused is forgotten."""
    monkeypatch.setattr(registry, "REMEMBERED", 3)
    servers = servers_reading(source)
    for guild in (1, 2, 3):
        await servers.settings(guild)

    servers.known(1)  # used again
    await servers.settings(4)

    assert [servers.known(guild) is not None for guild in (1, 2, 3, 4)] == [True, False, True, True]


async def test_a_store_that_fails_makes_answers_private_until_it_is_back(caplog: pytest.LogCaptureFixture) -> None:
    """Answers are never refused; a failing store is left alone for some seconds, and then asked again."""
    clock, source = Clock(), source_of({1: GERMAN})
    servers = servers_reading(source, clock)
    source.failure = ConnectionError("gone")

    while_it_fails = [await servers.settings(guild) for guild in (1, 1, 2)]
    source.failure = None
    clock.now = RETRY_READ + 0.1
    afterwards = await servers.settings(1)

    assert all(settings is CAREFUL for settings in while_it_fails)
    assert source.asked == [1, 1]
    assert afterwards == GERMAN
    assert len(caplog.messages) == 1


async def test_many_who_wait_for_a_failing_store_cost_one_line_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """A busy minute without the database does not fill the log."""
    source = source_of({1: GERMAN})
    source.failure = ConnectionError("gone")
    servers = servers_reading(source)

    answers = await asyncio.gather(*(servers.settings(guild) for guild in range(50)))

    assert all(settings is CAREFUL for settings in answers)
    assert len(caplog.messages) == 1


async def test_a_failing_store_does_not_take_what_is_in_memory(source: Source) -> None:
    """Servers that were read are answered as before."""
    servers = servers_reading(source)
    await servers.settings(1)

    source.failure = ConnectionError("gone")
    await servers.settings(2)

    assert await servers.settings(1) == PRIVATE


@pytest.mark.usefixtures("hurried")
async def test_a_store_that_hangs_is_not_waited_for() -> None:
    """After its patience an answer is private; what arrives later counts."""
    clock, source = Clock(), source_of({1: GERMAN}, answers=False)
    servers = servers_reading(source, clock)

    meanwhile = await servers.settings(1)
    source.may_answer.set()
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    assert meanwhile is CAREFUL
    assert servers.known(1) == GERMAN
    assert await servers.settings(1) == GERMAN
    assert source.asked == [1]


@pytest.mark.usefixtures("hurried")
async def test_a_read_that_fails_after_everybody_left_is_silent(caplog: pytest.LogCaptureFixture) -> None:
    """Nobody waits for it any more, and nothing is logged but the one sentence."""
    source = source_of({1: GERMAN}, answers=False)
    servers = servers_reading(source)
    await servers.settings(1)

    source.failure = ConnectionError("gone")
    source.may_answer.set()
    await asyncio.sleep(0.01)

    assert len(caplog.messages) == 1
    assert servers.known(1) is None


@pytest.mark.usefixtures("hurried")
async def test_before_the_store_is_open_answers_are_private_and_then_follow_it() -> None:
    """The first seconds of a process are careful; connecting ends them at once."""
    servers = Servers(Clock())

    before = await servers.settings(1)
    servers.connect(source_of({1: GERMAN}))

    assert before is CAREFUL
    assert await servers.settings(1) == GERMAN


async def test_who_waits_while_the_store_opens_gets_what_it_says(source: Source) -> None:
    """A store that opens within the patience of an answer is followed by it."""
    servers = Servers(Clock())
    waiting = asyncio.ensure_future(servers.settings(1))
    await asyncio.sleep(0)

    servers.connect(source)

    assert await waiting == PRIVATE


def test_closing_while_the_store_hangs_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process ends without a warning of a task nobody waited for."""
    monkeypatch.setattr(registry, "READ_PATIENCE", 0.01)

    async def one_answer() -> ServerSettings:
        return await servers_reading(source_of({}, answers=False)).settings(1)

    assert asyncio.run(one_answer()) is CAREFUL
