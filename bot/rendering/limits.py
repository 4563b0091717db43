"""
Discord's documented limits on what is shown, checked before anything is published.

Source: https://docs.discord.com/developers/components/reference and
https://docs.discord.com/developers/interactions/application-commands (August 2026).
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

TEXT_LIMIT = 4000  # characters in all text displays of one message together
NOTE_ROOM = 370  # characters that answers leave for a server's own note with its heading
COMPONENT_LIMIT = 40  # components of one message, nested ones counted
CUSTOM_ID_LIMIT = 100
BUTTON_LABEL_LIMIT = 80
OPTION_LABEL_LIMIT = 100  # also its value and description
OPTIONS_LIMIT = 25
ROW_LIMIT = 5  # buttons in one action row
PLACEHOLDER_LIMIT = 150
ALT_LIMIT = 1024  # characters that describe a picture
CHOICE_LIMIT = 100  # characters of an autocomplete choice's name


def shortened(text: str, limit: int) -> str:
    """Return *text*, cut at *limit* characters with an ellipsis when it is longer."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def broken_limits(components: Iterable[Mapping[str, Any]], *, text_limit: int = TEXT_LIMIT) -> Iterator[str]:
    """Yield each limit that a message's component payload breaks, as a sentence."""
    every = list(_walk(components))
    if len(every) > COMPONENT_LIMIT:
        yield f"has {len(every)} components; Discord allows {COMPONENT_LIMIT}."
    text = sum(len(item["content"]) for item in every if "content" in item)
    if text > text_limit:
        yield f"is {text:,} characters long with its links; there is room for {text_limit:,}. Split it or shorten it."
    custom_ids = [item["custom_id"] for item in every if "custom_id" in item]
    if len(set(custom_ids)) < len(custom_ids):
        yield "has two components with one custom id."
    for item in every:
        yield from _broken_in_component(item)


def _broken_in_component(item: Mapping[str, Any]) -> Iterator[str]:
    rows = (
        ("custom_id", CUSTOM_ID_LIMIT),
        ("label", BUTTON_LABEL_LIMIT),
        ("placeholder", PLACEHOLDER_LIMIT),
    )
    for key, limit in rows:
        if len(item.get(key) or "") > limit:
            yield f"has a {key} of {len(item[key])} characters; Discord allows {limit}."
    options = item.get("options", [])
    if len(options) > OPTIONS_LIMIT:
        yield f"offers {len(options)} options; Discord allows {OPTIONS_LIMIT}."
    if len({option["value"] for option in options}) < len(options):
        yield "has two options with one value."
    for option in options:
        for key in ("label", "value", "description"):
            if len(option.get(key) or "") > OPTION_LABEL_LIMIT:
                length = len(option[key])
                yield f"has an option whose {key} has {length} characters; Discord allows {OPTION_LABEL_LIMIT}."
    if item["type"] == 1 and len(item["components"]) > ROW_LIMIT:
        yield f"has {len(item['components'])} buttons in a row; Discord allows {ROW_LIMIT}."


def _walk(components: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for item in components:
        yield item
        yield from _walk(item.get("components", ()))
        if "accessory" in item:
            yield from _walk([item["accessory"]])
