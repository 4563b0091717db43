"""Whether an interaction comes by the gateway or over HTTP, the bot sends the same, byte for byte."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from difflib import unified_diff
from pathlib import Path
from typing import Any

from tests.wire.recorded import (
    QUESTIONS,
    SETTINGS_FILE,
    Recorded,
    of_cards,
    of_commands,
    of_maintainers,
    of_panels,
    of_people,
    of_places,
    of_questions,
    of_strangers,
    unsampled,
)
from tests.wire.recorded_names import (
    CHOICES,
    COMMAND,
    COMPONENT,
    FORM,
    form_name,
    kind_of,
    offered,
    pressable,
    shown_in,
    used_by,
)
from tests.wire.two_ways import REPLY, Sent, TwoWays, message_from, two_ways

MODAL = 9


@dataclass(slots=True)
class Conversation:
    """Interactions that are delivered both ways, one after the other, each on what came of those before."""

    ways: TwoWays
    ids: dict[str, int] = field(default_factory=dict)  # by name
    used: set[str] = field(default_factory=set)
    types: set[int] = field(default_factory=set)

    async def go_through(self, interactions: Iterable[Recorded]) -> None:
        """Deliver all of *interactions*."""
        for recorded in interactions:
            assert recorded.name not in self.ids, f"two are called {recorded.name}"
            data, extra = self._on_what_was_shown(recorded)
            self.ids[recorded.name] = await self.ways.ask(recorded.type, data, extra)
            self.used.update(used_by(recorded.type, data))
            self.types.add(recorded.type)

    def sent(self, name: str) -> Sequence[Sent]:
        """Return what was sent by the gateway for an interaction."""
        return self.ways.gateway.discord.sent[self.ids[name]]

    def _on_what_was_shown(self, recorded: Recorded) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the data and the rest of an interaction that uses what an earlier one showed."""
        data, extra = dict(recorded.data), dict(recorded.extra)
        if recorded.on is None:
            return data, extra
        shown = self.sent(recorded.on)
        if recorded.type == FORM:
            data["custom_id"] = shown[0].message["custom_id"]
            assert data["custom_id"].startswith(recorded.uses), f"{recorded.name}: {data['custom_id']}"
        elif recorded.type == COMPONENT:
            extra["message"] = message_from(shown)
            data |= _used_component(recorded, extra["message"])
        return data, extra

    def differences(self) -> Iterator[str]:
        """Yield what was not sent alike, each under the name of its interaction."""
        for name, id_ in self.ids.items():
            one, other = self.ways.gateway.words(id_), self.ways.http.words(id_)
            if one != other:
                lines = unified_diff(one.splitlines(), other.splitlines(), "by gateway", "over HTTP", lineterm="")
                yield "\n".join([name, *lines])

    def all_sent(self) -> Iterator[Sent]:
        """Yield all that was sent by the gateway."""
        for name in self.ids:
            yield from self.sent(name)

    def left_out(self, commands: Iterable[Mapping[str, Any]]) -> list[str]:
        """Return the names of what can be used, by *commands*, by code or by what was shown, and was not."""
        there_is = offered(commands) | pressable()
        for sent in self.all_sent():
            if _is_form(sent):
                there_is.add(form_name(sent.message["custom_id"]))
            else:
                there_is.update(kind_of(component["custom_id"]) for component in shown_in(sent.message))
        return sorted(there_is - self.used)


def _used_component(recorded: Recorded, message: Mapping[str, Any]) -> Mapping[str, Any]:
    there = [item for item in shown_in(message) if item["custom_id"].startswith(recorded.uses)]
    assert there, f"{recorded.name}: {recorded.on} has no {recorded.uses}"
    choices = {option["value"] for option in there[0].get("options", ())}
    chosen = set(recorded.data.get("values", ()))
    assert not choices or chosen <= choices, f"{recorded.name}: {recorded.on} does not offer {chosen - choices}"
    return {"custom_id": there[0]["custom_id"], "component_type": there[0]["type"]}


def logged(folder: Path) -> list[dict[str, Any]]:
    """Return the rows of a bot's log, without how long the answers took."""
    with closing(sqlite3.connect(folder / "data" / "bot.db")) as connection:
        connection.row_factory = sqlite3.Row
        rows = connection.execute("SELECT * FROM queries ORDER BY interaction_id").fetchall()
    return [{key: value for key, value in dict(row).items() if key != "answer_us"} for row in rows]


async def test_both_ways_in_send_the_same(tmp_path: Path) -> None:
    """Every command, option, component and form gets the same replies, files, edits and rows, and none is left out."""
    async with two_ways(tmp_path) as ways:
        discord = ways.gateway.discord
        discord.file = SETTINGS_FILE
        commands = [*discord.commands, *discord.server_commands]
        assert not unsampled(commands), ", ".join(unsampled(commands))
        conversation = Conversation(ways)
        for interactions in (
            of_commands(discord.commands, discord.file_url),
            of_questions(),
            of_places(),
            of_cards(),
            of_panels(discord.file_url),
            of_maintainers(discord.server_commands),
            of_people(),
            of_strangers(),
        ):
            await conversation.go_through(interactions)
        await ways.stop()

    differences = [*conversation.differences()]
    assert not differences, "\n\n".join(differences)
    assert [way.bot.output() for way in (ways.gateway, ways.http) if "Traceback" in way.bot.output()] == []
    rows = logged(tmp_path / "gateway")
    assert logged(tmp_path / "http") == rows
    assert [*ways.http.discord.commands, *ways.http.discord.server_commands] == commands

    left_out = conversation.left_out(commands)
    assert not left_out, ", ".join(left_out)
    assert {one.payload["type"] for one in conversation.all_sent() if one.where == REPLY} == {4, 5, 6, 7, 8, MODAL}
    assert conversation.types > {COMMAND, COMPONENT, CHOICES, FORM}
    outcomes = {row["interaction_id"]: row["outcome"] for row in rows}
    assert {name: outcomes[conversation.ids[name]] for name in QUESTIONS} == {name: name for name in QUESTIONS}


def _is_form(sent: Sent) -> bool:
    return sent.where == REPLY and sent.payload["type"] == MODAL
