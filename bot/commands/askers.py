"""
Who asks, and where, as Discord says it.

discord.py makes objects of a person, a server, a channel and a message before anybody asks for one, a large part of
what an answer cost. What answers depend on is little; it is read from the payload here, and the objects are made for
whoever needs one (``bot.delivery.interactions``).
"""

from collections.abc import Collection, Mapping
from typing import Any

import discord

AnyInteraction = discord.Interaction[Any]

_ASKER = "asker"  # key in Interaction.extras
_THREADS = frozenset({10, 11, 12})  # types of channels that belong to another
_EPHEMERAL = discord.MessageFlags(ephemeral=True).value
_DEFAULT_LOCALE = "en-US"  # as discord.py takes it where Discord does not say


class Asker:
    """A person who used a command or a component, and the place where they did."""

    __slots__ = ("_member", "_message", "id", "locale", "permissions", "places", "server")

    def __init__(self, payload: Mapping[str, Any]) -> None:
        """
        Read an interaction's payload.

        Raises:
            KeyError: Something is missing that answers depend on.
            AttributeError, TypeError, ValueError: Something is of another kind than Discord's.
        """
        said = payload.get("guild_id")
        guild_id = None if said is None else int(said)
        member: Mapping[str, Any] | None = payload["member"] if guild_id else None
        self._member = member
        self._message: Mapping[str, Any] | None = payload.get("message")
        self.id = int((payload if member is None else member)["user"]["id"])
        # Bits of discord.Permissions in the place where they asked; none in direct messages.
        self.permissions = 0 if member is None else int(member.get("permissions", 0))
        # The server whose admins decide: none in direct messages, and where it did not add the bot itself.
        self.server = guild_id if _was_added(payload, guild_id, self.id) else None
        # The channels in which they asked, the nearest first: a thread, then its channel.
        self.places = _places(payload.get("channel") or {}, guild_id)
        self.locale: str = payload.get("locale", _DEFAULT_LOCALE)
        if not isinstance(self.locale, str):
            raise TypeError("locale")

    @property
    def roles(self) -> Collection[int]:
        """The ids of the person's roles in the server."""
        return () if self._member is None else tuple(map(int, self._member["roles"]))

    @property
    def manages_messages(self) -> bool:
        return bool(self.permissions & _MANAGE_MESSAGES)

    @property
    def manages_server(self) -> bool:
        return bool(self.permissions & _MANAGE_SERVER)

    @property
    def used_private_message(self) -> bool:
        """Whether the message whose component they used is for their eyes only."""
        return self._message is not None and bool(int(self._message.get("flags", 0)) & _EPHEMERAL)

    @property
    def used_message_with_files(self) -> bool:
        """Whether the message whose component they used carries a picture or another file."""
        return self._message is not None and bool(self._message.get("attachments"))


def note_asker(interaction: AnyInteraction, payload: Mapping[str, Any]) -> None:
    """
    Read who asks from the payload that *interaction* was made of; ``asker_of`` returns it.

    Raises:
        KeyError, AttributeError, TypeError, ValueError: As ``Asker`` does.
    """
    interaction.extras[_ASKER] = Asker(payload)


def asker_of(interaction: AnyInteraction) -> Asker:
    """Return who asks, and where."""
    asker: Asker = interaction.extras[_ASKER]
    return asker


# What an admin allows is a combination of these (https://docs.discord.com/developers/topics/permissions).
_MANAGE_MESSAGES = discord.Permissions(manage_messages=True).value
_MANAGE_SERVER = discord.Permissions(manage_guild=True).value


def _was_added(payload: Mapping[str, Any], guild_id: int | None, user_id: int) -> bool:
    """Return whether the server added the bot, or nobody says that the person alone did."""
    owners = payload.get("authorizing_integration_owners") or {}
    return int(owners.get("1", 0)) != user_id or (bool(guild_id) and int(owners.get("0", 0)) == guild_id)


def _places(channel: Mapping[str, Any], guild_id: int | None) -> tuple[int, ...]:
    nearest = channel.get("id")
    if nearest is None:
        return ()
    if guild_id and channel.get("type") in _THREADS:
        return (int(nearest), int(channel["parent_id"]))
    return (int(nearest),)
