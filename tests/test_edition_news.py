"""News of an edition reach each server that asked for them, once, whatever fails on the way."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.edition_news import LAST_ATTEMPT, EditionNews, Postponed, Undeliverable, announce_editions, nonce_of
from bot.knowledge.content import StoredEdition
from bot.knowledge.models import Knowledge
from bot.rendering.components import Card
from bot.store.database import open_engine, upgrade
from bot.store.news import ATTEMPTS, NewsStore
from bot.store.schema import editions, news_deliveries, server_settings
from tests.factories import PACK, make_claim, make_knowledge, make_topic
from tests.rendering.test_cards import text_of

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


@dataclass(slots=True)
class Channels:
    """Stands for Discord: keeps what arrives, and fails where it is told to."""

    arrived: list[tuple[int, str]] = field(default_factory=list)  # channel, nonce
    texts: list[str] = field(default_factory=list)
    failing: dict[int, Exception] = field(default_factory=dict)
    tried: list[int] = field(default_factory=list)

    async def send(self, channel_id: int, card: Card, nonce: str) -> None:
        self.tried.append(channel_id)
        if channel_id in self.failing:
            raise self.failing[channel_id]
        if (channel_id, nonce) not in self.arrived:  # as Discord does with a nonce it has had
            self.arrived.append((channel_id, nonce))
            self.texts.append(text_of(card))

    @property
    def reached(self) -> list[int]:
        return [channel_id for channel_id, _ in self.arrived]


async def hides_nothing(_: int) -> tuple[str, ...]:
    return ()


@dataclass(slots=True)
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass(slots=True)
class Pack:
    """The edition that answers; tests publish others."""

    folder: Path
    current: Knowledge

    def publish(self, day: str, metres: int) -> None:
        """Put an edition of *day* into use in which the bridge is *metres* long."""
        self.current = bridge(self.folder / f"{day}-{metres}", day, metres)


def bridge(folder: Path, day: str, metres: int) -> Knowledge:
    pack: Mapping[str, Any] = {**PACK, "edition": day}
    claim = make_claim(f"It is {metres} metres long.", kind="figure")
    topic = make_topic(sections=[{"id": "length", "title": "How long is it?", "claims": [claim]}])
    return make_knowledge(folder, topic, pack=pack)


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    async with open_engine(f"sqlite+aiosqlite:///{tmp_path}/bot.db") as engine:
        await upgrade(engine)
        yield engine


@pytest.fixture
def store(engine: AsyncEngine) -> NewsStore:
    return NewsStore(engine)


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    return Pack(folder=tmp_path, current=bridge(tmp_path / "first", "2026-11-01", 300))


@pytest.fixture
def channels() -> Channels:
    return Channels()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def news(store: NewsStore, pack: Pack, channels: Channels, clock: Clock) -> EditionNews:
    return EditionNews(store, lambda: pack.current, channels.send, hides_nothing, clock=clock)


async def subscribe(engine: AsyncEngine, *guild_ids: int) -> None:
    """Let servers choose the channel with ten times their id."""
    row = {"version": 1, "settings": "{}", "changed_at": NOW.isoformat()}
    rows = [row | {"guild_id": id_, "news_channel": id_ * 10} for id_ in guild_ids]
    async with engine.begin() as connection:
        await connection.execute(insert(server_settings), rows)


async def failures(engine: AsyncEngine) -> dict[int, str | None]:
    async with engine.connect() as connection:
        rows = await connection.execute(select(news_deliveries.c.guild_id, news_deliveries.c.failure))
        return {row.guild_id: row.failure for row in rows}


async def test_the_first_edition_is_only_remembered(
    news: EditionNews, store: NewsStore, engine: AsyncEngine, channels: Channels, pack: Pack
) -> None:
    """There is nothing that it could be compared with."""
    await subscribe(engine, 1)

    await news.look()

    assert channels.tried == []
    assert await store.newest_day() == pack.current.pack.edition


async def test_each_subscribed_server_is_told_once(
    news: EditionNews, engine: AsyncEngine, channels: Channels, pack: Pack
) -> None:
    """However often the bot looks, there is one message per server and edition."""
    await subscribe(engine, 1, 2, 3)
    await news.look()

    pack.publish("2026-11-26", 310)
    for _ in range(3):
        await news.look()

    assert channels.tried == [10, 20, 30]
    assert "**300 metres long** → **310 metres long**\nIt is 310 metres long." in channels.texts[0]


async def test_news_leaves_out_what_a_server_hides(
    store: NewsStore, engine: AsyncEngine, channels: Channels, pack: Pack, clock: Clock
) -> None:
    """A server that hides the only topic that changed is not told; the others are."""
    await subscribe(engine, 1, 2)

    async def hides(guild_id: int) -> tuple[str, ...]:
        return ("bridge",) if guild_id == 1 else ()

    news = EditionNews(store, lambda: pack.current, channels.send, hides, clock=clock)
    await news.look()
    pack.publish("2026-11-26", 310)
    await news.look()

    assert channels.tried == [20]
    assert "hides" in str((await failures(engine))[1])


async def test_an_edit_without_a_new_day_is_no_news(
    news: EditionNews, engine: AsyncEngine, channels: Channels, pack: Pack
) -> None:
    """Maintainers decide when they publish; the next edition tells what was edited since the last one."""
    await subscribe(engine, 1)
    await news.look()

    pack.publish("2026-11-01", 305)
    await news.look()
    assert channels.tried == []

    pack.publish("2026-11-26", 310)
    await news.look()
    assert "**300 metres long** → **310 metres long**" in channels.texts[0]


async def test_an_edition_in_which_nothing_changed_is_remembered_in_silence(
    news: EditionNews, store: NewsStore, engine: AsyncEngine, channels: Channels, pack: Pack
) -> None:
    """A new day alone is not worth a message."""
    await subscribe(engine, 1)
    await news.look()

    pack.publish("2026-11-26", 300)
    await news.look()

    assert channels.tried == []
    assert await store.newest_day() == pack.current.pack.edition


async def test_going_back_to_an_earlier_edition_is_no_news(
    news: EditionNews, engine: AsyncEngine, channels: Channels, pack: Pack
) -> None:
    """A rollback is silent, and so is coming back from it."""
    await subscribe(engine, 1)
    await news.look()
    pack.publish("2026-11-26", 310)
    await news.look()

    pack.publish("2026-11-01", 300)
    await news.look()
    pack.publish("2026-11-26", 310)
    await news.look()

    assert channels.tried == [10]


async def test_an_earlier_edition_that_cannot_be_read_makes_no_news(
    news: EditionNews, store: NewsStore, engine: AsyncEngine, channels: Channels, pack: Pack
) -> None:
    """Stored by a version that nobody knows any more: the new edition is remembered, and the one after it is told."""
    await subscribe(engine, 1)
    day = pack.current.pack.edition
    await store.remember(StoredEdition(edition="old", published=day, content=b"?"), now=NOW, announce=False)

    pack.publish("2026-11-25", 305)
    await news.look()
    assert channels.tried == []

    pack.publish("2026-11-26", 310)
    await news.look()
    assert "**305 metres long** → **310 metres long**" in channels.texts[0]


async def test_a_server_that_cannot_be_told_keeps_none_from_the_news(
    news: EditionNews, engine: AsyncEngine, channels: Channels, pack: Pack, clock: Clock
) -> None:
    """A channel that is gone is given up with its reason; the next server gets its message."""
    await subscribe(engine, 1, 2)
    channels.failing[10] = Undeliverable("The channel is gone.")
    await news.look()

    pack.publish("2026-11-26", 310)
    await news.look()
    clock.now += timedelta(hours=3)
    await news.look()

    assert channels.tried == [10, 20]
    assert await failures(engine) == {1: "The channel is gone.", 2: None}


async def test_a_passing_trouble_is_tried_again(
    news: EditionNews, engine: AsyncEngine, channels: Channels, pack: Pack, clock: Clock
) -> None:
    """When Discord takes messages again, who waited is told."""
    await subscribe(engine, 1, 2)
    channels.failing[10] = Postponed("Discord answered 503.")
    await news.look()
    pack.publish("2026-11-26", 310)
    await news.look()
    assert channels.reached == [20]

    del channels.failing[10]
    clock.now += timedelta(minutes=2)
    await news.look()

    assert channels.reached == [20, 10]


async def test_a_defect_that_one_server_brings_out_is_logged(
    news: EditionNews, engine: AsyncEngine, channels: Channels, pack: Pack, caplog: pytest.LogCaptureFixture
) -> None:
    """What nobody foresaw stops at the server it concerns."""
    await subscribe(engine, 1, 2)
    channels.failing[10] = ZeroDivisionError("a defect")
    await news.look()

    pack.publish("2026-11-26", 310)
    await news.look()

    assert channels.reached == [20]
    assert "ZeroDivisionError" in caplog.text


async def test_a_server_is_given_up_after_the_last_attempt(
    news: EditionNews, engine: AsyncEngine, channels: Channels, pack: Pack, clock: Clock
) -> None:
    """What was tried again and again is left, with the last reason."""
    await subscribe(engine, 1)
    channels.failing[10] = Postponed("Discord answered 503.")
    await news.look()
    pack.publish("2026-11-26", 310)

    for _ in range(300):
        await news.look()
        clock.now += timedelta(minutes=1)

    assert channels.tried == [10] * LAST_ATTEMPT
    assert await failures(engine) == {1: "It was tried 5 times. Last: Discord answered 503."}
    assert LAST_ATTEMPT == ATTEMPTS


async def test_an_outage_does_not_use_up_every_server(
    news: EditionNews, engine: AsyncEngine, channels: Channels, pack: Pack, caplog: pytest.LogCaptureFixture
) -> None:
    """After three troubles in a row the bot waits for its next look instead of trying all servers in vain."""
    caplog.set_level(logging.WARNING)
    await subscribe(engine, *range(1, 20))
    channels.failing = {id_ * 10: Postponed("Discord could not be reached.") for id_ in range(1, 20)}
    await news.look()

    pack.publish("2026-11-26", 310)
    await news.look()

    assert channels.tried == [10, 20, 30]
    assert "cannot be sent at the moment" in caplog.text


async def test_more_servers_than_a_page_are_told(
    news: EditionNews, engine: AsyncEngine, channels: Channels, pack: Pack
) -> None:
    """All pages are read."""
    await subscribe(engine, *range(1, 231))
    await news.look()

    pack.publish("2026-11-26", 310)
    await news.look()

    assert channels.tried == [id_ * 10 for id_ in range(1, 231)]


async def test_of_several_processes_one_tells_a_server(
    engine: AsyncEngine, channels: Channels, pack: Pack, clock: Clock
) -> None:
    """Replicas that notice an edition together share the servers among them."""
    await subscribe(engine, *range(1, 11))
    replicas = [
        EditionNews(NewsStore(engine), lambda: pack.current, channels.send, hides_nothing, clock=clock)
        for _ in range(3)
    ]
    await replicas[0].look()

    async def look(replica: EditionNews) -> None:
        """Look as a running bot does: again, when SQLite made it wait too long for another writer."""
        while True:
            try:
                return await replica.look()
            except OperationalError:
                await asyncio.sleep(0.05)

    pack.publish("2026-11-26", 310)
    await asyncio.gather(*map(look, replicas))

    assert sorted(channels.tried) == [id_ * 10 for id_ in range(1, 11)]


async def test_a_restart_finishes_what_was_begun(
    store: NewsStore, engine: AsyncEngine, channels: Channels, pack: Pack, clock: Clock
) -> None:
    """Servers that waited when the process died are told by the next one; nobody sees a message twice."""
    await subscribe(engine, 1, 2, 3)

    async def die_after_sending(channel_id: int, card: Card, nonce: str) -> None:
        await channels.send(channel_id, card, nonce)
        if channel_id == 20:
            raise asyncio.CancelledError

    dying = EditionNews(store, lambda: pack.current, die_after_sending, hides_nothing, clock=clock)
    await dying.look()
    pack.publish("2026-11-26", 310)
    with pytest.raises(asyncio.CancelledError):
        await dying.look()

    clock.now += timedelta(minutes=2)
    await EditionNews(store, lambda: pack.current, channels.send, hides_nothing, clock=clock).look()

    assert channels.tried == [10, 20, 20, 30]
    assert channels.reached == [10, 20, 30]


async def test_a_message_that_could_not_be_noted_is_not_sent_again(
    store: NewsStore, engine: AsyncEngine, channels: Channels, pack: Pack, clock: Clock
) -> None:
    """When the database fails between sending and noting it, the next look notes it."""

    class Failing(NewsStore):
        working = False

        async def confirm(self, guild_id: int, edition: str, *, now: datetime) -> None:
            if not self.working:
                raise OSError("the disk is full")
            await super().confirm(guild_id, edition, now=now)

    failing = Failing(engine)
    await subscribe(engine, 1)
    news = EditionNews(failing, lambda: pack.current, channels.send, hides_nothing, clock=clock)
    await news.look()
    pack.publish("2026-11-26", 310)
    with pytest.raises(OSError, match="disk is full"):
        await news.look()

    failing.working = True
    clock.now += timedelta(minutes=10)
    await news.look()

    assert channels.tried == [10]
    async with engine.connect() as connection:
        assert (await connection.execute(select(news_deliveries.c.sent_at))).scalar() is not None


async def test_old_news_are_not_told(
    news: EditionNews, engine: AsyncEngine, channels: Channels, pack: Pack, clock: Clock
) -> None:
    """A bot that comes back after days does not surprise servers with what it owed them."""
    await subscribe(engine, 1)
    channels.failing[10] = Postponed("Discord answered 503.")
    await news.look()
    pack.publish("2026-11-26", 310)
    await news.look()

    channels.failing.clear()
    clock.now += timedelta(days=2)
    await news.look()

    assert channels.reached == []


def test_a_nonce_tells_servers_and_editions_apart() -> None:
    """It is the same for one message, and short enough for Discord."""
    nonces = {nonce_of(guild_id, edition) for guild_id in (1, 2) for edition in ("2026-11-26-a", "2026-11-26-b")}

    assert len(nonces) == 4
    assert nonce_of(2**64 - 1, "x" * 32) == nonce_of(2**64 - 1, "x" * 32)
    assert len(nonce_of(2**64 - 1, "x" * 32)) <= 25


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():
            await asyncio.sleep(0.01)


async def test_news_are_told_when_the_edition_changes(
    store: NewsStore, engine: AsyncEngine, channels: Channels, pack: Pack
) -> None:
    """The job looks at its start and whenever it is woken, beside everything else."""
    await subscribe(engine, 1)

    async with announce_editions(store, lambda: pack.current, channels.send, hides_nothing, every=3600) as wake:
        async with asyncio.timeout(10):
            while await store.newest_day() is None:
                await asyncio.sleep(0.01)
        pack.publish("2026-11-26", 310)
        wake()
        await until(lambda: channels.reached == [10])


async def test_the_job_outlives_a_failing_database(
    store: NewsStore, engine: AsyncEngine, channels: Channels, pack: Pack, caplog: pytest.LogCaptureFixture
) -> None:
    """An error of one look is logged, and the next one does its work."""
    await subscribe(engine, 1)
    for day, metres in (("2026-11-01", 300), ("2026-11-26", 310)):
        pack.publish(day, metres)

    class Failing(NewsStore):
        looks = 0

        async def newest_day(self) -> Any:
            self.looks += 1
            if self.looks == 1:
                raise OSError("the database is away")
            return await super().newest_day()

    failing = Failing(engine)

    async with announce_editions(failing, lambda: pack.current, channels.send, hides_nothing, every=0.01):
        await until(lambda: failing.looks > 2)

    assert "the database is away" in caplog.text
    async with engine.connect() as connection:
        assert (await connection.execute(select(editions.c.published))).scalar() == "2026-11-26"
