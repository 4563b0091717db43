"""How replies are sent, on a real socket in this process."""

import asyncio
import io
import itertools
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import discord
import pytest
from discord.http import Route
from discord.webhook.async_ import AsyncWebhookAdapter, async_context

from bot.delivery import callback
from bot.delivery.callback import ReplyAdapter, note_receipt, use_adapter
from bot.delivery.counts import DeliveryCounts, Loss
from bot.delivery.reply_connections import ReplyConnections
from bot.errors import ReplyLost
from tests.wire import faults
from tests.wire.discord import BOT_ID, BOT_USER, WireDiscord, interaction_payload, open_discord

IDS = itertools.count(1)


@pytest.fixture
async def wire() -> AsyncIterator[WireDiscord]:
    async with open_discord() as wire:
        yield wire


class LoggedIn(discord.Client):
    """A client that is logged in, as far as replies can tell."""

    connections: ReplyConnections


@pytest.fixture
async def client(wire: WireDiscord, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LoggedIn]:
    """A client that answers through *wire*."""
    monkeypatch.setattr(Route, "BASE", wire.api_url)
    client = LoggedIn(intents=discord.Intents.none())
    client._connection.application_id = BOT_ID
    client._connection.user = discord.ClientUser(state=client._connection, data=BOT_USER)  # type: ignore[arg-type]
    async with aiohttp.ClientSession() as session, ReplyConnections(wire.api_url, user_agent="test") as connections:
        client.http._HTTPClient__session = session  # type: ignore[attr-defined]
        client.connections = connections
        yield client


def received(client: LoggedIn, counts: DeliveryCounts) -> discord.Interaction[Any]:
    """Return an interaction that was received now, answered through our adapter."""
    use_adapter(ReplyAdapter(counts, client.connections))
    note_receipt()
    data: Any = interaction_payload(next(IDS), "article5", {})
    return discord.Interaction(data=data, state=client._connection)


@pytest.fixture(autouse=True)
def stock_adapter_afterwards() -> Any:
    yield
    async_context.set(AsyncWebhookAdapter())  # type: ignore[no-untyped-call]


async def test_what_commands_use_of_discordpy_works(wire: WireDiscord, client: LoggedIn) -> None:
    """Responding, knowing that one has, fetching and editing the response, and following up."""
    interaction = received(client, DeliveryCounts())

    await interaction.response.send_message("An answer", ephemeral=True)
    done, response_type = interaction.response.is_done(), interaction.response.type
    original = await interaction.original_response()
    edited = await interaction.edit_original_response(content="A better answer")
    followed = await interaction.followup.send("And more", wait=True)
    await interaction.delete_original_response()

    assert done
    assert response_type is discord.InteractionResponseType.channel_message
    assert original.id == edited.id == followed.id
    assert wire.edits[interaction.id]["content"] == "And more"
    with pytest.raises(discord.InteractionResponded):
        await interaction.response.send_message("Again")


async def test_files_are_sent_again_from_their_start(wire: WireDiscord, client: LoggedIn) -> None:
    """A reply with a file survives a reset connection like any other."""
    interaction = received(client, DeliveryCounts())
    wire.faults = iter([faults.reset])

    await interaction.response.send_message(file=discord.File(io.BytesIO(b"content"), filename="chart.png"))

    assert [attachment["filename"] for attachment in wire.callbacks[0].payload["data"]["attachments"]] == ["chart.png"]


async def test_replies_are_counted_and_timed(wire: WireDiscord, client: LoggedIn) -> None:
    """Accepted ones with the seconds since receipt, repeated requests, and why others were lost."""
    seconds: list[float] = []
    counts = DeliveryCounts(observe=seconds.append)

    wire.faults = iter([faults.status(503)])
    await received(client, counts).response.send_message("An answer")
    for fault in (faults.status(404, code=10062), faults.rate_limit(30)):
        wire.faults = iter([fault])
        with pytest.raises(ReplyLost):
            await received(client, counts).response.send_message("An answer")
    wire.faults = iter([faults.status(400, code=50035)])
    with pytest.raises(discord.HTTPException):
        await received(client, counts).response.send_message("An answer")

    assert (counts.accepted, counts.retried, counts.late) == (1, 1, 0)
    assert counts.failed == {Loss.GONE: 1, Loss.RATE_LIMITED: 1, Loss.REFUSED: 1}
    assert len(seconds) == 1
    assert seconds[0] > 0


async def test_a_rate_limit_holds_up_one_person_only(wire: WireDiscord, client: LoggedIn) -> None:
    """While one reply waits as Discord asks, replies to others go out: they are limited apart."""
    counts = DeliveryCounts()
    wire.faults = iter([faults.rate_limit(1.0, everywhere=True)])
    first, second = received(client, counts), received(client, counts)

    waiting = asyncio.create_task(first.response.send_message("Later"))
    while not wire.requests:
        await asyncio.sleep(0.001)
    await second.response.send_message("Now")
    await waiting

    assert [callback.interaction_id for callback in wire.callbacks] == [second.id, first.id]


async def test_time_counts_from_receipt(wire: WireDiscord, client: LoggedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a command spends is gone for its reply: one that is ready too late is not sent at all."""
    monkeypatch.setattr(callback, "REPLY_SECONDS", -0.1)
    counts = DeliveryCounts()

    with pytest.raises(ReplyLost):
        await received(client, counts).response.send_message("Too late")

    assert counts.late == counts.failed[Loss.LATE] == 1
    assert wire.requests == []


async def test_choices_that_nobody_waits_for_any_more_stop_nothing(wire: WireDiscord, client: LoggedIn) -> None:
    """Somebody typed on: Discord refuses the choices for what was typed before, and that is no error."""
    counts = DeliveryCounts()
    wire.faults = iter([faults.status(404, code=10062)])
    data: Any = {**interaction_payload(wire.new_id(), "aid", {}), "type": 4}
    use_adapter(ReplyAdapter(counts, client.connections))
    note_receipt()

    await discord.Interaction[Any](data=data, state=client._connection).response.autocomplete([])

    assert counts.failed == {Loss.GONE: 1}


async def test_a_reply_that_another_process_gave_counts_as_given(wire: WireDiscord, client: LoggedIn) -> None:
    """While one process takes over from another both get each interaction; the slower one does not complain."""
    interaction = received(client, DeliveryCounts())
    wire.faults = iter([faults.status(400, code=40060)])

    await interaction.response.send_message("An answer")

    assert interaction.response.is_done()


async def test_an_answer_of_discord_that_makes_no_sense_is_no_defect(wire: WireDiscord, client: LoggedIn) -> None:
    """A follow-up that was taken is not followed by an apology because the confirmation cannot be read."""
    counts = DeliveryCounts()
    interaction = received(client, counts)
    await interaction.response.defer()
    wire.follow_up_faults = iter([faults.malformed])

    with pytest.raises(ReplyLost):
        await interaction.edit_original_response(content="An answer")

    assert wire.edits[interaction.id]["content"] == "An answer"
    assert counts.failed == {Loss.UNREADABLE: 1}
