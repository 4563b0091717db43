"""Which wish wins: the tables of docs/admins.md, checked against the code."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path

import pytest

from bot.servers.models import DEFAULTS, ServerSettings, Visibility
from bot.servers.resolution import language, may_share, rule_of, visibility

PAGE = Path(__file__).parents[2] / "docs" / "admins.md"
THREAD, CHANNEL, ELSEWHERE = 11, 12, 13
CHOSEN_ROLE, OTHER_ROLE = 21, 22

Row = tuple[str, ...]

VISIBILITY_VALUES = (
    ("true", "false", "left out"),
    ("private", "public", "none"),
    ("private", "public", "none"),
    ("private", "public"),
)
SHARING_VALUES = (("private", "public"), ("yes", "no"), ("yes", "no"))
LANGUAGE_VALUES = (("written", "none", "not written"), ("written", "variant of a written one", "not written"))


def rows_under(heading: str) -> Sequence[Row]:
    """Return the cells of the table under a heading, without its own heading."""
    section = PAGE.read_text(encoding="utf-8").split(f"\n### {heading}\n")[1].split("\n### ")[0]
    lines = re.findall(r"^\|(.+)\|$", section, re.MULTILINE)
    return [tuple(cell.strip() for cell in line.split("|")) for line in lines[2:]]


def cases(heading: str, values: Sequence[Sequence[str]]) -> Iterator[Row]:
    """Yield every case that the rows of a table stand for: ``any`` and ``x or y`` stand for several."""
    for row in rows_under(heading):
        *wishes, outcome = row
        meant = [every if cell == "any" else cell.split(" or ") for cell, every in zip(wishes, values, strict=True)]
        yield from ((*case, outcome) for case in product(*meant))


VISIBILITY = tuple(cases("Who sees an answer", VISIBILITY_VALUES))
SHARING = tuple(cases("Who may show a private answer to everyone", SHARING_VALUES))
LANGUAGES = tuple(cases("In which language", LANGUAGE_VALUES))


@pytest.mark.parametrize(
    ("table", "values"),
    [(VISIBILITY, VISIBILITY_VALUES), (SHARING, SHARING_VALUES), (LANGUAGES, LANGUAGE_VALUES)],
    ids=["visibility", "sharing", "language"],
)
def test_each_table_has_every_case_once(table: Sequence[Row], values: Sequence[Sequence[str]]) -> None:
    """No case is left open, and none is decided twice."""
    assert sorted(row[:-1] for row in table) == sorted(product(*values))


def settings_of(thread: str, channel: str, server: str) -> ServerSettings:
    rules = {THREAD: thread, CHANNEL: channel, ELSEWHERE: "private"}
    return ServerSettings(
        answers=Visibility(server),
        private_channels=tuple(id_ for id_, rule in rules.items() if rule == "private"),
        public_channels=tuple(id_ for id_, rule in rules.items() if rule == "public"),
    )


@pytest.mark.parametrize("row", VISIBILITY, ids=" · ".join)
def test_who_sees_an_answer(row: Row) -> None:
    """The option, the thread, the channel and the server decide as the page says."""
    option, thread, channel, server, outcome = row
    settings = settings_of(thread, channel, server)
    places = [(THREAD, CHANNEL), *([(CHANNEL,)] if thread == "none" else [])]  # a channel itself has no thread's rule

    seen_by = {visibility(settings, place, wants_private=option == "true") for place in places}

    assert seen_by == {{"only who asked": Visibility.PRIVATE, "everyone": Visibility.PUBLIC}[outcome]}


@pytest.mark.parametrize("row", SHARING, ids=" · ".join)
def test_who_may_show_an_answer_to_everyone(row: Row) -> None:
    """Where answers are private, it takes a permission or a role that the admins chose."""
    rule, manages, has_role, outcome = row
    settings = ServerSettings(answers=Visibility(rule), sharers=(CHOSEN_ROLE,))
    roles = [OTHER_ROLE, *([CHOSEN_ROLE] if has_role == "yes" else [])]

    allowed = may_share(settings, (CHANNEL,), roles=roles, manages_messages=manages == "yes")

    assert allowed is (outcome == "yes")


SERVER_LANGUAGES: Mapping[str, str | None] = {"written": "uk", "none": None, "not written": "pl"}
LOCALES = {"written": "de", "variant of a written one": "en-GB", "not written": "fr"}
OUTCOMES = {"the server's": "uk", "the edition's default": "es-ES"}
PERSONS = {"written": "de", "variant of a written one": "en"}


@pytest.mark.parametrize("row", LANGUAGES, ids=" · ".join)
def test_in_which_language(row: Row) -> None:
    """The server, then the person, then the edition decide, as far as the edition is written in it."""
    server, person, outcome = row
    settings = ServerSettings(language=SERVER_LANGUAGES[server])

    answer = language(settings, LOCALES[person], offered=("uk", "de", "en", "es-ES"), default="es-ES")

    assert answer == (PERSONS[person] if outcome == "the person's" else OUTCOMES[outcome])


def test_a_direct_message_has_no_rule() -> None:
    """Where there is no server and no known channel, answers are public and may be shown."""
    assert rule_of(DEFAULTS, ()) is Visibility.PUBLIC
    assert may_share(DEFAULTS, (), roles=(), manages_messages=False)


def test_the_exact_variant_comes_before_the_language_itself() -> None:
    """An edition in English and in British English answers a Briton in the latter."""
    assert language(DEFAULTS, "en-GB", offered=("en", "en-GB"), default="en") == "en-GB"
