"""Interactions of every kind that the bot answers, to be sent to two bots alike."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.gaps import HANDLED, OUT_OF_SCOPE
from bot.rendering import insights
from bot.rendering.custom_ids import VERSION, Action
from bot.rendering.panel_ids import PANEL_VERSION, PanelAction
from bot.rendering.settings import EVERY_ANSWER
from tests.wire.discord import CHANNEL, member_of, message_of, user_of
from tests.wire.guild import ROLE
from tests.wire.recorded_names import CHOICES, COMMAND, COMPONENT, FORM, GROUP, SUBCOMMAND

BUTTON, TEXT_MENU = 2, 3  # types of components
TEXT, NUMBER, SWITCH, ATTACHMENT = 3, 4, 5, 11  # types of options
MEMBER, OTHER, GUEST = "700", "701", "702"
PLACE = str(CHANNEL["id"])
SETTINGS_FILE = b"answers: private\nlanguage: en\n"
# What is given for options, by "command option" or by the option alone.
SAMPLES: Mapping[str, Any] = {
    "question": "does article 5 cover ukraine",
    "section": "misconceptions",
    "article5 section": "ukraine",
    "term": "NATO",
    "topic": "aid",
    "year": 2022,
    "until": 2024,
    "picture": True,
    "private": True,
    "aid donor": "Poland",
    "aid kind": "military",
    "aid chart": "largest-donors",
    "members country": "Poland",
    "members chart": "years-of-joining",
    "eastern-flank chart": "map-battlegroups",
    "days": 7,
    "file": "1",
}
QUESTIONS: Mapping[str, str] = {  # by outcome
    "found": "чи захищає стаття 5 Україну",
    "corrected": "article 5 means every ally must send troops",
    "suggested": "who pays for the new headquarters",
    "not-found": "what is the best pizza in town",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """An interaction without its ids."""

    name: str
    type: int
    data: Mapping[str, Any]
    on: str | None = None  # the name of the one that showed the message or the form that is used
    uses: str = ""  # what the id of the component or form begins with
    extra: Mapping[str, Any] = field(default_factory=dict)  # over what a member of the server sends


def unsampled(commands: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the options of *commands* for which nothing is given here."""
    return [
        f"{command['name']} {option['name']}"
        for command in commands
        for _, options in _leaves(command)
        for option in options
        if _sample(command, option) is None
    ]


def of_commands(commands: Sequence[Mapping[str, Any]], file_url: str) -> Iterator[Recorded]:
    """Yield uses of *commands*: with as few options as can be, with each of the others, with all, and choices."""
    for command in commands:
        if command.get("type", 1) != 1:
            yield _on_a_message(command)
            continue
        for path, options in _leaves(command):
            required = [option for option in options if option.get("required")]
            others = [option for option in options if not option.get("required")]
            some = [required, *([*required, option] for option in others), *([options] if len(others) > 1 else [])]
            yield from (_use(command, path, given, file_url) for given in some)
            yield from (_typing(command, path, option) for option in options if option.get("autocomplete"))


def of_questions() -> Iterator[Recorded]:
    """Yield questions of every outcome, by somebody whose Discord is in Ukrainian, and what leads on from each."""
    for outcome, question in QUESTIONS.items():
        asked = _slash("ask", {"question": question}, name=outcome)
        yield _by(OTHER, replace(asked, extra={"locale": "uk"}))
    yield _by(OTHER, _slash("ask", {"question": "how tall is the eiffel tower"}, name="another that finds nothing"))
    for press in (
        _press("one is chosen", "suggested", _card(Action.CHOOSE)),
        _press("a topic is picked", "not-found", _card(Action.PICK), ["aid"]),
        _press("the maintainers are told", "not-found", _card(Action.TELL)),
    ):
        yield _by(OTHER, press)


