"""The composition root: opens every part in order, hands each what it uses, closes all in reverse."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot import __version__, garbage
from bot.background import background_tasks, in_background
from bot.commands.about import about_commands
from bot.commands.ask import ask_command
from bot.commands.browse import browse_commands
from bot.commands.card_presses import CardPresses
from bot.commands.check_message import check_message_menu
from bot.commands.occasions import Occasions
from bot.commands.pictures import IllustratedReplies
from bot.commands.privacy import privacy_group
from bot.commands.rate_limit import QuestionLimit
from bot.commands.replies import Replies
from bot.commands.settings import settings_group
from bot.commands.settings_panel import SettingsPanel
from bot.commands.topics import topic_commands
from bot.commands.votes import Votes
from bot.delivery.client import BotClient
from bot.delivery.command_sync import CommandSync
from bot.delivery.counts import DeliveryCounts
from bot.delivery.floods import FloodLimits
from bot.errors import KnowledgeError, Problem
from bot.knowledge.compiled import read_compiled, write_compiled
from bot.knowledge.editions import EditionChange, Library, watch
from bot.knowledge.files import fingerprint_of
from bot.knowledge.models import Knowledge
from bot.loop_watch import LoopLag
from bot.pictures import Pictures, Spec
from bot.privacy import OptOuts, Privacy
from bot.pseudonyms import load_pseudonyms
from bot.query_journal import QueryJournal
from bot.query_log import QueryLog, open_query_log
from bot.rendering.about import AboutLinks
from bot.rendering.charts.drawing import can_draw, draw_all
from bot.rendering.check import unshowable
from bot.rendering.privacy import PrivacyTerms
from bot.search_index import SearchIndex
from bot.servers.editor import SettingsEditor
from bot.servers.registry import Servers
from bot.settings import DeliverySettings, Settings
from bot.storage import Storage, StoredParts
from bot.workers import in_process

if TYPE_CHECKING:
    from bot.commands.insights import InsightsDesk
    from bot.delivery.http import InteractionServer
    from bot.edition_news import Send
    from bot.insights import Insights

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """The open parts that whoever runs the bot needs."""

    client: BotClient
    library: Library
    query_log: QueryLog
    servers: Servers
    index: SearchIndex
    loop_lag: LoopLag  # kept by whoever runs the loop
    http: "InteractionServer | None"  # what takes interactions; None on the gateway


def load_edition(folder: Path) -> Knowledge:
    """
    Load the pack in *folder* and make sure that Discord would show all of it.

    Raises:
        KnowledgeError: The pack has mistakes; the error lists every one.
    """
    from bot.knowledge.loader import load_knowledge  # brings the YAML parser, which an unchanged start does without

    knowledge = load_knowledge(folder)
    problems = [
        Problem(file=folder / name, line=None, key=key, message=message) for name, key, message in unshowable(knowledge)
    ]
    if problems:
        raise KnowledgeError(problems)
    return knowledge


def _load_compiled_or_anew(folder: Path, compiled: Path) -> Knowledge:
    if folder.is_dir() and (knowledge := read_compiled(compiled, fingerprint_of(folder))) is not None:
        return knowledge
    knowledge = load_edition(folder)
    write_compiled(compiled, knowledge)
    return knowledge


@asynccontextmanager
async def open_bot(settings: Settings, *, command_sync: CommandSync | None) -> AsyncIterator[Bot]:
    """
    Open everything the bot needs, not yet connected to Discord.

    A database that cannot be opened does not keep it from answering: the log catches up when it can.

    Raises:
        KnowledgeError: The pack has mistakes.
        ConfigurationError: A setting cannot be used.
    """
    folder = settings.database.folder
    library = Library(
        settings.knowledge.folder, load=lambda pack: _load_compiled_or_anew(pack, folder / "edition.json")
    )
    pseudonyms = load_pseudonyms(settings.key_path, may_make=settings.privacy.key_file is None)
    connected = asyncio.Event()
    async with AsyncExitStack() as stack:
        journal = _open_journal(folder / "queries.journal")
        engines = await stack.enter_async_context(AsyncExitStack())  # closed after the log, which writes to the last
        servers = Servers()
        editor = SettingsEditor(servers)
        insights = _insights(settings)
        storage = Storage(settings, engines, connected)
        query_log = await stack.enter_async_context(open_query_log(storage.open, journal, folder=folder))
        opt_outs = OptOuts(folder / "opt-outs.txt")
        privacy = Privacy(pseudonyms, opt_outs, query_log)
        storage.parts = StoredParts(
            privacy=privacy,
            servers=servers,
            editor=editor,
            insights=insights,
            current=lambda: library.current,
            list_servers=lambda: _list_servers(client),
            news_sender=lambda: _news_sender(client),
        )
        stack.callback(connected.set)  # when stopping before Discord was reached, the log waits no longer
        replies = Replies(query_log, pseudonyms, opt_outs)
        counts = DeliveryCounts()
        occasions = Occasions(library, servers)
        links = AboutLinks(code=settings.about.code_url, privacy=settings.about.privacy_url)
        index = SearchIndex(settings.knowledge.folder, folder / "search.bin", learn=settings.knowledge.learn)
        start = await stack.enter_async_context(background_tasks(name="search"))

        pictures = Pictures(folder / "pictures", _draw_all if can_draw() else None)
        illustrated = IllustratedReplies(pictures, replies, lambda work: client.work.start(work, name="picture"))

        def learn() -> None:
            """Make the search and the pictures follow the edition, beside everything else."""
            start(_refresh(index, library))
            if settings.knowledge.draw_ahead:
                start(illustrated.prepare(library.current))

        limit = QuestionLimit()
        terms = PrivacyTerms(text_days=settings.privacy.text_days, row_days=settings.privacy.row_days)
        votes = Votes(occasions, replies)
        desk = _desk(library, insights, replies, settings)
        panel = SettingsPanel(library, servers, editor, replies)
        client = BotClient(
            [
                ask_command(occasions, index, replies, limit),
                check_message_menu(occasions, index, replies, limit),
                *topic_commands(library.current, occasions, replies, illustrated),
                *browse_commands(occasions, replies, illustrated),
                *about_commands(occasions, replies, links, __version__),
                privacy_group(privacy, terms),
                settings_group(library, editor, panel),
            ],
            presses=CardPresses(occasions, replies, votes, illustrated),
            votes=votes,
            panel=panel,
            desk=desk,
            replies=replies,
            counts=counts,
            flood_limits=_flood_limits(settings.delivery),
            command_sync=command_sync,
            sync_turn=lambda: storage.turn("commands"),
            server_commands={settings.insights.server: desk.commands} if desk is not None else {},
            on_connected=lambda: _settle(connected, learn),
        )
        await stack.enter_async_context(client)
        bot = Bot(
            client=client,
            library=library,
            query_log=query_log,
            servers=servers,
            index=index,
            loop_lag=LoopLag(),
            http=_http(settings, client, storage),
        )
        if settings.knowledge.reload_seconds:
            seconds = settings.knowledge.reload_seconds
            await stack.enter_async_context(
                watch(
                    library, seconds=seconds, on_change=lambda change: _follow(change, learn, storage.edition_changed)
                )
            )
        if settings.health.port:
            from bot.health import serve_health  # brings a web server, which most bots do without
            from bot.metrics import Metrics

            metrics = Metrics(
                client=client,
                replies=replies,
                query_log=query_log,
                library=library,
                loop_lag=bot.loop_lag,
                http=bot.http,
            )
            health = serve_health(settings.health.host, settings.health.port, lambda: _health(bot), metrics.text)
            await stack.enter_async_context(health)
        await stack.enter_async_context(in_background(garbage.tidy_up(), name="tidy-up"))
        yield bot


async def _refresh(index: SearchIndex, library: Library) -> None:
    await index.refresh(lambda: library.current)
    garbage.pass_over_what_is_loaded()


async def _draw_all(specs: Sequence[Spec]) -> Sequence[bytes]:
    return await in_process(draw_all, specs)


def _flood_limits(delivery: DeliverySettings) -> FloodLimits:
    return FloodLimits(
        per_person=delivery.per_person,
        per_server=delivery.per_server,
        total=delivery.in_total,
        in_flight=delivery.in_flight,
    )


def _http(settings: Settings, client: BotClient, storage: Storage) -> "InteractionServer | None":
    if settings.delivery.mode != "http":
        return None
    from bot.delivery.http import InteractionServer  # brings a web server
    from bot.delivery.signed_requests import SignedRequests
    from bot.delivery.webhook_events import WebhookEvents

    return InteractionServer(client, SignedRequests(settings.public_key()), WebhookEvents(storage.server_added))


def _insights(settings: Settings) -> "Insights | None":
    """Return what reads the log for maintainers, ``None`` where nobody may."""
    if not settings.insights.server:
        return None
    from bot.insights import Insights  # brings what most bots do without

    return Insights()


def _desk(library: Library, insights: "Insights | None", replies: Replies, settings: Settings) -> "InsightsDesk | None":
    if insights is None:
        return None
    from bot.commands.insights import InsightsDesk

    return InsightsDesk(library, insights, replies, settings.insights.users)


async def _list_servers(client: BotClient) -> Collection[int]:
    from bot.delivery.servers import list_servers  # once a day

    return await list_servers(client)


def _news_sender(client: BotClient) -> "Send":
    from bot.delivery.news import news_sender  # with what compares editions; a start does without

    return news_sender(client)


def _settle(connected: asyncio.Event, learn: Callable[[], None]) -> None:
    """End the start: from here on garbage is collected again, without looking through what the start loaded."""
    if not connected.is_set():
        connected.set()
        learn()
        garbage.look_from_now_on()


def _open_journal(path: Path) -> QueryJournal:
    journal = QueryJournal(path)
    try:
        journal.reopen()
    except OSError as error:
        log.error(
            "The folder %s cannot be written to (%s): until it can, what people ask is in memory only and is lost when "
            "the bot is killed. Make the folder writable.",
            path.parent,
            error.strerror,
        )
    return journal


def _health(bot: Bot) -> tuple[bool, Mapping[str, Any]]:
    state = bot.query_log.state
    link = bot.client.link
    return link.connected and not (link.stopping or bot.client.is_closed()), {
        "connections": f"{sum(shard.connected for shard in link.shards)} of {len(link.shards)}",
        "edition": bot.library.current.edition,
        "edition_problem": bot.library.last_problem,
        "log_waiting": bot.query_log.waiting,
        "log_written": state.written,
        "log_dropped": state.dropped,
        "log_failing": state.failing,
        "log_journal_failing": state.journal_failing,
        "log_journal_damaged_lines": state.unreadable,
    }


def _follow(change: EditionChange, learn: Callable[[], None], wake_news: Callable[[], None]) -> None:
    learn()
    wake_news()
    if change.commands_differ:
        log.warning("Commands were added, changed or removed: restart the bot to tell Discord.")
