"""``natobot review``: the log in browser pages, without who asked."""

import asyncio
import json
import re
import signal
import socket
import sqlite3
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import Page

from bot.cli import main
from bot.gaps import text_key
from bot.store.review_digest import DigestNotes, write_groups
from bot.store.review_log import connect_read_only, limit_to_review
from tests.browser import CHROMIUM, open_browser
from tests.factories import make_claim, make_query, make_topic, write_pack
from tests.review_rows import EDITION, MISSED, add_to_log, log_address, write_log
from tests.wire.discord import WireDiscord
from tests.wire.process import BotProcess, run_bot

in_a_browser = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")

PAGES = ("popular", "gaps", "unsure", "helpful", "trends", "overdue")


async def address_of(review: BotProcess) -> str:
    """Wait for the pages' address to be printed."""
    async with asyncio.timeout(60):
        while (found := re.search(r"http://127\.0\.0\.1:\d+/", review.output())) is None:
            assert review.process.returncode is None, review.output()
            await asyncio.sleep(0.05)
    return found[0]


@asynccontextmanager
async def open_review(folder: Path, *arguments: str, **changes: str) -> AsyncIterator[tuple[BotProcess, str]]:
    """Start the command over the log in *folder*; yield it and the address of its front page."""
    command = ("review", "--no-browser", *arguments)
    (folder / "output.txt").unlink(missing_ok=True)  # of an earlier start
    async with run_bot(WireDiscord(), folder, arguments=command, ready=False, **changes) as review:
        yield review, await address_of(review)


async def fetched(address: str, **headers: str) -> tuple[int, str]:
    """Return the status and the body of a page."""
    async with aiohttp.ClientSession(headers=headers) as http, http.get(address) as response:
        return response.status, await response.text()


async def table_of(page: Page) -> list[list[str]]:
    """Return the cells of the page's table, row by row, without its head."""
    found = await page.locator("table tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].map(cell => cell.innerText.trim()))"
    )
    return [list(map(str, row)) for row in found]


async def column_of(page: Page, name: str) -> list[str]:
    return [text.strip() for text in await page.locator(f"td.col-{name}").all_inner_texts()]


async def opened(page: Page, root: str, title: str) -> list[list[str]]:
    """Open a page from the front page, as a maintainer would, and return its table."""
    await page.goto(root)
    await page.get_by_role("link", name=title, exact=True).click()
    await page.get_by_role("heading", name=title, exact=True).wait_for()
    return await table_of(page)


@in_a_browser
async def test_a_maintainer_reads_every_page(tmp_path: Path) -> None:
    """The front page leads to each; the figures are those of the log; nothing is loaded from elsewhere."""
    await write_log(log_address(tmp_path))
    async with open_review(tmp_path) as (review, root), open_browser() as page:
        addresses: list[str] = []
        page.on("request", lambda request: addresses.append(request.url))
        problems: list[str] = []
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        await page.goto(root)

        assert await opened(page, root, "Popular topics") == [
            ["article5", "40", "16", "3", "67 %"],
            ["aid", "24", "9", "0", ""],
            ["membership", "17", "5", "0", ""],
            ["consensus", "9", "9", "0", ""],
        ]
        await page.get_by_role("link", name="article5").click()
        assert await table_of(page) == [
            ["overview", "20", "8", "3", "67 %"],
            ["ukraine", "20", "8", "0", ""],
        ]

        today = f"{datetime.now(UTC).date() - timedelta(days=5)}"
        ((gap, *unsure),) = await opened(page, root, "Unsure answers")
        assert unsure[1:4] == ["3", "3", "membership, consensus"]
        assert unsure[4:] == ["membership 2", "en", today]
        await page.get_by_role("link", name=gap, exact=True).click()
        assert sorted(await column_of(page, "question")) == [
            "can nato kick hungary out",
            "can nato kick out hungary",
            "can they kick hungary out",
        ]
        await page.locator("td.col-interaction a").first.click()
        await page.get_by_role("heading", name="One interaction").wait_for()
        assert (await column_of(page, "outcome"))[0] == "suggested"

        assert await opened(page, root, "Helpfulness") == [
            ["article5", "overview", EDITION, "3", "2", "1", "67 %", "too long"]
        ]

        await page.goto(root)
        await page.get_by_role("link", name="All rows").click()
        await page.get_by_role("heading", name="All rows").wait_for()
        assert len(await table_of(page)) == 100

        review.stop(signal.SIGINT)
        assert await review.exit_status() == 0

    assert [address for address in addresses if not address.startswith(root)] == []
    assert problems == []
    assert "Traceback" not in review.output()


