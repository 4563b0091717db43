"""
Interactions of discord.py that make their parts when somebody asks for them, and send finished cards straight away.

To commands they are what they were: the same attributes and the same methods. ``bot.commands.askers`` reads what most
answers need, so most interactions never make a person, a channel or a message.
``tests/delivery/test_interactions.py`` holds them against discord.py's own.
"""

from collections.abc import Mapping
from typing import Any, TypeGuard

import discord
from discord.enums import try_enum
from discord.http import MultipartParameters
from discord.state import ConnectionState
from discord.webhook.async_ import async_context

from bot.rendering.prepared import PreparedCard

_MADE_LATER = frozenset(
    {
        *("application_id", "channel", "context", "entitlement_sku_ids", "entitlements", "filesize_limit"),
        *("guild_locale", "locale", "message", "user", "version"),
        *("_app_permissions", "_integration_owners", "_permissions"),
    }
)
_PRIVATE = discord.MessageFlags(components_v2=True, ephemeral=True).value
_PUBLIC = discord.MessageFlags(components_v2=True).value


class LazyInteraction(discord.Interaction[Any]):
    """
    An interaction that reads no more of its payload than it is asked for.

    discord.py's holds its response, which holds it: a circle that only a search for garbage finds, with the payload in
    it. Here the response is made whenever it is asked for, so that all goes as soon as it was answered.
    """

    __slots__ = ("_payload", "reply_type")

    def __init__(self, *, data: Mapping[str, Any], state: ConnectionState[Any]) -> None:
        """
        Read what every interaction is asked for.

        Raises:
            KeyError, TypeError, ValueError: *data* is not an interaction. What is wrong with the rest of it shows when
                that is asked for.
        """
        super().__init__(data=data, state=state)  # type: ignore[arg-type]  # a dictionary of JSON

    def _from_data(self, data: Any) -> None:
        self._payload = data
        self.id = int(data["id"])
        self.type = try_enum(discord.InteractionType, data["type"])
        self.data = data.get("data")
        self.token = data["token"]
        guild_id = data.get("guild_id")
        self.guild_id = None if guild_id is None else int(guild_id)
        self.reply_type: discord.InteractionResponseType | None = None  # of the reply that was sent

    def __getattr__(self, name: str) -> Any:
        """Make all that is missing, as discord.py does at once; called for what was not set yet."""
        if name not in _MADE_LATER:
            raise AttributeError(name)
        super()._from_data(self._payload)
        return object.__getattribute__(self, name)

    @property
    def response(self) -> "CardResponse":
        return CardResponse(self)

    @property
    def guild(self) -> discord.Guild | None:
        """The server, without the person, whom discord.py asks for it."""
        if not self.guild_id:
            return None
        return self._state._get_or_create_unavailable_guild(self.guild_id, data=self._payload.get("guild"))


class CardResponse(discord.InteractionResponse[Any]):
    """
    Answers an interaction; a prepared card goes out without what discord.py does for messages of any kind.

    What was sent is noted in the interaction, for every response that is made of it.
    """

    __slots__ = ()
    _parent: LazyInteraction

    def __init__(self, parent: LazyInteraction) -> None:
        self._parent = parent

    @property
    def _response_type(self) -> discord.InteractionResponseType | None:
        return self._parent.reply_type

    @_response_type.setter
    def _response_type(self, kind: discord.InteractionResponseType | None) -> None:
        self._parent.reply_type = kind

    async def send_message(self, content: Any = None, **options: Any) -> discord.InteractionCallbackResponse[Any]:
        card = options.get("view")
        if content is None and _is_ready(card) and options.keys() <= {"view", "ephemeral"}:
            flags = _PRIVATE if options.get("ephemeral") else _PUBLIC
            message = {"tts": False, "content": None, "components": card.to_components(), "flags": flags}
            return await self._send(message, discord.InteractionResponseType.channel_message)
        return await super().send_message(content, **options)

    async def edit_message(self, **options: Any) -> discord.InteractionCallbackResponse[Any] | None:
        card = options.get("view")
        if _is_ready(card) and len(options) == 1 and self._parent.type in _OF_MESSAGES:
            message = {"tts": False, "components": card.to_components(), "flags": _PUBLIC}
            return await self._send(message, discord.InteractionResponseType.message_update)
        return await super().edit_message(**options)

    async def _send(
        self, message: dict[str, Any], kind: discord.InteractionResponseType
    ) -> discord.InteractionCallbackResponse[Any]:
        parent = self._parent
        if self._response_type is not None:
            raise discord.InteractionResponded(parent)
        state = parent._state
        if (mentions := state.allowed_mentions) is not None:
            message["allowed_mentions"] = mentions.to_dict()
        data = await async_context.get().create_interaction_response(
            parent.id,
            parent.token,
            session=parent._session,
            proxy=state.http.proxy,
            proxy_auth=state.http.proxy_auth,
            params=MultipartParameters(payload={"type": kind.value, "data": message}, multipart=None, files=None),
        )
        self._response_type = kind
        return discord.InteractionCallbackResponse(data=data, parent=parent, state=state, type=kind)


_OF_MESSAGES = frozenset({discord.InteractionType.component, discord.InteractionType.modal_submit})


def _is_ready(card: Any) -> TypeGuard[PreparedCard]:
    return isinstance(card, PreparedCard) and card.gallery is None
