"""Where an interaction comes from, as Discord tells it."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import discord
import pytest

from bot.commands.occasions import AnyInteraction, places_of, roles_of, server_of
from tests.wire.discord import interaction_payload

SERVER, CHANNEL, THREAD, USER = "500", "600", "650", "700"
THREAD_PAYLOAD = {
    "id": THREAD,
    "type": 11,
    "guild_id": SERVER,
    "parent_id": CHANNEL,
    "owner_id": USER,
    "name": "thread",
    "last_message_id": None,
    "message_count": 1,
    "member_count": 1,
    "rate_limit_per_user": 0,
    "flags": 0,
    "permissions": "2147483647",
    "thread_metadata": {
        "archived": False,
        "auto_archive_duration": 60,
        "archive_timestamp": "2026-01-01T00:00:00+00:00",
        "locked": False,
    },
}
DIRECT: Mapping[str, Any] = {
    "guild_id": None,
    "guild": None,
    "channel_id": "610",
    "channel": {"id": "610", "type": 1, "last_message_id": None, "recipients": []},
    "context": 1,
}


@pytest.fixture
async def client() -> AsyncIterator[discord.Client]:
    async with discord.Client(intents=discord.Intents.none()) as client:
        user: Any = {"id": "1", "username": "bot", "discriminator": "0", "avatar": None}
        client._connection.user = discord.ClientUser(state=client._connection, data=user)
        yield client


def interaction(client: discord.Client, **changes: Any) -> AnyInteraction:
    payload = {**interaction_payload(1, "article5", {}), **changes}
    if changes.get("guild_id", SERVER) is None:
        payload = {**payload, "user": payload["member"]["user"]}
        del payload["member"]
    data: Any = {key: value for key, value in payload.items() if value is not None}
    return discord.Interaction(data=data, state=client._connection)


@pytest.mark.parametrize(
    ("owners", "server"),
    [({"0": SERVER}, 500), ({"1": USER}, None), ({"0": SERVER, "1": USER}, 500)],
    ids=["added by the server", "added by the member", "added by both"],
)
async def test_a_server_decides_where_it_added_the_bot(
    client: discord.Client, owners: Mapping[str, str], server: int | None
) -> None:
    """Where only the member added it, the admins of that server decided nothing about it."""
    assert server_of(interaction(client, authorizing_integration_owners=owners)) == server


@pytest.mark.parametrize("owners", [{"0": "0"}, {"1": USER}], ids=["with the bot", "with somebody else"])
async def test_nobody_decides_in_direct_messages(client: discord.Client, owners: Mapping[str, str]) -> None:
    """A conversation of two belongs to no server."""
    asked = interaction(client, **DIRECT, authorizing_integration_owners=owners)

    assert server_of(asked) is None
    assert places_of(asked) == (610,)


async def test_a_channel_is_where_it_is(client: discord.Client) -> None:
    """Outside of threads there is one place."""
    assert places_of(interaction(client)) == (600,)


@pytest.mark.parametrize("kind", [10, 11, 12], ids=["of news", "public", "private"])
async def test_a_thread_belongs_to_its_channel(client: discord.Client, kind: int) -> None:
    """Its own rule comes first, then that of its channel, though the bot keeps no channels in memory."""
    asked = interaction(client, channel_id=THREAD, channel={**THREAD_PAYLOAD, "type": kind})

    assert places_of(asked) == (650, 600)


async def test_roles_are_those_of_the_member(client: discord.Client) -> None:
    """They come with the interaction; in direct messages there are none."""
    member = {**interaction_payload(1, "article5", {})["member"], "roles": ["801", "802"]}

    assert set(roles_of(interaction(client, member=member))) == {801, 802}
    assert set(roles_of(interaction(client, **DIRECT, authorizing_integration_owners={"1": USER}))) == set()