def of_places() -> Iterator[Recorded]:
    """Yield the same command from elsewhere than a server that added the bot."""
    shown = _slash("article5", {}, name="in a direct message")
    user = user_of(GUEST)
    by_user = {"authorizing_integration_owners": {"1": GUEST}}
    channel = {"id": "601", "type": 1, "last_message_id": None, "recipients": [user]}
    alone = {"guild_id": None, "guild": None, "member": None, "user": user, "channel_id": "601", "channel": channel}
    yield replace(shown, extra=by_user | alone | {"context": 1})
    added = _by(GUEST, replace(shown, name="where a member added it"))
    yield replace(added, extra={**added.extra, **by_user})


def of_cards() -> Iterator[Recorded]:
    """Yield presses of all that cards have, by the one who asked and by others."""
    yield _slash("article5", {}, name="a card")
    yield _press("a page", "a card", _card(Action.PAGE), ["ukraine"])
    yield _press("the overview again", "a page", _card(Action.PAGE), ["overview"])
    yield _press("a related topic", "a card", _card(Action.TOPIC))
    yield _press("sources", "a card", _card(Action.SOURCES))
    yield _press("helpful", "a card", _card(Action.HELPFUL))
    yield _press("not helpful", "a card", _card(Action.UNHELPFUL))
    yield _press("why", "not helpful", _card(Action.WHY))
    yield _form("because", "why", _card(Action.WHY), "The figure is old.")
    yield _by(OTHER, _press("a page for somebody else", "a card", _card(Action.PAGE), ["text"]))
    yield _press("a menu without a choice", "a card", _card(Action.PAGE), [])
    yield _by(OTHER, _press("somebody else deletes it", "a card", _card(Action.DELETE)))
    yield _press("it is deleted", "a card", _card(Action.DELETE))
    yield _slash("article5", {"private": True}, name="a private card")
    yield _press("it is shown to all", "a private card", _card(Action.SHARE))
    yield _slash("topics", {}, name="all topics")
    yield _press("one of all", "all topics", _card(Action.PICK), ["aid"])
    yield _slash("timeline", {}, name="the timeline")
    yield _press("a later page", "the timeline", _card(Action.TIMELINE))
    yield from _pictures()
    yield _slash("glossary", {"term": "no such word"}, name="an unknown term")
    yield _slash("article5", {"section": "no such section"}, name="an unknown section")


def _pictures() -> Iterator[Recorded]:
    """Yield presses where a picture is, comes and goes; it was drawn when the commands were used."""
    chart = {"chart": SAMPLES["aid chart"]}
    yield _slash("aid", chart | {"private": True}, name="a picture")
    yield _press("its sources", "a picture", _card(Action.SOURCES))
    yield _press("the picture is shown to all", "a picture", _card(Action.SHARE))
    yield _press("the picture goes", "a picture", _card(Action.PAGE), ["overview"])
    yield _press("the picture comes", "the picture goes", _card(Action.PAGE), [f"chart/{chart['chart']}"])


