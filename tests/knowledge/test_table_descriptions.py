"""The page on the pack's columns."""

from bot.knowledge.models import Knowledge
from bot.knowledge.table_descriptions import describe_tables
from tests.factories import REAL_PACK


def test_the_page_is_that_of_the_tables(real_pack: Knowledge) -> None:
    """Who changes tables.yaml makes it anew: natobot knowledge tables."""
    page = describe_tables(real_pack)

    assert (REAL_PACK / "data" / "README.md").read_text(encoding="utf-8") == page
    for table in real_pack.tables.values():
        assert all(f"`{column.name}`" in page and column.meaning in page for column in table.spec.columns)
