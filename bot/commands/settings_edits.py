"""What each control of the settings panel does to the settings."""

from collections.abc import Mapping, Sequence

from pydantic import ValidationError

from bot.errors import UserError
from bot.knowledge.models import Knowledge
from bot.rendering.limits import OPTIONS_LIMIT
from bot.rendering.panel_ids import PanelAction, PanelPress
from bot.rendering.settings import FOLLOW_MEMBER
from bot.servers.editor import Edit
from bot.servers.models import ServerSettings


class UnusableValue(UserError):
    """What was chosen or written cannot be a setting."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"**Nothing was changed.** What you gave cannot be used: {reason}.")


def edit_of(press: PanelPress, values: Sequence[str], knowledge: Knowledge) -> Edit:
    """
    Return what a press does to the settings.

    The edit raises ``UnusableValue`` when what was chosen cannot be a setting.
    """

    def edit(settings: ServerSettings) -> ServerSettings:
        try:
            return settings.changed(**_fields(press, values, settings, knowledge))
        except ValidationError as error:
            reason = error.errors()[0]["msg"].removeprefix("Value error, ")
            raise UnusableValue(reason) from None

    return edit


def _fields(
    press: PanelPress, values: Sequence[str], settings: ServerSettings, knowledge: Knowledge
) -> Mapping[str, object]:
    """Return the fields of the settings that a press changes."""
    value = values[0] if values else None
    match press.action:
        case PanelAction.ANSWERS:
            return {"answers": value}
        case PanelAction.PRIVATE_CHANNELS:  # a channel has one rule: the last one chosen
            return {"private_channels": values, "public_channels": _without(settings.public_channels, values)}
        case PanelAction.PUBLIC_CHANNELS:
            return {"public_channels": values, "private_channels": _without(settings.private_channels, values)}
        case PanelAction.SHARERS:
            return {"sharers": values}
        case PanelAction.LANGUAGE:
            return {"language": None if value == FOLLOW_MEMBER else value}
        case PanelAction.HIDDEN_TOPICS:
            offered = list(knowledge.topics)[:OPTIONS_LIMIT]
            unseen = [topic for topic in settings.hidden_topics if topic in list(knowledge.topics)[OPTIONS_LIMIT:]]
            return {"hidden_topics": [*(topic for topic in offered if topic in values), *unseen]}
        case PanelAction.NOTE_TEXT:
            return _note_fields(press.argument, (value or "").strip(), settings)
        case PanelAction.NEWS_CHANNEL:
            return {"news_channel": value}
        case PanelAction.TEXTS:
            return {"keep_texts": value}
        case _:
            raise AssertionError(f"{press.action} does not change a field")


def _note_fields(topic: str, note: str, settings: ServerSettings) -> Mapping[str, object]:
    """*topic* is nothing for the note above every answer; an empty note is none."""
    if not topic:
        return {"note": note or None}
    notes = {**settings.topic_notes, topic: note}
    return {"topic_notes": {id_: text for id_, text in notes.items() if text}}


def _without(channels: Sequence[int], chosen: Sequence[str]) -> Sequence[int]:
    return [channel for channel in channels if str(channel) not in chosen]