def of_panels(file_url: str) -> Iterator[Recorded]:
    """Yield what admins do with the settings, so that each use finds something to do."""
    yield _slash("settings panel", {}, name="the panel")
    latest = "the panel"
    for action, values in (
        (PanelAction.LANGUAGE, ["en"]),
        (PanelAction.PRIVATE_CHANNELS, [PLACE]),
        (PanelAction.PUBLIC_CHANNELS, [PLACE]),
        (PanelAction.PUBLIC_CHANNELS, []),
        (PanelAction.SHARERS, [ROLE]),
        (PanelAction.HIDDEN_TOPICS, ["stance"]),
        (PanelAction.NEWS_CHANNEL, [PLACE]),
        (PanelAction.TEXTS, ["false"]),
        (PanelAction.ANSWERS, ["private"]),
    ):
        yield _press(f"{action} is {values}", latest, _panel(action), values)
        latest = f"{action} is {values}"
    yield _slash("stance", {}, name="a hidden topic")
    yield _slash("aid", {}, name="where answers are private")
    yield _press("a press on an old panel", "the panel", _panel(PanelAction.LANGUAGE), ["member"])
    yield _press("a note", latest, _panel(PanelAction.NOTE), ["aid"])
    yield _form("the note", "a note", _panel(PanelAction.NOTE_TEXT), "Figures of last month.")
    yield _form("the note once more", "a note", _panel(PanelAction.NOTE_TEXT), "Figures of today.")
    yield _press("the present note", "the note", _panel(PanelAction.NOTE), ["aid"])
    yield _press("a note for all", "the note", _panel(PanelAction.NOTE), [EVERY_ANSWER])
    yield _slash("aid", {}, name="below a note")
    yield _press("it is undone", "the note", _panel(PanelAction.UNDO))
    yield _press("the history", "it is undone", _panel(PanelAction.HISTORY))
    yield _press("older changes", "the history", _panel(PanelAction.HISTORY))
    yield _press("back", "older changes", _panel(PanelAction.OPEN))
    yield _press("what does not work", "back", _panel(PanelAction.CHECK))
    yield _slash("settings import", {"file": "1"}, file_url, name="an import")
    yield _press("it is applied", "an import", _panel(PanelAction.APPLY))
    yield _slash("settings reset", {}, name="a reset")
    yield _press("not now", "a reset", _panel(PanelAction.DISCARD))
    yield _press("everything as it was", "a reset", _panel(PanelAction.RESET))
    yield _by(OTHER, _press("no admin", "the panel", _panel(PanelAction.OPEN)))


def of_people() -> Iterator[Recorded]:
    """Yield what people decide about their data once there is some, and a vote by one who opted out."""
    for name in ("show", "export", "opt-out"):
        yield _slash(f"privacy {name}", {}, name=f"later: {name}")
    yield _slash("article5", {}, name="a card for one who opted out")
    yield _press("a vote that is not stored", "a card for one who opted out", _card(Action.HELPFUL))
    yield _slash("privacy opt-in", {}, name="later: opt-in")
    yield _by(GUEST, _slash("privacy forget", {}, name="later: forget"))


def of_maintainers(commands: Sequence[Mapping[str, Any]]) -> Iterator[Recorded]:
    """Yield what maintainers do in their own server, which offers *commands*."""
    yield _slash("privacy show", {}, name="what was asked is in the database")
    yield from of_commands(commands, "")
    yield _press("a gap is handled", "/insights", f"{insights.VERSION}:{HANDLED}:")
    yield _press("a gap is none", "a gap is handled", f"{insights.VERSION}:{OUT_OF_SCOPE}:")
    yield _press("a gap that is gone", "/insights", f"{insights.VERSION}:{HANDLED}:")
    yield _by(OTHER, _press("no maintainer", "/insights", f"{insights.VERSION}:{HANDLED}:"))


def of_strangers() -> Iterator[Recorded]:
    """Yield what this version does not know, or cannot read."""
    unknown = _slash("later", {}, name="an unknown command")
    yield unknown
    yield replace(unknown, name="choices of an unknown command", type=CHOICES)
    yield replace(unknown, name="a payload that lacks what is read", extra={"channel": {"id": PLACE, "type": 0}})
    yield Recorded(name="an unknown kind", type=77, data={})
    for custom_id in ("k0:sec:aid:", "k1:later:aid::700", "k1:sec:none::700", "g0:x", "i0:x", "", "another bot's"):
        data = {"custom_id": custom_id, "component_type": BUTTON}
        yield Recorded(name=f"a press of {custom_id!r}", type=COMPONENT, data=data, extra={"message": message_of({})})
    for custom_id in ("k1:later:aid::700", "g0:x"):
        yield Recorded(name=f"the form {custom_id!r}", type=FORM, data=_written("Words.") | {"custom_id": custom_id})


