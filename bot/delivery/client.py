"""
The Discord client: a command tree and card components, nothing cached, every interaction answered.

discord.py turns only ``AppCommandError`` into a call of ``CommandTree.on_error``; whatever else escapes leaves the user
with "The application did not respond" and no log line (discord/app_commands/tree.py, 2.7.1). So the tree's entry point
is replaced by one that catches everything. ``tests/delivery/test_discordpy_contract.py`` holds the private names used.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ui.view import BaseView

from bot.commands.askers import AnyInteraction
from bot.commands.card_presses import CardPresses
from bot.commands.replies import Replies
from bot.commands.settings_panel import SettingsPanel
from bot.commands.topics import AnyCommand, TopicCommand
from bot.commands.votes import Votes
from bot.delivery.command_sync import CommandSync
from bot.delivery.counts import DeliveryCounts
from bot.delivery.floods import FloodGate, FloodLimits
from bot.delivery.link import Link
from bot.delivery.receive import receiver
from bot.delivery.recent_servers import RecentServers
from bot.delivery.work import WorkInFlight
from bot.rendering import wording
from bot.rendering.custom_ids import Press
from bot.rendering.panel_ids import PANEL_VERSION, PanelPress

if TYPE_CHECKING:
    from bot.commands.insights import InsightsDesk

log = logging.getLogger(__name__)

SYNC_AGAIN = (10.0, 60.0, 600.0)  # seconds between attempts at writing the commands; the last repeats
_SLASH = 1  # the type of commands that are typed
CLOSING_LIMIT = 1.0  # seconds for Discord to confirm the end of the connection


class BotTree(app_commands.CommandTree["BotClient"]):
    """Runs commands; whatever fails, the person gets an answer."""

    def _from_interaction(self, interaction: discord.Interaction["BotClient"]) -> None:
        self.client.work.answer(self._answer(interaction), name="command")

    async def _answer(self, interaction: discord.Interaction["BotClient"]) -> None:
        try:
            await self._call(interaction)
        except Exception as error:  # noqa: BLE001  the edge: the reply says what can be said
            await self.on_error(interaction, error)
        if interaction.type is discord.InteractionType.autocomplete and not interaction.response.is_done():
            await self._offer_nothing(interaction)

    async def _call(self, interaction: discord.Interaction["BotClient"]) -> None:
        """Run a command: a topic's straight away, any other as discord.py does."""
        data: Any = interaction.data
        if interaction.type is discord.InteractionType.application_command and data.get("type", _SLASH) == _SLASH:
            command, options = self._get_app_command_options(data)
            if isinstance(command, TopicCommand):
                await command.use(interaction, options)
                return
        await super()._call(interaction)

    async def _offer_nothing(self, interaction: discord.Interaction[Any]) -> None:
        """End a search for choices that failed; otherwise the person's Discord goes on waiting for them."""
        try:
            await interaction.response.autocomplete([])
        except Exception:  # nothing is left that could answer
            log.exception("Choices could not be offered.")

    async def on_error(self, interaction: discord.Interaction[Any], error: Exception, /) -> None:
        match interaction.type, error:
            case discord.InteractionType.autocomplete, (
                app_commands.CommandNotFound() | app_commands.CommandSignatureMismatch()
            ):
                log.info("Choices were asked for of a command that has changed or is no longer offered.")
            case discord.InteractionType.autocomplete, _:
                log.error("Choices could not be found.", exc_info=error)
            case _:
                await self.client.replies.explain(interaction, error)


