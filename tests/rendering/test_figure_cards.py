"""Cards of figures: what is compared with what."""

from datetime import date
from pathlib import Path

from bot.answers.models import FoundRanking, FoundRow
from bot.knowledge.loader import load_knowledge
from bot.rendering.components import Reader
from bot.rendering.figure_cards import figures_card
from tests.bridges import HEADER, TABLE, pack_with
from tests.rendering.test_cards import text_of

READER = Reader(owner=1, private=False, today=date(2026, 11, 26))
MEASURE = {"name": "by", "description": "What to rank by", "choices": {"length": "length", "again": "length"}}
ROWS = (HEADER, "Old,PL,300,survey,,,", "Even,SE,300,survey,,,", "New,DE,200,survey,,,", "Far,FR,900,guess,,,")


def ranking(folder: Path, *lines: str) -> str:
    knowledge = load_knowledge(pack_with(folder, lines, table={"measure": MEASURE}))
    found = FoundRanking(topic=knowledge.topics["bridge"], table=knowledge.tables["bridges"], measure="length")
    return text_of(figures_card(found, knowledge, READER))


def test_equal_values_share_a_place(tmp_path: Path) -> None:
    """Nobody is put before another without a reason."""
    text = ranking(tmp_path, *ROWS)

    assert "1. 🇸🇪 Even **300.0**\n1. 🇵🇱 Old **300.0**\n3. 🇩🇪 New **200.0**" in text


def test_what_was_measured_in_another_way_is_not_ranked(tmp_path: Path) -> None:
    """The longest is a guess: it is told, but not before the surveyed ones."""
    text = ranking(tmp_path, *ROWS)

    assert text.index("New") < text.index("Not ranked with them:") < text.index("Far")


def test_a_measure_of_which_nothing_is_known_says_so(tmp_path: Path) -> None:
    """Zeros are no ranking."""
    assert "Nothing is known of that." in ranking(tmp_path, HEADER, "Old,PL,0,survey,,,", "New,DE,,survey,,,")


def test_a_place_among_few_is_not_told(tmp_path: Path) -> None:
    """First of two says little."""
    knowledge = load_knowledge(pack_with(tmp_path, ROWS))
    table = knowledge.tables["bridges"]
    found = FoundRow(topic=knowledge.topics["bridge"], table=table, row=table.rows[0])

    text = text_of(figures_card(found, knowledge, READER))

    assert "**Length** 300.0 metres" in text
    assert "of 3 bridges" not in text
    assert TABLE["title"] in text