def _leaves(command: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Sequence[Mapping[str, Any]]]]:
    """Yield the paths below a command that can be used, each with its options."""
    options = command.get("options", [])
    leading_on = [option for option in options if option["type"] in (SUBCOMMAND, GROUP)]
    if not leading_on:
        yield (), options
    for option in leading_on:
        for path, below in _leaves(option):
            yield (option["name"], *path), below


def _sample(command: Mapping[str, Any], option: Mapping[str, Any]) -> Any:
    return SAMPLES.get(f"{command['name']} {option['name']}", SAMPLES.get(option["name"]))


def _use(
    command: Mapping[str, Any], path: tuple[str, ...], options: Sequence[Mapping[str, Any]], file_url: str
) -> Recorded:
    given = {option["name"]: _sample(command, option) for option in options}
    words = " ".join((command["name"], *path))
    recorded = _slash(words, given, file_url, name=f"/{words}{''.join(f' {key}:{given[key]}' for key in given)}")
    own = {"guild_id": command["guild_id"]} if "guild_id" in command else {}  # of a command of one server
    return replace(recorded, data={**recorded.data, **own})


def _slash(path: str, given: Mapping[str, Any], file_url: str = "", *, name: str) -> Recorded:
    """Return the use of a command, or of what *path* names below it."""
    command, *below = path.split()
    options = [{"name": key, "type": _type_of(key, value), "value": value} for key, value in given.items()]
    data: dict[str, Any] = {"id": "900", "name": command, "type": 1, "options": _within(below, options)}
    if "file" in given:
        attachment = {"id": "1", "filename": "settings.yaml", "size": len(SETTINGS_FILE), "url": file_url}
        data["resolved"] = {"attachments": {"1": attachment | {"proxy_url": file_url}}}
    return Recorded(name=name, type=COMMAND, data=data)


def _type_of(option: str, value: Any) -> int:
    kinds = {str: TEXT, int: NUMBER, bool: SWITCH}
    return ATTACHMENT if option == "file" else kinds[type(value)]


def _typing(command: Mapping[str, Any], path: tuple[str, ...], option: Mapping[str, Any]) -> Recorded:
    typed = [{"name": option["name"], "type": option["type"], "value": "a", "focused": True}]
    data = {"id": "900", "name": command["name"], "type": 1, "options": _within(path, typed)}
    return Recorded(name=f"/{command['name']} {option['name']}: …", type=CHOICES, data=data)


def _within(path: Sequence[str], given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for depth, name in enumerate(reversed(path)):
        given = [{"name": name, "type": GROUP if depth else SUBCOMMAND, "options": given}]
    return given


def _on_a_message(command: Mapping[str, Any]) -> Recorded:
    message = message_of({}) | {"id": "1001", "content": "Article 5 means every ally must send troops."}
    data = {"id": "900", "name": command["name"], "type": 3, "target_id": "1001"}
    return Recorded(name=command["name"], type=COMMAND, data=data | {"resolved": {"messages": {"1001": message}}})


def _card(action: Action) -> str:
    return f"{VERSION}:{action}:"


def _panel(action: PanelAction) -> str:
    return f"{PANEL_VERSION}:{action}:"


def _press(name: str, on: str, uses: str, values: Sequence[str] | None = None) -> Recorded:
    """Return a press of a button, or a choice of *values* in a menu."""
    data = {} if values is None else {"values": list(values)}
    return Recorded(name=name, type=COMPONENT, data=data, on=on, uses=uses)


def _form(name: str, on: str, uses: str, words: str) -> Recorded:
    return Recorded(name=name, type=FORM, data=_written(words), on=on, uses=uses)


def _written(words: str) -> dict[str, Any]:
    written = {"type": 18, "id": 1, "component": {"type": 4, "id": 2, "custom_id": "text", "value": words}}
    return {"components": [written]}


def _by(user: str, recorded: Recorded) -> Recorded:
    """Return the same by somebody who may not manage anything."""
    return replace(recorded, extra={**recorded.extra, "member": member_of(user_of(user), permissions="0")})
