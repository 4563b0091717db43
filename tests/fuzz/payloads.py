"""Payloads of interactions, as Discord sends them and as it never should."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from bot.rendering.custom_ids import Action
from bot.rendering.panel_ids import PanelAction
from tests.wire.discord import interaction_of, message_of

COMMANDS = (
    "article5",
    "aid",
    "ask",
    "topics",
    "timeline",
    "glossary",
    "about",
    "help",
    "privacy",
    "settings",
    "members",
)
# Of those that look something up with Discord there is no answer here.
PANEL_ACTIONS = tuple(action for action in PanelAction if action is not PanelAction.CHECK)
OPTIONS = ("section", "question", "topic", "term", "show", "panel", "history", "export", "new")
WORDS = ("", "ukraine", "overview", "x" * 5000, "‮", "\x00", "стаття 5", "@everyone", "[a](b)", "k1:sec", "0", "-1")

TEXTS = st.sampled_from(WORDS) | st.text(max_size=30)
ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2**31, 2**63, 2**64, 10**30, 0.5, 1e308),
    *("", "0", "-1", "x", "x" * 5000, "99999999999999999999999", "12٣", "2026-13-45T99:99", "\x00", "‮", "k1:::"),
    *([], [None], [[]], ["x"] * 50, {}, {"id": None}, {"id": "x"}, {"x": {"x": {"x": []}}}),
)


@dataclass(frozen=True, slots=True)
class Change:
    """A value of a payload that is another, or none."""

    place: int  # which of all values, counted on beyond the last
    value: Any = None
    gone: bool = False

    def make(self, payload: dict[str, Any]) -> None:
        """Change *payload* itself."""
        places = list(_places(payload))
        if not places:
            return
        container, key = places[self.place % len(places)]
        if self.gone:
            del container[key]
        else:
            container[key] = copy.deepcopy(self.value)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield where every value in *value* stands: what holds it, and under which key."""
    keys: Sequence[Any] = (
        tuple(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    )
    for key in keys:
        yield value, key
        yield from _places(value[key])


def changes() -> st.SearchStrategy[list[Change]]:
    """Up to four changes."""
    place = st.integers(0, 400)
    change = st.builds(Change, place, st.sampled_from(ODD)) | st.builds(Change, place, gone=st.just(True))
    return st.lists(change, max_size=4)


def options() -> st.SearchStrategy[list[dict[str, Any]]]:
    """What somebody gave to a command."""
    words = st.tuples(st.sampled_from(OPTIONS), st.just(3), TEXTS)
    numbers = st.tuples(st.sampled_from(["year", "new"]), st.just(4), st.integers(-(2**53), 2**53))
    switches = st.tuples(st.sampled_from(["private", "new"]), st.just(5), st.booleans())
    leaf = st.tuples(words | numbers | switches, st.booleans()).map(
        lambda of: {"name": of[0][0], "type": of[0][1], "value": of[0][2], "focused": of[1]}
    )
    nested = st.fixed_dictionaries(
        {"name": st.sampled_from(OPTIONS), "type": st.sampled_from([1, 2]), "options": st.lists(leaf, max_size=2)}
    )
    return st.lists(leaf | nested, max_size=3)


def commands() -> st.SearchStrategy[tuple[int, Mapping[str, Any]]]:
    """A command, or the search for choices of one."""
    slash = st.fixed_dictionaries(
        {"id": st.just("900"), "name": st.sampled_from(COMMANDS), "type": st.just(1), "options": options()}
    )
    return st.tuples(st.sampled_from([2, 4]), slash)


def menus() -> st.SearchStrategy[tuple[int, Mapping[str, Any]]]:
    """A menu of a message or a person."""
    message = {"5": {**message_of({}), "id": "5", "content": "Article 5 means war"}}
    menu = st.fixed_dictionaries(
        {
            "id": st.just("901"),
            "name": st.sampled_from(["Check the facts", "Gone"]),
            "type": st.sampled_from([2, 3]),
            "target_id": st.just("5"),
            "resolved": st.just({"messages": message}),
        }
    )
    return st.tuples(st.just(2), menu)


def custom_ids() -> st.SearchStrategy[str]:
    """Ids of components: ours, nearly ours, and anything."""
    part = (
        st.sampled_from(["", "article5", "aid", "ukraine", "overview", "2022.1", "5.2026-10-10", "0", "-1", "700"])
        | TEXTS
    )
    card = st.tuples(st.sampled_from([*Action, "new"]), part, part, part).map(lambda parts: ":".join(["k1", *parts]))
    panel = st.tuples(st.sampled_from([*PANEL_ACTIONS, "new"]), part, part).map(lambda parts: ":".join(["g1", *parts]))
    return card | panel | TEXTS


def presses() -> st.SearchStrategy[tuple[int, Mapping[str, Any]]]:
    """A used component."""
    press = st.fixed_dictionaries(
        {"custom_id": custom_ids(), "component_type": st.integers(2, 8)},
        optional={"values": st.lists(TEXTS, max_size=3)},
    )
    return st.tuples(st.just(3), press)


def forms() -> st.SearchStrategy[tuple[int, Mapping[str, Any]]]:
    """A form that was sent."""
    field = st.fixed_dictionaries({"type": st.just(4), "custom_id": st.just("text"), "value": TEXTS})
    row = field.map(lambda item: {"type": 18, "component": item}) | field.map(lambda item: {"components": [item]})
    form = st.fixed_dictionaries({"custom_id": custom_ids(), "components": st.lists(row, max_size=2)})
    return st.tuples(st.just(5), form)


def interactions() -> st.SearchStrategy[dict[str, Any]]:
    """A whole payload, as Discord sends it; its id is set when it is sent."""

    def whole(of: tuple[int, Mapping[str, Any]]) -> dict[str, Any]:
        kind, data = of
        payload = interaction_of(1, kind, data)
        return {**payload, "message": message_of({})} if kind == 3 else payload

    return (commands() | menus() | presses() | forms()).map(whole)
