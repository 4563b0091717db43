"""
The custom ids of the settings panel: stateless and versioned like those of cards.

``g1:<action>:<version>:<argument>``; the version is that of the settings the panel showed, so that a press made on an
older state is recognised.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

PANEL_VERSION = "g1"


class PanelAction(StrEnum):
    """What using the panel asks for. The values are in ids that were sent; they never change."""

    OPEN = "open"  # show the panel as things stand
    ANSWERS = "ans"
    PRIVATE_CHANNELS = "prv"
    PUBLIC_CHANNELS = "pub"
    SHARERS = "shr"
    LANGUAGE = "lng"
    HIDDEN_TOPICS = "hid"
    NOTE = "note"  # choose whose note to write; the argument is nothing
    NOTE_TEXT = "text"  # the words that were written; the argument is the topic, nothing for all answers
    NEWS_CHANNEL = "news"
    TEXTS = "txt"
    UNDO = "undo"
    HISTORY = "hist"  # the argument is the version to show changes before, nothing for the newest
    CHECK = "chk"
    RESET = "rst"  # after it was confirmed
    APPLY = "imp"  # an import that was previewed; the argument is its draft
    DISCARD = "drop"


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelPress:
    """What a component of the panel was made for."""

    action: PanelAction
    version: int = 0
    argument: str = ""

    @property
    def number(self) -> int | None:
        """The argument as a number; ``None`` when it is nothing, or none that the store could hold."""
        number = int(self.argument) if re.fullmatch(r"[0-9]{1,19}", self.argument) else None
        return number if number is not None and number < 2**63 else None

    def custom_id(self) -> str:
        """Return the id a component carries."""
        return f"{PANEL_VERSION}:{self.action}:{self.version}:{self.argument}"

    @classmethod
    def parse(cls, custom_id: str) -> "PanelPress | None":
        """Return what *custom_id* asks for, or ``None`` when it is not of this version."""
        try:
            prefix, action, version, argument = custom_id.split(":")
            press = cls(action=PanelAction(action), version=_number(version), argument=argument)
            if prefix != PANEL_VERSION or not press._has_its_number():
                return None
        except ValueError:
            return None
        return press

    def _has_its_number(self) -> bool:
        """Whether the argument is a number where it has to be; raises ``ValueError`` for one that cannot be stored."""
        match self.action:
            case PanelAction.APPLY:
                return _number(self.argument) > 0
            case PanelAction.HISTORY:
                return not self.argument or _number(self.argument) > 0
            case _:
                return True


def _number(text: str) -> int:
    """Return *text* as a number that a database can hold; raise ``ValueError`` when it is none."""
    if not (text.isascii() and text.isdecimal() and int(text) < 2**63):
        raise ValueError(text)
    return int(text)
