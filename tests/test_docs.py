"""The README tells the truth."""

import re
from pathlib import Path

from bot.knowledge.models import Knowledge
from bot.settings import Settings
from bot.store.schema import metadata

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


def test_the_privacy_page_names_every_stored_column() -> None:
    """Nothing is stored that docs/privacy.md does not tell."""
    page = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
    stored = {column.name for table in metadata.tables.values() for column in table.columns}

    assert {name for name in stored if f"`{name}`" not in page} == set()
    assert {name for name in metadata.tables if f"`{name}`" not in page} == set()


def test_the_privacy_page_tells_the_real_limits() -> None:
    """The days it names are the defaults of the settings."""
    page = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
    terms = Settings().privacy

    assert f"blanked after {terms.text_days} days" in page
    assert f"daily counts after {terms.row_days} days" in page