@in_a_browser
async def test_gaps_are_groups_of_like_questions(tmp_path: Path) -> None:
    """Wordings of one gap are one line with its count, its askers and its example wordings."""
    await write_log(log_address(tmp_path))
    async with open_review(tmp_path) as (_, root), open_browser() as page:
        await opened(page, root, "Gaps")
        gaps = await table_of(page)

    (navy,) = (row for row in gaps if "navy" in row[1])
    assert navy[2:4] == ["4", "4"]
    assert {navy[1], *navy[4].splitlines()} == {text for text, _, _ in MISSED if "navy" in text}
    assert navy[5] == "en"
    assert navy[7:] == ["intelligence", "0", ""]
    (satellites,) = (row for row in gaps if "satellites" in row[1])
    assert satellites[2:4] == ["2", "1"]
    assert satellites[8] == "1"  # somebody told the maintainers


@in_a_browser
async def test_decided_gaps_are_marked_and_stand_last(tmp_path: Path) -> None:
    """What a maintainer is done with does not crowd out what is open."""
    await write_log(log_address(tmp_path))
    with closing(sqlite3.connect(tmp_path / "data" / "bot.db")) as log, log:
        for text in {text for text, _, _ in MISSED if "navy" in text}:
            values = (text_key(text), "2026-11-25T00:00:00+00:00")
            log.execute("INSERT OR IGNORE INTO gap_decisions VALUES (?, 'handled', ?, 5)", values)
    async with open_review(tmp_path) as (_, root), open_browser() as page:
        await opened(page, root, "Gaps")
        questions, decided = await column_of(page, "question"), await column_of(page, "decided")

    assert "navy" in questions[-1]
    assert decided[-1] == "handled"
    assert set(decided[:-1]) == {""}


@in_a_browser
async def test_the_chart_tells_what_the_table_tells(tmp_path: Path) -> None:
    """A bar for each day; a screen reader hears the totals; the table adds up to them."""
    await write_log(log_address(tmp_path))
    async with open_review(tmp_path) as (_, root), open_browser() as page:
        rows = await opened(page, root, "Trends")
        bars = await page.locator("figure.trend rect").count()
        told = await page.locator("figure.trend desc").text_content()
        first = await page.locator("figure.trend rect").first.bounding_box()

    answers, missed, unsure = (sum(int(row[i]) for row in rows) for i in (1, 3, 4))
    assert (answers, missed, unsure) == (40 + 24 + 15 + 9 + 7 + 3 + 2, 7, 3)
    assert bars == len(rows) == 31
    assert f"{answers} answers" in str(told)
    assert "7 found nothing, 3 were unsure" in str(told)
    assert first is not None


@in_a_browser
async def test_overdue_claims_are_ranked_by_what_is_read(tmp_path: Path) -> None:
    """Overdue before soon, then the most read first; a first claim is read with the overview too."""
    today = datetime.now(UTC).date()
    past, near, far = (f"{today + timedelta(days=days)}" for days in (-3, 20, 200))
    sections = [
        {"id": "ukraine", "title": "Ukraine?", "claims": [make_claim("Read most.", review_by=past)]},
        {"id": "rest", "title": "The rest?", "claims": [make_claim("Near.", review_by=near), make_claim("Far.")]},
        {
            "id": "more",
            "title": "More?",
            "claims": [make_claim("First.", review_by=far), make_claim("Over.", review_by=past)],
        },
    ]
    pack = write_pack(tmp_path / "pack", make_topic("article5", sections=sections))
    await write_log(log_address(tmp_path))
    async with open_review(tmp_path, BOT_KNOWLEDGE=str(pack)) as (_, root), open_browser() as page:
        claims = await opened(page, root, "Overdue claims")

    assert claims == [
        ["overdue", past, "3", "article5", "ukraine", "Read most.", "event", "40"],
        ["overdue", past, "3", "article5", "more", "Over.", "event", "0"],
        ["soon", near, "-20", "article5", "rest", "Near.", "event", "20"],
    ]


