"""The documents tell the truth."""

import re
from pathlib import Path

from discord import app_commands

from benchmarks.faults import BEGIN, END, SCENARIOS
from bot.departures import PAUSE
from bot.knowledge.models import Knowledge
from bot.privacy import EXPORT_LIMIT, EXPORTED_CHANGES
from bot.scrubbing import STORED
from bot.settings import Settings
from bot.store.retention import DRAFT_DAYS
from bot.store.schema import metadata
from tests.conftest import World
from tests.gallery import PAGE, PICTURES, gallery_page

ROOT = Path(__file__).parents[1]


def test_the_readme_counts_what_the_pack_holds(real_pack: Knowledge) -> None:
    """Its figures are those of the shipped edition."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    expected = (
        f"{len(real_pack.topics)} topics with {real_pack.claim_count} claims, {len(real_pack.sources)} sources, "
        f"{len(real_pack.glossary)} glossary terms and {len(real_pack.timeline)} events"
    )
    assert expected in " ".join(readme.split())


def test_the_readme_names_every_command(real_pack: Knowledge) -> None:
    """A topic that is added shows up in the README."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert [t.command.name for t in real_pack.topics.values() if f"`/{t.command.name}`" not in readme] == []


def test_links_within_the_documents_lead_somewhere() -> None:
    """No document points to a file that is not there."""
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    broken = [
        f"{document.name}: {target}"
        for document in documents
        for target in re.findall(r"\]\((?!https?://)([^)#]+)", document.read_text(encoding="utf-8"))
        if not (document.parent / target).exists()
    ]

    assert broken == []


def passages_of(page: str) -> dict[str, str]:
    """Return what the page says of each table: a section of its own, or a line of the table of tables."""
    sections = re.findall(r"^## In the table `(\w+)`(.*?)(?=^## )", page, re.MULTILINE | re.DOTALL)
    return dict(sections) | dict(
        re.findall(r"^\| `(\w+)` \|(.*)$", page.partition("## In the other tables")[2], re.MULTILINE)
    )


def test_the_privacy_page_names_every_stored_column() -> None:
    """Nothing is stored that docs/privacy.md does not tell, table by table, for SQLite and PostgreSQL alike."""
    passages = passages_of((ROOT / "docs" / "privacy.md").read_text(encoding="utf-8"))
    untold = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if f"`{column.name}`" not in passages.get(table.name, "")
    }

    assert untold == set()


def test_the_privacy_page_tells_the_real_limits() -> None:
    """The days and numbers it names are those of the code."""
    page = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
    terms = Settings().privacy

    assert f"blanked after {terms.text_days} days" in page
    assert f"daily counts after {terms.row_days} days" in page
    assert f"changes of a server's settings | `privacy.row_days` | deleted after {terms.row_days} days" in page
    assert f"deleted after {DRAFT_DAYS} day |" in page
    assert f"`privacy.left_server_days` | deleted after {terms.left_server_days} days" in page
    assert f"missing for {terms.left_server_days} days" in page
    assert f"at least {PAUSE.total_seconds() / 3600:.0f} hours apart" in page
    assert f"{EXPORT_LIMIT:,} and {EXPORTED_CHANGES}" in page


# What the policy calls the data of each table. A new table needs a passage there, in words of people.
KINDS_OF_DATA = {
    "queries": "An entry for each answer",
    "opt_outs": "Your opt-out",
    "daily_counts": "Daily counts",
    "server_settings": "Settings of a server",
    "server_changes": "Who changed the settings",
    "settings_drafts": "Imports of settings that wait to be applied",
    "server_roll": "when that list was last compared",
    "departures": "Servers that are missing from Discord's list",
    "editions": "Editions of the texts",
    "news_deliveries": "News deliveries",
    "gap_decisions": "Questions the maintainers are done with",
}


def policy_template() -> str:
    return " ".join((ROOT / "docs" / "privacy-policy-template.md").read_text(encoding="utf-8").split())


def test_the_policy_template_speaks_of_every_kind_of_data() -> None:
    """A table that is added must be explained to the people whose data it holds."""
    template = policy_template()

    assert set(metadata.tables) == set(KINDS_OF_DATA)
    assert [phrase for phrase in KINDS_OF_DATA.values() if phrase not in template] == []


def test_the_policy_template_tells_the_real_limits() -> None:
    """Who publishes it unchanged, with the default settings, tells the truth."""
    template = policy_template()
    terms = Settings().privacy

    assert f"| words of questions that found no clear answer | {terms.text_days} days |" in template
    assert f"| entries for answers | {terms.row_days} days, then only daily counts |" in template
    assert f"| who changed the settings of a server, and what | {terms.row_days} days |" in template
    assert f"| imports of settings that nobody applied | {DRAFT_DAYS} day |" in template
    assert f"| everything about a server that removed the bot | {terms.left_server_days} days" in template
    assert f"missing for {terms.left_server_days} days" in template
    assert f"cut to {STORED} characters" in template


async def test_the_policy_template_names_every_privacy_command(world: World) -> None:
    """A right that members have is one they can read of."""
    group = world.bot.client.tree.get_command("privacy")
    assert isinstance(group, app_commands.Group)
    template = policy_template()

    assert [command.name for command in group.commands if f"`/privacy {command.name}`" not in template] == []


def test_every_set_of_requirements_that_is_named_is_there() -> None:
    """No document, message or build step tells anyone to install from a file that does not exist."""
    places = [ROOT / "Makefile", ROOT / "Dockerfile", *ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    places += (ROOT / "bot").rglob("*.py")
    named = {
        match
        for place in places
        for match in re.findall(r"requirements/([a-z]+\.txt)", place.read_text(encoding="utf-8"))
    }

    assert {"run.txt", "image.txt", "review.txt"} <= named
    assert {name for name in named if not (ROOT / "requirements" / name).is_file()} == set()


def test_the_table_of_faults_is_that_of_the_scenarios_and_names_tests_that_are_there() -> None:
    """Each fault is in docs/reliability.md, in order, with a test that holds what is said there."""
    page = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    rows = [line.split(" | ") for line in page.split(BEGIN)[1].split(END)[0].splitlines() if line.startswith("| ")]

    assert [row[0].removeprefix("| ") for row in rows[1:]] == [scenario.fault for scenario in SCENARIOS]
    for scenario in SCENARIOS:
        file, _, function = scenario.test.partition("::")
        assert f"def {function}(" in (ROOT / "tests" / file).read_text(encoding="utf-8"), scenario.test


def test_the_gallery_shows_every_picture_with_its_words(real_pack: Knowledge) -> None:
    """``python -m tests.gallery`` makes it anew; the words are those that the pictures have now."""
    assert PAGE.read_text(encoding="utf-8") == gallery_page(real_pack)
    assert {path.stem for path in PICTURES.glob("*.png")} == set(real_pack.charts)