class BotClient(discord.Client):
    """A client that needs no intents. Must be created inside the running event loop."""

    def __init__(
        self,
        commands: Iterable[AnyCommand | app_commands.ContextMenu | app_commands.Group],
        *,
        presses: CardPresses,
        votes: Votes,
        panel: SettingsPanel,
        desk: "InsightsDesk | None",
        replies: Replies,
        counts: DeliveryCounts,
        flood_limits: FloodLimits,
        command_sync: CommandSync | None,
        sync_turn: Callable[[], AbstractAsyncContextManager[None]],
        on_connected: Callable[[], None],
        server_commands: Mapping[int, Iterable[AnyCommand]] | None = None,
    ) -> None:
        """
        *server_commands* are offered in the server of that id only.

        Within what *sync_turn* returns no other process compares and writes the commands.
        """
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        super().__init__(
            intents=discord.Intents.none(),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            guild_ready_timeout=0.0,  # there are no guilds to wait for
        )
        self.replies = replies
        self.counts = counts
        self.link = Link()
        self.gate = FloodGate(self, flood_limits, tell=replies.tell, in_flight=lambda: self.in_flight)
        self._on_connected = on_connected
        self._presses = presses
        self._votes = votes
        self._panel = panel
        self._desk = desk
        self._command_sync = command_sync
        self._sync_turn = sync_turn
        self._syncing: asyncio.Task[None] | None = None
        self.work = WorkInFlight()
        self.tree = BotTree(self)
        for command in commands:
            self.tree.add_command(command)
        for server, own in (server_commands or {}).items():
            for command in own:
                self.tree.add_command(command, guild=discord.Object(server))
        self.command_servers = tuple(server_commands or ())
        self._connection.store_view = _forget  # type: ignore[method-assign]  # custom ids say all that presses need
        self._connection._get_or_create_unavailable_guild = RecentServers(  # type: ignore[method-assign]
            self._connection._get_or_create_unavailable_guild
        ).get
        parsers = self._connection.parsers
        self.receive = receiver(self, self.gate, counts)
        parsers["INTERACTION_CREATE"] = self.receive
        parsers["READY"] = _without_servers(parsers["READY"])
        _guard_parsers(parsers)

    async def start_over(self) -> None:
        """Forget a login that failed, so that the next attempt opens connections afresh."""
        await self.http.close()
        self.http.clear()
        self.http.connector = discord.utils.MISSING

    async def setup_hook(self) -> None:
        if self._command_sync is not None:  # beside connecting: what Discord has registered works meanwhile
            syncing = self._sync_commands(self._command_sync)
            self._syncing = asyncio.get_running_loop().create_task(syncing, name="command-sync")

    async def _sync_commands(self, sync: CommandSync) -> None:
        """Compare and write the commands, again and again where Discord cannot be asked."""
        for wait in chain(SYNC_AGAIN, repeat(SYNC_AGAIN[-1])):
            async with self._sync_turn():
                attempt = sync.run(self, self.tree, servers=self.command_servers)
                is_done = await self.work.start(attempt, name="command-sync-attempt")
            if is_done or sync.was_refused:
                return
            await asyncio.sleep(wait)

    async def close(self) -> None:
        if self._syncing is not None:
            self._syncing.cancel()
        await super().close()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Count the session; ``bot.delivery.identifies`` has decided when, so there is nothing left to wait for."""
        self.link.note_identify()

    async def on_ready(self) -> None:
        if not self.link.shards:  # somebody else connects, as in the trial
            self.link.begin(1)[0].note_up()
        self.note_ready()

    def note_ready(self) -> None:
        """Begin what waits until interactions come in."""
        self._on_connected()
        if self.link.was_connected:  # not for each of several connections
            log.info("Ready as %s.", self.user)

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        """Tell who listens to an event; nobody does to the end of each command."""
        if event != "app_command_completion":
            super().dispatch(event, *args, **kwargs)

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        log.exception("Handling the event %s failed.", event_method)

    def take_command(self, interaction: AnyInteraction) -> None:
        """Answer a command; see ``bot.delivery.receive.Answerer`` for this and the next three."""
        self.tree._from_interaction(interaction)

    def take_press(self, interaction: AnyInteraction, custom_id: str, values: Sequence[str]) -> None:
        if _is_of_a_panel(custom_id):
            self._run(self._panel.handle(interaction, PanelPress.parse(custom_id), values), interaction)
        elif self._desk is not None and self._desk.is_for(custom_id):
            self._run(self._desk.handle(interaction, custom_id), interaction)
        else:
            press = Press.parse(custom_id)
            if press is not None and press.is_menu:
                press = press.choosing(values[0]) if values else None
            self._run(self._presses.handle(interaction, press), interaction)

    def take_form(self, interaction: AnyInteraction, custom_id: str) -> None:
        if _is_of_a_panel(custom_id):
            self._run(self._panel.submit_note(interaction, PanelPress.parse(custom_id)), interaction)
        else:
            self._run(self._votes.submit(interaction, Press.parse(custom_id)), interaction)

    def take_unknown(self, interaction: AnyInteraction) -> None:
        log.warning("An interaction of the unknown type %s was received.", interaction.type.value)
        self._run(self.replies.tell(interaction, wording.NOT_UNDERSTOOD), interaction)

    def _run(self, answering: Coroutine[Any, Any, None], interaction: AnyInteraction) -> None:
        """Carry out what answers *interaction*, as a task that shutting down waits for."""

        async def answer() -> None:
            try:
                await answering
            except Exception as error:  # noqa: BLE001  the edge: the reply says what can be said
                await self.replies.explain(interaction, error)

        self.work.answer(answer(), name="press")

    @property
    def in_flight(self) -> int:
        """How many interactions are being answered, and what else shutting down waits for."""
        return len(self.work)

    def answer(self, answering: Coroutine[Any, Any, None], *, name: str) -> None:
        """Carry out what answers an interaction; shutting down waits for it."""
        self.work.answer(answering, name=name)

    async def drain(self, seconds: float) -> int:
        """
        Finish the replies in progress, take nothing new, and finish what came in until then.

        Takes at most *seconds* and what closing the connection takes; returns how many replies were left unfinished.
        """
        deadline = time.monotonic() + seconds
        log.info("Finishing %d replies.", self.in_flight)
        await self.work.finish(deadline)
        self.link.stopping = True
        # Closing a socket under its reader would let discord.py end it with 4000, and Discord keep the session.
        connections = [shard.task for shard in self.link.shards if shard.task is not None]
        for connection in connections:
            connection.cancel()
        if connections:
            await asyncio.wait(connections, timeout=CLOSING_LIMIT)
        await self.work.finish(deadline)
        return self.in_flight


def _is_of_a_panel(custom_id: str) -> bool:
    """Return whether an id is of the settings panel of any version; those of cards begin with another letter."""
    return custom_id.startswith(PANEL_VERSION[0])


def _without_servers(parse_ready: Callable[[Any], None]) -> Callable[[Any], None]:
    """Leave out the servers that READY lists: an interaction says all about its own, and each costs memory for ever."""
    return lambda data: parse_ready({**data, "guilds": []})


def _guard_parsers(parsers: dict[str, Callable[[Any], Any]]) -> None:
    """
    Drop an event that discord.py cannot read instead of letting it end the process.

    An exception in a parser otherwise leaves ``Client.connect`` (discord/gateway.py, ``received_message``, 2.7.1).
    READY and RESUMED stay unguarded: without them there is nothing to go on with.
    """

    def guarded(event: str, parse: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def parse_or_drop(data: Any) -> Any:
            try:
                return parse(data)
            except Exception:
                log.exception("An event %s could not be read and was dropped.", event)
                return None

        return parse_or_drop

    for event in parsers.keys() - {"READY", "RESUMED"}:
        parsers[event] = guarded(event, parsers[event])


def _forget(view: BaseView, message_id: int | None = None) -> None:
    """Keep nothing of a sent card or form, as memory must not grow with people."""