@in_a_browser
async def test_pages_are_narrowed_by_a_form(tmp_path: Path) -> None:
    """Days, language and server are filled in and kept; the defaults are shown."""
    await write_log(log_address(tmp_path))
    async with open_review(tmp_path) as (_, root), open_browser() as page:
        await opened(page, root, "Popular topics")
        shown = await page.get_by_label("Days back").input_value()
        await page.get_by_label("Days back").fill("60")
        await page.get_by_role("button", name="Show").click()
        all_days = await table_of(page)
        await page.get_by_label("Server").fill("8")
        await page.get_by_role("button", name="Show").click()
        one_server = await table_of(page)
        await opened(page, root, "Gaps")
        await page.get_by_label("Language").select_option("uk")
        await page.get_by_role("button", name="Show").click()
        ukrainian = await column_of(page, "question")

    assert shown == "30"
    assert all_days[0][:2] == ["aid", "124"]
    assert one_server == [["consensus", "9", "9", "0", ""]]
    assert ukrainian == ["чи є у нато власний флот"]


@in_a_browser
async def test_pages_show_the_log_as_it_is_now(tmp_path: Path) -> None:
    """A bot goes on writing beside the pages; what is forgotten is gone from them; new questions wait for a group."""
    await write_log(log_address(tmp_path))
    async with open_review(tmp_path) as (_, root), open_browser() as page:
        await opened(page, root, "Gaps")
        before = len(await table_of(page))
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        new = make_query(9999, asked_at=now, outcome="not-found", topic=None, text="who pays", command="ask")
        await add_to_log(tmp_path, new, make_query(10_000, asked_at=now, topic="consensus"))
        with closing(sqlite3.connect(tmp_path / "data" / "bot.db")) as log, log:
            log.execute("DELETE FROM queries WHERE text LIKE '%satellites%'")
        await page.reload()
        after = len(await table_of(page))
        waiting = await page.locator(".made-at").inner_text()
        popular = await opened(page, root, "Popular topics")

    assert after == before - 1
    assert "1 asked since then are not in a group yet" in waiting
    assert ["consensus", "10", "10", "0", ""] in popular


@in_a_browser
async def test_words_of_people_are_shown_as_words(tmp_path: Path) -> None:
    """A question that looks like a page's code does nothing."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    text = "<script>document.title = 'caught'</script><img src=http://192.0.2.1/x>"
    evil = make_query(9999, asked_at=now, outcome="not-found", topic=None, text=text, command="ask")
    await write_log(log_address(tmp_path), evil)
    async with open_review(tmp_path) as (_, root), open_browser() as page:
        await opened(page, root, "Gaps")
        questions, title = await column_of(page, "question"), await page.title()

    assert text in questions
    assert title == "Gaps"


def ways_to_a_person() -> Sequence[str]:
    """Addresses that would show a pseudonym, an admin's id or a raw table if anything did."""
    select = "select%20user_key%20from%20queries"
    tables = ("queries", "QUERIES", "opt_outs", "server_changes", "gap_decisions", "daily_counts", "alembic_version")
    yours = [f"log/{table}{end}" for table in tables for end in ("", ".json", ".csv?_stream=1", ".json?_shape=array")]
    return [
        *yours,
        *("log/queries/1", "log/queries/1.json", "log/answers", "log/votes.json", "log/sqlite_master.json"),
        *(
            f"log?sql={select}",
            f"log.json?sql={select}",
            f"log.csv?sql={select}&_stream=1",
            "log",
            "log.json",
            "log.db",
        ),
        *(f"log/popular?sql={select}", f"log/popular.json?sql={select}&_shape=arrays"),
        *(f"_memory?sql={select}", f"_internal.json?sql={select}", "_internal/databases", "_memory.json"),
        "log/review_queries.json?_where=1=(select%20user_key%20from%20queries)",
        "log/review_queries.json?_facet=user_key",
        "log/review_queries.json?_facet_array=user_key",
        "log/review_queries.json?_sort=user_key",
        "log/review_queries.json?user_key__contains=person",
        "log/review_queries.json?_col=user_key",
        'log/review_queries.json?_through={"table":"queries","column":"user_key","value":"x"}',
        "log/review_queries.csv?_stream=1&_labels=on",
        "log/gaps.json?language='%20union%20select%20user_key%20from%20queries--",
        *("-/databases.json", "-/metadata.json", "-/threads.json", "-/permissions", "-/allow-debug", "-/patterns"),
        "-/actor.json",
    ]


