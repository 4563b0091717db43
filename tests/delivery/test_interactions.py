"""Our interactions beside discord.py's own: whoever asks one gets what the other says."""

import gc
import weakref
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import discord
import orjson
import pytest
from discord.http import MultipartParameters
from discord.webhook.async_ import AsyncWebhookAdapter, async_context

from bot.commands.askers import note_asker
from bot.delivery.interactions import _MADE_LATER, LazyInteraction
from bot.rendering.prepared import PreparedCard
from tests.commands.test_askers import DIRECT, THREAD_PAYLOAD, payload
from tests.wire.discord import message_of

PRESSED = {"type": 3, "data": {"component_type": 2, "custom_id": "k1:a"}, "message": message_of({})}
PAYLOADS: Mapping[str, Mapping[str, Any]] = {
    "of a member": payload(),
    "in a thread": payload(channel_id="650", channel=THREAD_PAYLOAD),
    "in direct messages": payload(**DIRECT, authorizing_integration_owners={"1": "700"}),
    "without what may be missing": payload(locale=None, guild_locale=None, channel=None, context=None),
    "of a component": payload(**PRESSED),
    "of a form": payload(type=5, data={"custom_id": "k1:a", "components": []}, message=message_of({})),
}
COMPONENTS = [{"type": 10, "content": "A card"}]
Send = Callable[[discord.Interaction[Any], PreparedCard], Any]


@pytest.fixture
async def client() -> AsyncIterator[discord.Client]:
    async with discord.Client(
        intents=discord.Intents.none(), allowed_mentions=discord.AllowedMentions.none()
    ) as client:
        user: Any = {"id": "1", "username": "bot", "discriminator": "0", "avatar": None}
        client._connection.user = discord.ClientUser(state=client._connection, data=user)
        yield client


def both(client: discord.Client, data: Any) -> tuple[LazyInteraction, discord.Interaction[Any]]:
    """Return ours and discord.py's, of the same payload."""
    return LazyInteraction(data=data, state=client._connection), discord.Interaction(
        data=data, state=client._connection
    )


@pytest.mark.parametrize("name", PAYLOADS)
async def test_an_interaction_says_what_discord_py_s_says(client: discord.Client, name: str) -> None:
    """Every attribute and every property, each asked first of an interaction that has made nothing yet."""
    public = {key for key in dir(discord.Interaction) if not key.startswith("_")}
    said = {key for key in public if not callable(getattr(discord.Interaction, key))}
    said |= set(discord.Interaction.__slots__) & _MADE_LATER
    assert {"user", "channel", "message", "permissions", "guild", "created_at", "_permissions"} <= said

    for key in sorted(said - {"response", "followup", "namespace", "expires_at"}):
        ours, theirs = both(client, PAYLOADS[name])
        assert _comparable(getattr(ours, key)) == _comparable(getattr(theirs, key)), key


@pytest.mark.parametrize("name", PAYLOADS)
async def test_questions_about_an_interaction_are_answered_as_by_discord_py(client: discord.Client, name: str) -> None:
    """Its methods read the same attributes."""
    for ask in ("is_expired", "is_guild_integration", "is_user_integration"):
        ours, theirs = both(client, PAYLOADS[name])
        assert getattr(ours, ask)() == getattr(theirs, ask)()


async def test_nothing_is_made_before_it_is_asked_for(client: discord.Client) -> None:
    """That is what ours are for; one question makes all the rest, and nothing of discord.py's is left out."""
    asked, theirs = both(client, payload())
    assert not any(_is_set(asked, name) for name in _MADE_LATER)
    assert {
        name for name in discord.Interaction.__slots__ if _is_set(theirs, name) > _is_set(asked, name)
    } == _MADE_LATER

    assert asked.user.id == 700

    assert all(_is_set(asked, name) for name in _MADE_LATER)


async def test_an_attribute_that_there_is_not_is_missing(client: discord.Client) -> None:
    """``hasattr`` and discord.py's cached properties rely on that."""
    asked, _ = both(client, payload())

    assert not hasattr(asked, "colour")


async def test_an_interaction_is_gone_when_it_was_answered(client: discord.Client) -> None:
    """It is in no circle with its response: memory would hold payloads until somebody searches for garbage."""
    gc.disable()
    try:
        async_context.set(_Sent())
        sent = _Payload(payload())
        still_there = weakref.ref(sent)
        asked = LazyInteraction(data=sent, state=client._connection)
        note_asker(asked, sent)
        await _publicly(asked, PreparedCard(orjson.dumps(COMPONENTS)))
        assert asked.response.is_done()

        del asked, sent

        assert still_there() is None
    finally:
        gc.enable()


class _Payload(dict[str, Any]):
    """A payload whose end can be noticed."""


async def _publicly(interaction: discord.Interaction[Any], card: PreparedCard) -> None:
    await interaction.response.send_message(view=card, ephemeral=False)


async def _privately(interaction: discord.Interaction[Any], card: PreparedCard) -> None:
    await interaction.response.send_message(view=card, ephemeral=True)


async def _in_place(interaction: discord.Interaction[Any], card: PreparedCard) -> None:
    await interaction.response.edit_message(view=card)


async def _in_place_without_files(interaction: discord.Interaction[Any], card: PreparedCard) -> None:
    await interaction.response.edit_message(view=card, attachments=[])


@pytest.mark.parametrize("send", [_publicly, _privately, _in_place, _in_place_without_files])
@pytest.mark.parametrize("name", PAYLOADS)
async def test_a_card_goes_out_as_discord_py_sends_it(client: discord.Client, name: str, send: Send) -> None:
    """To the byte, and to the same end: nothing at all for a command whose message should change."""
    sent = []
    for interaction in both(client, PAYLOADS[name]):
        adapter = _Sent()
        async_context.set(adapter)
        await send(interaction, PreparedCard(orjson.dumps(COMPONENTS)))
        sent.append((adapter.bodies, interaction.response.is_done(), interaction.response.type))

    assert sent[0] == sent[1]
    assert bool(sent[0][0]) is ("place" not in send.__name__ or name in {"of a component", "of a form"})


@pytest.mark.parametrize("send", [_publicly, _in_place])
async def test_a_second_reply_is_refused(client: discord.Client, send: Send) -> None:
    """An interaction takes one."""
    async_context.set(_Sent())
    asked, _ = both(client, PAYLOADS["of a component"])
    await send(asked, PreparedCard(orjson.dumps(COMPONENTS)))

    with pytest.raises(discord.InteractionResponded):
        await send(asked, PreparedCard(orjson.dumps(COMPONENTS)))


class _Sent(AsyncWebhookAdapter):
    """Takes replies instead of Discord."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # of discord.py
        self.bodies: list[bytes] = []

    async def create_interaction_response(  # type: ignore[override]  # discord.py's returns the same, awaited
        self, interaction_id: int, token: str, *, params: MultipartParameters, **_: Any
    ) -> dict[str, Any]:
        self.bodies.append(orjson.dumps(params.payload))
        return {"interaction": {"id": str(interaction_id), "type": 2}}


def _is_set(interaction: discord.Interaction[Any], name: str) -> bool:
    """Return whether an attribute is there, without making it."""
    try:
        object.__getattribute__(interaction, name)
    except AttributeError:
        return False
    return True


def _comparable(value: Any) -> Any:
    """Return what two of a kind are compared by; discord.py compares few of its objects."""
    return repr(value) if type(value).__module__.startswith("discord.") else value
