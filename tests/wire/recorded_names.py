"""What there is to use of a bot, and what of it interactions have used: both by the same names."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bot.gaps import DECISIONS
from bot.rendering import insights
from bot.rendering.custom_ids import VERSION, Action
from bot.rendering.panel_ids import PANEL_VERSION, PanelAction

COMMAND, COMPONENT, CHOICES, FORM = 2, 3, 4, 5  # types of interactions
SUBCOMMAND, GROUP = 1, 2  # types of options that lead on; those of values follow
SLASH = 1  # the type of a command that is typed


def offered(commands: Iterable[Mapping[str, Any]]) -> set[str]:
    """Return the names of all that *commands*, as they are registered, let a person do."""
    return {name for command in commands for name in _offered(command.get("type", SLASH), "", command)}


def _offered(kind: int, before: str, level: Mapping[str, Any]) -> Iterator[str]:
    path = f"{before} {level['name']}" if before else _command_name(kind, level["name"])
    options = level.get("options", [])
    leading_on = [option for option in options if option["type"] in (SUBCOMMAND, GROUP)]
    if not leading_on:
        yield path
    for option in leading_on:
        yield from _offered(kind, path, option)
    for option in options:
        if option not in leading_on:
            yield f"{path} {option['name']}:"
            if option.get("autocomplete"):
                yield _choices_name(path, option["name"])


def pressable() -> set[str]:
    """Return the names of all kinds of components and forms that cards, panels and digests have."""
    kinds = {VERSION: tuple(Action), PANEL_VERSION: tuple(PanelAction), insights.VERSION: DECISIONS}
    return {f"{version}:{kind}" for version, some in kinds.items() for kind in some}


def used_by(kind: int, data: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names of what an interaction of that type used."""
    if kind in (COMMAND, CHOICES):
        yield from _used(kind, _command_name(data.get("type", SLASH), data["name"]), data)
    elif kind in (COMPONENT, FORM):
        yield kind_of(data["custom_id"])
    if kind == FORM:
        yield form_name(data["custom_id"])


def _used(kind: int, path: str, level: Mapping[str, Any]) -> Iterator[str]:
    options = level.get("options", [])
    for option in options:
        if option["type"] in (SUBCOMMAND, GROUP):
            yield from _used(kind, f"{path} {option['name']}", option)
        elif kind == COMMAND:
            yield f"{path} {option['name']}:"
        elif option.get("focused"):
            yield _choices_name(path, option["name"])
    if kind == COMMAND:
        yield path


def shown_in(message: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield every component of a message that can be used."""
    for component in _components_in(message.get("components", ())):
        if "custom_id" in component:
            yield component


def _components_in(components: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for component in components:
        yield component
        yield from _components_in(component.get("components", ()))


def kind_of(custom_id: str) -> str:
    """Return which kind of component an id belongs to."""
    return ":".join(custom_id.split(":")[:2])


def form_name(custom_id: str) -> str:
    """Return the name of sending a form."""
    return f"the form {kind_of(custom_id)}"


def _command_name(kind: int, name: str) -> str:
    return f"/{name}" if kind == SLASH else f"“{name}”"


def _choices_name(path: str, option: str) -> str:
    return f"choices of {path} {option}:"
