"""Who asks and where, read from what Discord sends; discord.py's own objects are the measure."""

from collections.abc import Mapping, Sequence
from typing import Any

import discord
import pytest

from bot.commands.askers import Asker
from tests.wire.discord import interaction_payload, member_of, message_of, user_of

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


def payload(**changes: Any) -> dict[str, Any]:
    """Return what is sent for a command; ``None`` leaves a key out."""
    sent = {**interaction_payload(1, "article5", {}), **changes}
    if changes.get("guild_id", SERVER) is None:
        sent["user"] = sent.pop("member")["user"]
    return {key: value for key, value in sent.items() if value is not None}


@pytest.mark.parametrize(
    ("owners", "server"),
    [({"0": SERVER}, 500), ({"1": USER}, None), ({"0": SERVER, "1": USER}, 500)],
    ids=["added by the server", "added by the member", "added by both"],
)
def test_a_server_decides_where_it_added_the_bot(owners: Mapping[str, str], server: int | None) -> None:
    """Where only the member added it, the admins of that server decided nothing about it."""
    assert Asker(payload(authorizing_integration_owners=owners)).server == server


@pytest.mark.parametrize("owners", [{"0": "0"}, {"1": USER}], ids=["with the bot", "with somebody else"])
def test_nobody_decides_in_direct_messages(owners: Mapping[str, str]) -> None:
    """A conversation of two belongs to no server."""
    asker = Asker(payload(**DIRECT, authorizing_integration_owners=owners))

    assert asker.server is None
    assert asker.places == (610,)


def test_a_channel_is_where_it_is() -> None:
    """Outside of threads there is one place."""
    assert Asker(payload()).places == (600,)


@pytest.mark.parametrize("kind", [10, 11, 12], ids=["of news", "public", "private"])
def test_a_thread_belongs_to_its_channel(kind: int) -> None:
    """Its own rule comes first, then that of its channel, though the bot keeps no channels in memory."""
    asker = Asker(payload(channel_id=THREAD, channel={**THREAD_PAYLOAD, "type": kind}))

    assert asker.places == (650, 600)


def test_roles_are_those_of_the_member() -> None:
    """They come with the interaction; in direct messages there are none."""
    member = {**member_of(user_of(USER)), "roles": ["801", "802"]}

    assert set(Asker(payload(member=member)).roles) == {801, 802}
    assert set(Asker(payload(**DIRECT, authorizing_integration_owners={"1": USER})).roles) == set()


@pytest.mark.parametrize(
    ("permissions", "messages", "server"),
    [
        (discord.Permissions(), False, False),
        (discord.Permissions(manage_messages=True), True, False),
        (discord.Permissions(manage_guild=True, send_messages=True), False, True),
        (discord.Permissions.all(), True, True),
    ],
)
def test_permissions_are_those_of_the_member(permissions: discord.Permissions, messages: bool, server: bool) -> None:
    """They come with the interaction, the channel's overrides included; nobody has any in direct messages."""
    asker = Asker(payload(member=member_of(user_of(USER), permissions=str(permissions.value))))
    alone = Asker(payload(**DIRECT))

    assert (asker.manages_messages, asker.manages_server) == (messages, server)
    assert (alone.manages_messages, alone.manages_server) == (False, False)


@pytest.mark.parametrize(("flags", "private"), [(0, False), (64, True), (32768, False), (32832, True)])
def test_a_message_says_for_whom_it_is(flags: int, private: bool) -> None:
    """A used component brings its message; one flag says that only one person sees it."""
    asker = Asker(payload(message=message_of({"flags": flags})))

    assert asker.used_private_message is private
    assert not Asker(payload()).used_private_message


@pytest.mark.parametrize("files", [[], [{"id": "1", "filename": "picture.png", "size": 1, "url": ""}]], ids=len)
def test_a_message_says_whether_it_carries_files(files: Sequence[Mapping[str, Any]]) -> None:
    """A picture that another page does not have goes when the page is turned."""
    asker = Asker(payload(message={**message_of({}), "attachments": files}))

    assert asker.used_message_with_files is bool(files)
    assert not Asker(payload()).used_message_with_files


@pytest.mark.parametrize("locale", [None, "de", "en-GB", "a locale of tomorrow"])
def test_a_locale_is_discord_s(locale: str | None) -> None:
    """Also one that nobody knows yet; without one it is that which discord.py takes."""
    assert Asker(payload(locale=locale)).locale == (locale or "en-US")


@pytest.mark.parametrize(
    "changes",
    [
        {"member": None},
        {"member": {}},
        {"member": []},
        {"member": {"user": {"id": "somebody"}}},
        {"member": {"user": {"id": "1"}, "permissions": "all"}},
        {"guild_id": "here"},
        {"channel": "here"},
        {"channel": {"id": "1", "type": 11}},
        {"authorizing_integration_owners": {"1": "me"}},
        {"locale": 5},
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused(changes: Mapping[str, Any]) -> None:
    """Whoever receives it says so to the person, instead of answering for somebody else or somewhere else."""
    with pytest.raises((KeyError, AttributeError, TypeError, ValueError)):
        Asker(payload(**changes))
