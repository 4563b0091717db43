"""Who floods is told so, and nobody else notices."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.commands.askers import note_asker
from bot.commands.rate_limit import REMEMBERED
from bot.delivery.floods import FloodGate, FloodLimits, Refusal
from tests.commands.reading import text_of
from tests.conftest import World, open_world, settings_for


class Used:
    """Stands for an interaction: whose it is, and where."""

    def __init__(self, user: int, guild: int | None = 7) -> None:
        self.extras: dict[Any, Any] = {}
        self.guild_id = guild
        self.type = None
        note_asker(self, {"user": {"id": str(user)}})  # type: ignore[arg-type]  # all that is read of it here


class Answers:
    """Counts what was let through, and drops what would be sent."""

    def __init__(self) -> None:
        self.taken = 0

    def take_command(self, interaction: Any) -> None:
        self.taken += 1

    def take_press(self, interaction: Any, custom_id: str, values: Sequence[str]) -> None:
        self.taken += 1

    def take_form(self, interaction: Any, custom_id: str) -> None:
        self.taken += 1

    take_unknown = take_command

    def answer(self, answering: Any, *, name: str) -> None:
        answering.close()


async def nobody_told(_: Any, __: str) -> None:
    raise AssertionError("nothing is sent here")


def make_gate(answers: Answers, *, busy: int = 0, **limits: int) -> FloodGate:
    everything_off = {"per_person": 0, "per_server": 0, "total": 0, "in_flight": 0}
    return FloodGate(
        answers,
        FloodLimits(**(everything_off | limits)),
        tell=nobody_told,
        in_flight=lambda: busy,
        clock=lambda: 1000.0,
    )


def ask(gate: FloodGate, user: int, guild: int | None = 7) -> None:
    gate.take_command(Used(user, guild))  # type: ignore[arg-type]  # all that the gate reads


@pytest.mark.parametrize(
    ("limits", "refusal"),
    [({"per_person": 30}, Refusal.PERSON), ({"per_server": 30}, Refusal.SERVER), ({"total": 300}, Refusal.TOTAL)],
    ids=str,
)
def test_a_third_of_a_minute_s_allowance_may_come_at_once(limits: dict[str, int], refusal: Refusal) -> None:
    """Then one more each so often; everything beyond is refused and counted."""
    answers = Answers()
    gate = make_gate(answers, **limits)

    for _ in range(25):
        ask(gate, 1)

    assert answers.taken == 10
    assert gate.refused == {refusal: 15}


def test_who_floods_costs_only_themselves() -> None:
    """Another member of the same server goes on being answered."""
    answers = Answers()
    gate = make_gate(answers, per_person=30)
    for _ in range(100):
        ask(gate, 1)
    before = answers.taken

    ask(gate, 2)

    assert answers.taken == before + 1


@pytest.mark.parametrize(("busy", "refusal"), [(200, Refusal.BUSY), (500, Refusal.DROPPED)])
def test_answers_in_progress_are_bounded(busy: int, refusal: Refusal) -> None:
    """Beyond the limit people are asked to come back; far beyond it not even that is sent, but counted."""
    answers = Answers()
    gate = make_gate(answers, busy=busy, in_flight=200)

    ask(gate, 1)

    assert answers.taken == 0
    assert gate.refused == {refusal: 1}


def test_a_million_people_do_not_fill_the_memory() -> None:
    """The longest unseen are forgotten."""
    gate = make_gate(Answers(), per_person=40, per_server=3000)

    for user in range(REMEMBERED * 2):
        ask(gate, user, guild=user % 1000)

    assert gate.remembered() <= REMEMBERED + 1000


@pytest.fixture
async def limited(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(settings_for(tmp_path, delivery={"per_person": 30})) as world:
        yield world


async def test_thirty_presses_in_a_moment_bring_one_polite_text(limited: World) -> None:
    """Who presses on and on is told once, privately; every press is acknowledged, and others are answered."""
    card = await limited.member.slash(limited.channel, "article5")
    assert card.response is not None

    pressed = [await limited.member.click(card.response, label="Sources") for _ in range(29)]
    other = await limited.other.click(card.response, label="Sources")

    texts = [result for result in pressed if result.response and "a lot at once" in text_of(result.response)]
    assert all(result.acknowledged for result in pressed)
    assert len(texts) == 1
    assert texts[0].ephemeral
    assert "a lot at once" not in text_of(other.response)


async def test_every_command_too_many_is_answered_privately(limited: World) -> None:
    """A command cannot be acknowledged without a word, so it gets the sentence each time."""
    results = [await limited.member.slash(limited.channel, "topics") for _ in range(15)]

    assert [result.ephemeral for result in results[-3:]] == [True] * 3
    assert all("a lot at once" in text_of(result.response) for result in results[-3:])
    assert limited.bot.client.gate.refused[Refusal.PERSON] == 5
