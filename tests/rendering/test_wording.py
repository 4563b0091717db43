from datetime import date

import pytest

from bot.rendering import wording
from bot.rendering.limits import shortened


@pytest.mark.parametrize(
    ("written", "shown"), [("2022", "2022"), ("2022-03", "March 2022"), ("2022-03-16", "16 March 2022")]
)
def test_a_date_is_shown_as_exactly_as_it_is_known(written: str, shown: str) -> None:
    """A month is not passed off as a day."""
    assert wording.partial_day(written) == shown


def test_a_day_is_spelled_out() -> None:
    """8/7 means two different days on two sides of an ocean; this does not."""
    assert wording.day(date(2026, 7, 8)) == "8 July 2026"


def test_shortening_keeps_within_the_limit() -> None:
    """A cut text ends in an ellipsis and fits."""
    assert shortened("abcdef", 6) == "abcdef"
    assert shortened("abcdefg", 6) == "abcde…"
