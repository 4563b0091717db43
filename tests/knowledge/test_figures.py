import pytest

from bot.knowledge.figures import changed_figures


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("Allies aim at 2 % of GDP.", "Allies aim at 5 % of GDP.", [("2 %", "5 %")]),
        ("Allies aim at 2 percent of GDP.", "Allies aim at 3.5 percent of GDP.", [("2 percent", "3.5 percent")]),
        ("It gave €80 billion.", "It gave €92 billion.", [("€80 billion", "€92 billion")]),
        ("It gave EUR 800 million.", "It gave EUR 1.2 billion.", [("EUR 800 million", "EUR 1.2 billion")]),
        ("It cost 3 billion dollars.", "It cost 4 billion dollars.", [("3 billion dollars", "4 billion dollars")]),
        ("It has 5,459 warheads.", "It has 5,580 warheads.", [("5,459 warheads", "5,580 warheads")]),
        ("About 10 000 men came.", "About 12 000 men came.", [("10 000 men came", "12 000 men came")]),
        (
            "It had 20 member states in all.",
            "It had 21 member states in all.",
            [("20 member states", "21 member states")],
        ),
        ("Two allies left.", "Three allies left.", [("Two allies left", "Three allies left")]),
        ("Talks under Article 4 began.", "Talks under Article 5 began.", [("Article 4", "Article 5")]),
        ("20 to 23 billion came.", "20 to 25 billion came.", [("23 billion", "25 billion")]),
        ("9.1 from Sweden, 8.9 from Norway.", "9.4 from Sweden, 9.0 from Norway.", [("9.1", "9.4"), ("8.9", "9.0")]),
        ("Es waren 1,5 % im Jahr 2024.", "Es waren 2,5 % im Jahr 2025.", [("1,5 %", "2,5 %")]),
        ("By May 2026 it gave 8 tanks.", "By June 2026 it gave 9 tanks.", [("8 tanks", "9 tanks")]),
    ],
)
def test_figures_are_told_with_their_unit(before: str, after: str, expected: list[tuple[str, str]]) -> None:
    """Currency, unit or what is counted stands with each figure; dates that moved along are left out."""
    assert [(change.before, change.after) for change in changed_figures(before, after)] == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("Finland joined on 4 April 2023.", "Finland joined on 5 April 2023.", ("4 April 2023", "5 April 2023")),
        ("It ran from 2022 to 2024.", "It ran from 2022 to 2025.", ("2024", "2025")),
    ],
)
def test_a_date_alone_is_told_as_what_changed(before: str, after: str, expected: tuple[str, str]) -> None:
    """Where no quantity differs, the corrected day is the point."""
    assert [(change.before, change.after) for change in changed_figures(before, after)] == [expected]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("It gave 8 tanks.", "It gave 8 tanks.", id="equal"),
        pytest.param("It gave 8 tanks.", "It will give 9 tanks.", id="reworded too"),
        pytest.param("It gave 8 tanks.", "It gave 8 tanks and 9 jets.", id="one more"),
        pytest.param("It gave 8 tanks and 9 jets.", "It gave 9 jets and 10 tanks.", id="swapped"),
        pytest.param("It flies the F-16.", "It flies the F-35.", id="a name with a number"),
        pytest.param("Poland gave 8 tanks.", "France gave 9 tanks.", id="another subject"),
    ],
)
def test_nothing_is_told_where_it_is_no_plain_replacement(before: str, after: str) -> None:
    """When words differ too, nobody can say which figure took the place of which."""
    assert changed_figures(before, after) == ()
