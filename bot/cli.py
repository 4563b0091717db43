"""
The command line. Each command imports what it needs when it runs, so that ``natobot --help`` answers at once.

``exits.py`` has the exit statuses; 2 is a command line that was wrong.
"""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli_database import db_app
from bot.cli_knowledge import knowledge_app
from bot.cli_queries import TableFormat, TextFormat, queries_app
from bot.errors import ConfigurationError
from bot.exits import EXIT_FAILED, leave_with

app = typer.Typer(
    name="natobot",
    help="A Discord bot that answers about NATO, Article 5 and support to Ukraine from sourced, dated knowledge.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
commands_app = typer.Typer(help="Compare and write the commands that Discord knows.", no_args_is_help=True)
editions_app = typer.Typer(help="Compare editions of the knowledge pack.", no_args_is_help=True)
for name, group in (
    ("queries", queries_app),
    ("commands", commands_app),
    ("db", db_app),
    ("knowledge", knowledge_app),
    ("editions", editions_app),
):
    app.add_typer(group, name=name)


AllowRemovals = Annotated[
    bool,
    typer.Option(
        "--allow-removals",
        help="Delete commands that this edition no longer has. This also deletes every server's permission overrides.",
    ),
]


@app.command()
def run(allow_removals: AllowRemovals = False) -> None:
    """Connect to Discord and answer."""
    from bot.process import run_bot
    from bot.settings import load_settings

    run_bot(load_settings(), allow_removals=allow_removals)


@app.command("try")
def try_(
    browser: Annotated[bool, typer.Option(help="Open the page in the browser.")] = True,
    locale: Annotated[str, typer.Option(help="Discord language of the people in the page.")] = "en-US",
    port: Annotated[int | None, typer.Option(help="Port of the page; any free one by default.")] = None,
) -> None:
    """Talk to the bot in a local browser page, without an account."""
    from bot.process import run_bot_in_browser
    from bot.settings import load_settings

    run_bot_in_browser(load_settings(), browser=browser, locale=locale, port=port)


@app.command()
def review(
    browser: Annotated[bool, typer.Option(help="Open the pages in the browser.")] = True,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the pages; any free one by default.")] = 0,
    database: Annotated[
        Path | None, typer.Option(help="A SQLite log or snapshot; the configured database by default.")
    ] = None,
) -> None:
    """Look at what people ask, in local browser pages, read only and without who asked."""
    from bot.settings import load_settings

    try:
        from bot.review.serving import run_review
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"“natobot review” needs {error.name}. Start it with: make review, or install it with: "
            "pip install -r requirements/review.txt"
        ) from None
    run_review(load_settings(), database=database, port=port, browser=browser)


@app.command()
def check(
    freshness: Annotated[bool, typer.Option("--freshness", help="List claims that are due for another look.")] = False,
    soon: Annotated[str, typer.Option(help="With --freshness: also those due within that time, such as 60d.")] = "60d",
    since: Annotated[str, typer.Option(help="With --freshness: rank by the answers of the log since then.")] = "90d",
    format_: Annotated[TableFormat, typer.Option("--format", help="With --freshness.")] = TableFormat.TABLE,
    strict: Annotated[
        bool, typer.Option("--strict", help="With --freshness: exit status 1 when a claim is overdue.")
    ] = False,
) -> None:
    """Validate the configuration and the knowledge pack; print every error with file and line."""
    from bot.app import load_edition
    from bot.search_index import lost_topics
    from bot.settings import load_settings

    folder = load_settings().knowledge.folder
    knowledge = load_edition(folder)
    if freshness:
        from bot.reports.freshness import print_freshness

        any_overdue = print_freshness(knowledge, soon=soon, since=since, format_=format_.value)
        raise typer.Exit(EXIT_FAILED if strict and any_overdue else 0)
    if strict or format_ is not TableFormat.TABLE:
        raise typer.BadParameter("--strict and --format belong to --freshness.")
    sections = sum(len(topic.sections) for topic in knowledge.topics.values())
    misconceptions = sum(len(topic.misconceptions) for topic in knowledge.topics.values())
    asks = sum(len(topic.asks) for topic in knowledge.topics.values())
    examples = sum(len(group.asks) for group in knowledge.out_of_scope)
    print(f"Edition {knowledge.edition} of “{knowledge.pack.title}” is sound.")
    print(
        f"{len(knowledge.topics)} topics, {sections} sections, {knowledge.claim_count} claims, {misconceptions} "
        f"misconceptions, {asks} example questions; {len(knowledge.sources)} sources, {len(knowledge.glossary)} "
        f"glossary terms, {len(knowledge.timeline)} events, {examples} questions out of scope."
    )
    if knowledge.tables:
        from bot.reports.pictures import pictures_line

        print(pictures_line(knowledge))
    if knowledge.retired:
        moves = ", ".join(f"{old.id} (to {old.moved_to}, {old.since})" for old in knowledge.retired.values())
        print(f"{len(knowledge.retired)} retired: {moves}.")
    if lost := lost_topics(knowledge, folder):
        print(
            f"The search has learned topics that are no longer here: {', '.join(lost)}. If their commands shall lead "
            "to another topic, enter them in retired.yaml; then run: natobot knowledge build"
        )


