"""
The custom ids of the bot's components: stateless, versioned, at most 100 characters.

``k1:<action>:<topic>:<page>:<owner>`` says everything a press needs, so every button works after a restart and in every
replica. Fields are never reordered: a new need gets a new version, and the old one stays readable or
is answered as old.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

VERSION = "k1"
OVERVIEW_VALUE = "overview"  # the overview as a menu's value, which cannot be empty


class Action(StrEnum):
    """What pressing a component asks for."""

    PAGE = "sec"  # a menu: open the chosen page of this topic
    PICK = "pick"  # a menu: open the chosen topic
    TOPIC = "top"  # open another topic
    SOURCES = "src"
    SHARE = "shr"
    DELETE = "del"
    CHOOSE = "cho"  # a suggestion: open this topic; page holds the interaction that suggested it
    TELL = "tell"  # tell the maintainers of a gap; page holds the interaction that found nothing
    HELPFUL = "yes"  # page holds "<page>.<edition>" of the answer that is voted on, as for the next two
    UNHELPFUL = "no"
    WHY = "why"  # a button, then the form it opens: what an answer lacks
    TIMELINE = "tl"  # topic holds the topic filter, page holds "<year, span of years or nothing>.<page number>"


MENUS = (Action.PAGE, Action.PICK)  # whose presses bring what was chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """What a component was made for."""

    action: Action
    topic: str = ""
    page: str = ""
    owner: int = 0  # id of the user who asked for the card; 0 when nobody owns it

    def custom_id(self) -> str:
        """Return the id a component carries."""
        return f"{VERSION}:{self.action}:{self.topic}:{self.page}:{self.owner}"

    @property
    def is_menu(self) -> bool:
        """Whether something was chosen in a menu, rather than a button pressed."""
        return self.action in MENUS

    @property
    def voted_page(self) -> str:
        """The page of the answer that is voted on."""
        return self.page.partition(".")[0]

    @property
    def voted_edition(self) -> str:
        """The edition of the answer that is voted on."""
        return self.page.partition(".")[2]

    def choosing(self, value: str) -> "Press":
        """Return the press of a menu in which *value* was chosen."""
        if self.action is Action.PICK:
            return replace(self, topic=value)
        return replace(self, page="" if value == OVERVIEW_VALUE else value)

    @classmethod
    def parse(cls, custom_id: str) -> "Press | None":
        """Return what *custom_id* asks for, or ``None`` when it is not of this version."""
        try:
            version, action, topic, page, owner = custom_id.split(":")
            return cls(action=Action(action), topic=topic, page=page, owner=int(owner)) if version == VERSION else None
        except ValueError:
            return None