REFUSED = re.compile(r"log(\?|\.|$)|log/(?!review_queries|popular|gaps)|_memory|_internal|-/permissions")


async def test_nobody_can_be_found_by_any_address(tmp_path: Path) -> None:
    """Tables, rows, SQL, facets, filters, exports and Datasette's own pages show no pseudonym; most are refused."""
    await write_log(log_address(tmp_path))
    pages = [f"log/{page}{end}" for page in PAGES for end in ("", ".json", ".csv?_stream=1")]
    async with open_review(tmp_path) as (_, root):
        answers = {way: await fetched(root + way) for way in [*ways_to_a_person(), *pages]}

    assert [way for way, (_, body) in answers.items() if "person-" in body] == []
    assert [way for way in ways_to_a_person() if REFUSED.match(way) and answers[way][0] not in {403, 404}] == []
    assert [way for way in pages if answers[way][0] != 200] == []


async def test_stopping_at_once_is_heard(tmp_path: Path) -> None:
    """Ctrl-C right after the address was printed ends the command, with status 0."""
    await write_log(log_address(tmp_path))
    async with open_review(tmp_path) as (review, _):
        review.stop(signal.SIGTERM)

        assert await review.exit_status() == 0


async def test_another_name_for_this_machine_is_refused(tmp_path: Path) -> None:
    """A web page that points its own name here cannot read the log through its visitor's browser."""
    await write_log(log_address(tmp_path))
    async with open_review(tmp_path) as (_, root):
        status, body = await fetched(root + "log/gaps.json", Host="evil.example:80")

    assert status == 421
    assert "navy" not in body


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT user_key FROM queries",
        "SELECT count(*) FROM queries WHERE user_key = 'x'",
        "SELECT key_id FROM queries",
        "SELECT decided_by FROM gap_decisions",
        "SELECT user_key FROM opt_outs",
        "SELECT changed_by FROM server_changes",
        "DELETE FROM queries",
        "ATTACH ':memory:' AS other",
    ],
)
async def test_sqlite_itself_refuses_what_no_page_needs(tmp_path: Path, statement: str) -> None:
    """Even if Datasette ran somebody's SQL, who asked could not be read."""
    await write_log(log_address(tmp_path))
    digest = tmp_path / "digest.db"
    write_groups(digest, [], DigestNotes(made_at="", state="", newest=0))
    with closing(connect_read_only(tmp_path / "data" / "bot.db")) as log:
        limit_to_review(log, digest, text_key)

        with pytest.raises(sqlite3.DatabaseError, match=r"prohibited|not authorized"):
            log.execute(statement)


async def test_the_digest_keeps_no_words_and_nobody(tmp_path: Path) -> None:
    """The file that is written beside the log names interactions only."""
    await write_log(log_address(tmp_path))
    async with open_review(tmp_path):
        digest = (tmp_path / "data" / "bot.review.db").read_bytes()

    assert b"navy" not in digest
    assert b"person-" not in digest


async def test_an_unchanged_log_is_not_grouped_again(tmp_path: Path) -> None:
    """Grouping takes a while on a large log, so it is done when there are other questions only."""
    await write_log(log_address(tmp_path))
    async with open_review(tmp_path) as (review, _):
        pass
    async with open_review(tmp_path) as (review, _):
        assert "Grouping" not in review.output()
    await add_to_log(tmp_path, make_query(9999, asked_at=datetime.now(UTC).isoformat(), outcome="suggested", text="eh"))
    async with open_review(tmp_path) as (review, _):
        assert "Grouping" in review.output()


