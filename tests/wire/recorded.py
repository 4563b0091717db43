"""Interactions of every kind that the bot answers, to be sent to two bots alike."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.gaps import HANDLED
from bot.rendering.custom_ids import Action, Press
from bot.rendering.insights import InsightsPress
from bot.rendering.panel_ids import PanelAction, PanelPress
from tests.wire.discord import message_of

COMMAND, COMPONENT, CHOICES, FORM = 2, 3, 4, 5  # types of interactions
BUTTON, TEXT_MENU, ROLE_MENU, CHANNEL_MENU = 2, 3, 6, 8  # types of components
SUBCOMMAND, GROUP = 1, 2  # types of options; those of values follow
MEMBER, SERVER, CHANNEL, ROLE = "700", "500", "600", "900"
SETTINGS_FILE = b"answers: private\nlanguage: uk\n"
# What is given for options whose values are no choices, by the option's name.
SAMPLES: Mapping[str, Any] = {
    "question": "does article 5 cover ukraine",
    "section": "ukraine",
    "term": "deterrence",
    "topic": "aid",
    "year": 2022,
    "until": 2024,
    "donor": "Poland",
    "country": "Poland",
    "kind": "military",
    "days": 7,
    "version": 1,
}
QUESTIONS = (  # found, another language, corrected, suggested, nothing found
    "does article 5 cover ukraine",
    "чи захищає стаття 5 Україну",
    "article 5 means every ally must send troops",
    "tell me about troops",
    "what is the best pizza in town",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """An interaction without its ids."""

    name: str
    type: int
    data: Mapping[str, Any]
    extra: Mapping[str, Any] = field(default_factory=dict)  # over what a member of the server sends


def of_commands(commands: Sequence[Mapping[str, Any]], file_url: str) -> Iterator[Recorded]:
    """Yield uses of *commands* as they are registered: with as few options as can be, with all, and choices."""
    for command in commands:
        if command.get("type", 1) != 1:
            yield _on_a_message(command)
            continue
        for path, options in _ways(command):
            required = [option for option in options if option.get("required")]
            yield _use(command, path, required, file_url)
            for option in options:
                if not option.get("required"):
                    yield _use(command, path, [*required, option], file_url)
                if option.get("autocomplete"):
                    yield _typing(command, path, option)


def _ways(command: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Sequence[Mapping[str, Any]]]]:
    options = command.get("options", [])
    subcommands = [option for option in options if option["type"] == SUBCOMMAND]
    if not subcommands:
        yield (), options
    for subcommand in subcommands:
        yield (subcommand["name"],), subcommand.get("options", [])


def _use(
    command: Mapping[str, Any], path: tuple[str, ...], options: Sequence[Mapping[str, Any]], file_url: str
) -> Recorded:
    given = [{"name": option["name"], "type": option["type"], "value": _value(option)} for option in options]
    data: dict[str, Any] = {"id": "900", "name": command["name"], "type": 1, "options": _within(path, given)}
    if any(option["type"] == 11 for option in options):
        attachment = {"id": "1", "filename": "settings.yaml", "size": len(SETTINGS_FILE), "url": file_url}
        data["resolved"] = {"attachments": {"1": attachment | {"proxy_url": file_url}}}
    words = " ".join((command["name"], *path, *(f"{option['name']}:{_value(option)}" for option in options)))
    return Recorded(name=f"/{words}", type=COMMAND, data=data)


def _typing(command: Mapping[str, Any], path: tuple[str, ...], option: Mapping[str, Any]) -> Recorded:
    typed = [{"name": option["name"], "type": option["type"], "value": "a", "focused": True}]
    data = {"id": "900", "name": command["name"], "type": 1, "options": _within(path, typed)}
    return Recorded(name=f"/{command['name']} {option['name']}: …", type=CHOICES, data=data)


def _within(path: tuple[str, ...], given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for name in reversed(path):
        given = [{"name": name, "type": SUBCOMMAND, "options": given}]
    return given


def _value(option: Mapping[str, Any]) -> Any:
    if option.get("choices"):
        return option["choices"][0]["value"]
    match option["type"]:
        case 5:
            return True
        case 11:
            return "1"
        case _:
            return SAMPLES.get(option["name"], "a")


def _on_a_message(command: Mapping[str, Any]) -> Recorded:
    message = message_of({}) | {"id": "1001", "content": "Article 5 means every ally must send troops."}
    data = {"id": "900", "name": command["name"], "type": 3, "target_id": "1001"}
    return Recorded(name=command["name"], type=COMMAND, data=data | {"resolved": {"messages": {"1001": message}}})


def of_questions() -> Iterator[Recorded]:
    """Yield questions of every outcome."""
    for question in QUESTIONS:
        given = [{"name": "question", "type": 3, "value": question}]
        data = {"id": "900", "name": "ask", "type": 1, "options": given}
        yield Recorded(name=f"/ask {question}", type=COMMAND, data=data, extra={"locale": "uk"})


def of_places() -> Iterator[Recorded]:
    """Yield the same command from elsewhere than a server that added the bot."""
    data = {"id": "900", "name": "article5", "type": 1, "options": []}
    user = {"id": MEMBER, "username": "member", "discriminator": "0", "avatar": None}
    by_user = {"authorizing_integration_owners": {"1": MEMBER}}
    channel = {"id": "601", "type": 1, "last_message_id": None, "recipients": [user]}
    alone = {"guild_id": None, "guild": None, "member": None, "user": user, "channel_id": "601", "channel": channel}
    yield Recorded(name="in a direct message", type=COMMAND, data=data, extra=by_user | alone | {"context": 1})
    yield Recorded(name="where a member added it", type=COMMAND, data=data, extra=by_user)


def of_cards(edition: str) -> dict[Action, Sequence[Recorded]]:
    """Return presses of every kind that cards know."""
    voted = f".{edition}"
    owner = int(MEMBER)
    presses = {
        Action.PAGE: Press(action=Action.PAGE, topic="article5", owner=owner),
        Action.PICK: Press(action=Action.PICK, owner=owner),
        Action.TOPIC: Press(action=Action.TOPIC, topic="aid", owner=1),
        Action.SOURCES: Press(action=Action.SOURCES, topic="article5", page="ukraine", owner=owner),
        Action.SHARE: Press(action=Action.SHARE, topic="article5", owner=owner),
        Action.DELETE: Press(action=Action.DELETE, topic="article5", owner=owner),
        Action.CHOOSE: Press(action=Action.CHOOSE, topic="aid", page="5", owner=owner),
        Action.TELL: Press(action=Action.TELL, page="5", owner=owner),
        Action.HELPFUL: Press(action=Action.HELPFUL, topic="aid", page=voted),
        Action.UNHELPFUL: Press(action=Action.UNHELPFUL, topic="aid", page=voted),
        Action.WHY: Press(action=Action.WHY, topic="aid", page=voted),
        Action.TIMELINE: Press(action=Action.TIMELINE, topic="aid", page="2022-2024.0", owner=owner),
    }
    menus = {Action.PAGE: ["ukraine"], Action.PICK: ["aid"]}
    found: dict[Action, Sequence[Recorded]] = {
        action: [_press(press.custom_id(), menus.get(action, ()), TEXT_MENU if action in menus else BUTTON)]
        for action, press in presses.items()
    }
    found[Action.PAGE] = [
        *found[Action.PAGE],
        _press(presses[Action.PAGE].custom_id(), ["rank/military"], TEXT_MENU),
        _press(Press(action=Action.PAGE, topic="aid", owner=owner).custom_id(), ["chart/largest-donors"], TEXT_MENU),
        _press(Press(action=Action.PAGE, topic="none", owner=owner).custom_id(), ["gone"], TEXT_MENU),
    ]
    found[Action.WHY] = [*found[Action.WHY], _form(presses[Action.WHY].custom_id(), "The figure is old.")]
    return found


def of_panels() -> dict[PanelAction, Sequence[Recorded]]:
    """Return presses of every kind that the settings panel knows, in an order in which each finds something to do."""
    menus: dict[PanelAction, tuple[Sequence[str], int]] = {
        PanelAction.ANSWERS: (["private"], TEXT_MENU),
        PanelAction.PRIVATE_CHANNELS: ([CHANNEL], CHANNEL_MENU),
        PanelAction.PUBLIC_CHANNELS: ([CHANNEL], CHANNEL_MENU),
        PanelAction.SHARERS: ([ROLE], ROLE_MENU),
        PanelAction.LANGUAGE: (["uk"], TEXT_MENU),
        PanelAction.HIDDEN_TOPICS: (["stance"], TEXT_MENU),
        PanelAction.NOTE: (["aid"], TEXT_MENU),
        PanelAction.NEWS_CHANNEL: ([CHANNEL], CHANNEL_MENU),
        PanelAction.TEXTS: (["no"], TEXT_MENU),
    }
    arguments = {PanelAction.APPLY: "1", PanelAction.HISTORY: "3"}
    found: dict[PanelAction, Sequence[Recorded]] = {}
    for action in PanelAction:
        custom_id = PanelPress(action=action, argument=arguments.get(action, "")).custom_id()
        values, kind = menus.get(action, ((), BUTTON))
        found[action] = [_press(custom_id, values, kind)]
    found[PanelAction.NOTE_TEXT] = [
        _form(PanelPress(action=PanelAction.NOTE_TEXT, argument="aid").custom_id(), "Figures of last month.")
    ]
    return found


def of_maintainers() -> Iterator[Recorded]:
    """Yield what maintainers do in their own server."""
    data = {"id": "901", "name": "insights", "type": 1, "options": [], "guild_id": SERVER}
    yield Recorded(name="/insights", type=COMMAND, data=data)
    yield _press(InsightsPress(decision=HANDLED, days=30, key="a" * 64).custom_id(), (), BUTTON)


def of_strangers() -> Iterator[Recorded]:
    """Yield what this version does not know."""
    yield Recorded(name="an unknown command", type=COMMAND, data={"id": "1", "name": "later", "type": 1, "options": []})
    yield Recorded(name="an unknown kind", type=77, data={})
    for custom_id in ("k0:sec:aid:", "k1:later:aid::700", "g0:x", "i0:x", "", "another bot's"):
        yield _press(custom_id, (), BUTTON)
    yield _form("k1:later:aid::700", "Words.")


def _press(custom_id: str, values: Sequence[str], kind: int) -> Recorded:
    data: dict[str, Any] = {"custom_id": custom_id, "component_type": kind}
    if kind != BUTTON:
        data["values"] = list(values)
    return Recorded(name=f"{custom_id} {list(values)}", type=COMPONENT, data=data, extra={"message": message_of({})})


def _form(custom_id: str, words: str) -> Recorded:
    written = {"type": 18, "id": 1, "component": {"type": 4, "id": 2, "custom_id": "text", "value": words}}
    data = {"custom_id": custom_id, "components": [written]}
    return Recorded(name=f"{custom_id} “{words}”", type=FORM, data=data)
