"""The private names of discord.py 2.7.1 that we use. A new version that moves one fails here, not in production."""

import inspect

import discord
import orjson
from discord import app_commands
from discord.gateway import DiscordWebSocket, KeepAliveHandler
from discord.http import HTTPClient, Route
from discord.state import ConnectionState
from discord.webhook.async_ import AsyncWebhookAdapter, interaction_message_response_params

from bot.delivery.callback import ReplyAdapter
from bot.rendering.prepared import PreparedCard


def test_the_version_is_the_one_we_read() -> None:
    """Everything below was checked in this version's source."""
    assert discord.__version__ == "2.7.1"


def test_the_tree_hands_interactions_to_the_method_we_replace() -> None:
    """``BotTree`` replaces the entry point and calls the rest."""
    assert list(inspect.signature(app_commands.CommandTree._from_interaction).parameters) == ["self", "interaction"]
    assert inspect.iscoroutinefunction(app_commands.CommandTree._call)
    assert list(inspect.signature(app_commands.CommandTree._get_app_command_options).parameters) == ["self", "data"]
    assert "Interaction(data=data, state=self)" in inspect.getsource(ConnectionState.parse_interaction_create)


def test_addresses_are_class_attributes() -> None:
    """The API and the gateway are moved by setting these."""
    assert Route.BASE.startswith("https://discord.com/api/v")
    assert DiscordWebSocket.DEFAULT_GATEWAY.host == "gateway.discord.gg"
    assert "cls.DEFAULT_GATEWAY" in inspect.getsource(DiscordWebSocket.from_client)


def test_a_login_can_be_started_over() -> None:
    """After a failed login the client's HTTP part is closed, cleared and given a new connector."""
    assert inspect.iscoroutinefunction(HTTPClient.close)
    assert "self.connector is MISSING" in inspect.getsource(HTTPClient.static_login)


def test_the_connection_can_be_kept_by_us() -> None:
    """``bot.delivery.connection`` replaces ``Client.connect`` and uses what that uses."""
    assert list(inspect.signature(DiscordWebSocket.from_client).parameters) == [
        *("client", "initial", "gateway", "shard_id", "session", "sequence", "resume", "encoding", "compress")
    ]
    assert "ws = cls(socket" in inspect.getsource(DiscordWebSocket.from_client)
    assert {"_last_ack", "interval"} <= vars(KeepAliveHandler(ws=_NoSocket(), interval=1.0)).keys()  # type: ignore[arg-type]
    assert "self._max_heartbeat_timeout" in inspect.getsource(DiscordWebSocket.poll_event)
    assert "client._connection.heartbeat_timeout" in inspect.getsource(DiscordWebSocket.from_client)
    assert "call_hooks('before_identify'" in inspect.getsource(DiscordWebSocket.identify)


class _NoSocket:
    thread_id = 0
    _max_heartbeat_timeout = 1.0


def test_replies_go_through_the_adapter_of_the_context() -> None:
    """Ours replaces the two methods through which everything is sent, with the same arguments."""
    assert "adapter = async_context.get()" in inspect.getsource(discord.InteractionResponse.send_message)
    for name in ("create_interaction_response", "request"):
        theirs = inspect.signature(getattr(AsyncWebhookAdapter, name)).parameters
        assert list(inspect.signature(getattr(ReplyAdapter, name)).parameters) == list(theirs)


def test_a_reply_s_response_needs_no_message() -> None:
    """Without ``with_response`` Discord says nothing; discord.py takes what stands for that."""
    source = inspect.getsource(discord.InteractionCallbackResponse._update)
    assert "data['interaction']" in source
    assert "data.get('resource')" in source


def test_sent_views_are_kept_by_one_method() -> None:
    """It is replaced by one that keeps nothing; custom ids say all that a press needs."""
    assert list(inspect.signature(ConnectionState.store_view).parameters) == ["self", "view", "message_id"]
    assert "_state.store_view(view" in inspect.getsource(discord.InteractionResponse.send_message)


def test_parsers_can_be_wrapped() -> None:
    """The guard replaces entries of the parsers' table, which is looked up at each event."""
    assert "self._discord_parsers[event]" in inspect.getsource(DiscordWebSocket.received_message)


def test_a_finished_card_is_asked_for_its_components_only() -> None:
    """``bot.rendering.prepared`` leaves out all else that a view has."""
    components = [{"type": 10, "content": "A card"}]

    card = PreparedCard(orjson.dumps(components))
    params = interaction_message_response_params(type=4, view=card, flags=discord.MessageFlags())

    assert params.payload is not None
    assert params.payload["data"]["components"] == components
    assert params.payload["data"]["flags"] == discord.MessageFlags(components_v2=True).value