async def test_an_exported_snapshot_is_looked_at(tmp_path: Path) -> None:
    """What is configured may be PostgreSQL; an exported snapshot has the same figures, and nobody's pseudonyms."""
    await write_log(log_address(tmp_path))
    snapshot = tmp_path / "snapshot.db"
    export = ("queries", "export", "--format", "sqlite", "--output", str(snapshot))
    async with run_bot(WireDiscord(), tmp_path, arguments=export, ready=False) as exporting:
        assert await exporting.exit_status() == 0
    elsewhere = {"DATABASE_URL": "postgresql+asyncpg://nobody@192.0.2.1/x"}
    async with open_review(tmp_path, "--database", str(snapshot), **elsewhere) as (_, root):
        _, popular = await fetched(root + "log/popular.json?_shape=arrays")
        _, gaps = await fetched(root + "log/gaps.json?_shape=objects")

    assert json.loads(popular)["rows"][0] == ["article5", 40, 16, 3, "67 %"]
    assert sorted(row["times"] for row in json.loads(gaps)["rows"]) == [1, 2, 4]
    assert b"person-" not in snapshot.read_bytes()


async def test_a_broken_pack_leaves_the_other_pages(tmp_path: Path) -> None:
    """Only the page of overdue claims needs the pack; the reason is printed."""
    await write_log(log_address(tmp_path))
    async with open_review(tmp_path, BOT_KNOWLEDGE=str(tmp_path / "nothing")) as (review, root):
        status, _ = await fetched(root + "log/popular")

    assert status == 200
    assert "The page of overdue claims stays empty" in review.output()


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(["review", "--no-browser", *arguments])
    return int(str(stopped.value.code or 0))


def test_a_log_that_is_not_there_yet_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first thing to do is to run the bot."""
    monkeypatch.setenv("DATABASE_URL", log_address(tmp_path))

    assert run() == 78
    assert "bot.db yet. It is made when the bot first runs." in capsys.readouterr().err


def test_postgresql_needs_a_snapshot(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The commands that make one and show it are in the message."""
    monkeypatch.setenv("DATABASE_URL", "postgresql+asyncpg://nobody@192.0.2.1/x")

    assert run() == 78
    said = capsys.readouterr().err
    assert "natobot queries export --format sqlite --output snapshot.db" in said
    assert "natobot review --database snapshot.db" in said


def test_a_file_that_is_no_log_is_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A text file and somebody else's database are named, with what is wrong."""
    text, other = tmp_path / "notes.txt", tmp_path / "other.db"
    text.write_text("This is not a database at all, only some words.\n" * 50, encoding="utf-8")
    with closing(sqlite3.connect(other)) as database:
        database.execute("CREATE TABLE things (a)")

    assert run("--database", str(text)) == 1
    assert "notes.txt cannot be read as a query log: file is not a database." in capsys.readouterr().err
    assert run("--database", str(other)) == 1
    assert "other.db cannot be read as a query log: it has no tables of this bot." in capsys.readouterr().err


async def test_an_outdated_log_is_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command that brings it up to date is in the message."""
    path = tmp_path / "data" / "bot.db"
    await write_log(log_address(tmp_path))
    with closing(sqlite3.connect(path)) as log, log:
        log.execute("UPDATE alembic_version SET version_num = '0001'")

    assert run("--database", str(path)) == 78
    assert "Run: natobot db upgrade" in capsys.readouterr().err


async def test_a_taken_port_is_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Another program has the port: one sentence that names it and the way out."""
    await write_log(log_address(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])

        assert run("--database", str(tmp_path / "data" / "bot.db"), "--port", port) == 78
    assert f"on port {port}: Address already in use. Choose another with --port" in capsys.readouterr().err


def test_the_missing_extra_is_explained(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The command that installs it is in the message."""
    for name in [name for name in sys.modules if name.startswith("bot.review")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "datasette", None)
    monkeypatch.setitem(sys.modules, "datasette.app", None)

    assert run() == 78
    assert "make review, or install it with: pip install -r requirements/review.txt" in capsys.readouterr().err