@app.command()
def answer(topic: str, section: Annotated[str | None, typer.Argument()] = None) -> None:
    """Print what a topic's command answers."""
    from datetime import UTC

    from bot.answers.lookup import find_page
    from bot.knowledge.loader import load_knowledge
    from bot.rendering.terminal import answer_lines
    from bot.settings import load_settings

    knowledge = load_knowledge(load_settings().knowledge.folder)
    for line in answer_lines(find_page(topic, section, knowledge), knowledge, today=datetime.now(UTC).date()):
        print(line)


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument()] = None,
    batch: Annotated[
        Path | None, typer.Option(help="JSON lines with id and text; prints id, topic and ranked.")
    ] = None,
) -> None:
    """Answer a question in free words, or a file of them."""
    from bot.reports.asking import ask_batch, ask_once

    if (question is None) == (batch is None):
        raise typer.BadParameter("Give a question, or --batch and a file.")
    if batch is not None:
        ask_batch(batch)
    elif question is not None:
        ask_once(question)


@app.command()
def evaluate(
    file: Annotated[Path, typer.Argument(help="JSON lines with id, text, lang and labels, as in tests/golden.")],
    confusions: Annotated[int, typer.Option(help="How many of the commonest mistakes to list.")] = 10,
) -> None:
    """Measure /ask on labelled questions."""
    from bot.reports.asking import evaluate_file

    evaluate_file(file, confusions=confusions)


@app.command()
def invite() -> None:
    """Print the links that add the bot to a server or to a user."""
    from bot.process import application_id
    from bot.settings import load_settings

    link = f"https://discord.com/oauth2/authorize?client_id={application_id(load_settings())}"
    print(f"Add to a server:  {link}&integration_type=0&scope=bot+applications.commands&permissions=0")
    print(f"Add to yourself:  {link}&integration_type=1&scope=applications.commands")


@app.command()
def health() -> None:
    """Ask a running bot on this machine whether it is ready; exit status 0 or 1."""
    from http.client import HTTPConnection, HTTPException

    from bot.settings import load_settings

    settings = load_settings().health
    if not settings.port:
        raise ConfigurationError("health.port is 0, so the bot serves no health page. Set BOT__HEALTH__PORT.")
    try:
        connection = HTTPConnection(settings.host, settings.port, timeout=3)
        connection.request("GET", "/readyz")
        response = connection.getresponse()
        print(response.read().decode())
    except (OSError, HTTPException) as error:
        print(f"The bot does not answer on {settings.host}:{settings.port}: {error}", file=sys.stderr)
        raise typer.Exit(EXIT_FAILED) from None
    raise typer.Exit(0 if response.status == 200 else EXIT_FAILED)


@commands_app.command("diff")
def commands_diff() -> None:
    """Print how our commands differ from those Discord has; exit status 1 when they do."""
    from bot.process import compare_commands
    from bot.settings import load_settings

    difference = compare_commands(load_settings())
    print(difference)
    if difference.advice:
        print(difference.advice)
    raise typer.Exit(EXIT_FAILED if difference.added or difference.changed or difference.removed else 0)


@commands_app.command("sync")
def commands_sync(allow_removals: AllowRemovals = False) -> None:
    """Write our commands to Discord if they differ."""
    from bot.process import write_commands
    from bot.settings import load_settings

    print(write_commands(load_settings(), allow_removals=allow_removals))


@editions_app.command("news")
def editions_news(
    old: Annotated[str, typer.Argument(help="The earlier edition: a pack's folder, or a git revision of this pack.")],
    new: Annotated[str | None, typer.Argument(help="The later one; the configured pack by default.")] = None,
) -> None:
    """Print what servers would be told of an edition."""
    from bot.reports.editions import print_news

    print_news(old, new)


@editions_app.command("diff")
def editions_diff(
    old: Annotated[str, typer.Argument(help="The earlier edition: a pack's folder, or a git revision of this pack.")],
    new: Annotated[str | None, typer.Argument(help="The later one; the configured pack by default.")] = None,
    format_: Annotated[TextFormat, typer.Option("--format")] = TextFormat.TEXT,
) -> None:
    """Print all that changed from one edition to another, also what servers are not told of."""
    from bot.reports.editions import print_difference

    print_difference(old, new, format_=format_.value)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit status."""
    leave_with(lambda: app(args=arguments, standalone_mode=True))
