"""What a server's admins can decide, within the limits of what Discord can show of it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

CHANNELS_LIMIT = 25  # choices in one of Discord's selects; lists longer than that could not be changed in the panel
ROLES_LIMIT = 25
NOTE_LIMIT = 300  # characters; cards leave this much room, see bot.rendering.limits
_ID_LIMIT = 2**63  # ids fit into a signed 64-bit number


class Visibility(StrEnum):
    """Who sees an answer."""

    PUBLIC = "public"
    PRIVATE = "private"  # only who asked


def _distinct(values: tuple[object, ...]) -> tuple[object, ...]:
    if len(set(values)) < len(values):
        raise ValueError("names something twice. Remove one")
    return values


def _one_paragraph_each(text: str) -> str:
    """Refuse what would look like a part of the bot's own answer or break out of the quote."""
    if re.search(r"[\x00-\x09\x0b-\x1f\x7f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]", text):
        raise ValueError("holds an invisible character. Remove it")
    if text.count("\n") > 4:
        raise ValueError("is longer than five lines. Shorten it")
    return text


Snowflake = Annotated[int, Field(gt=0, lt=_ID_LIMIT)]
Channels = Annotated[tuple[Snowflake, ...], Field(max_length=CHANNELS_LIMIT), AfterValidator(_distinct)]
Roles = Annotated[tuple[Snowflake, ...], Field(max_length=ROLES_LIMIT), AfterValidator(_distinct)]
TopicId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,23}$")]
Topics = Annotated[tuple[TopicId, ...], Field(max_length=100), AfterValidator(_distinct)]
Note = Annotated[
    str,
    StringConstraints(min_length=1, max_length=NOTE_LIMIT, strip_whitespace=True),
    AfterValidator(_one_paragraph_each),
]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")]


class ServerSettings(BaseModel):
    """How the bot speaks in one server. The defaults hold where nobody decided anything."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    answers: Visibility = Visibility.PUBLIC  # where the channel has no rule of its own
    private_channels: Channels = ()
    public_channels: Channels = ()
    sharers: Roles = ()  # roles that may show an answer to everyone where answers are private
    language: Language | None = None  # of answers; None follows the member
    hidden_topics: Topics = ()
    note: Note | None = None  # above every answer
    topic_notes: Annotated[Mapping[TopicId, Note], Field(max_length=100)] = {}  # above answers of one topic, instead
    news_channel: Snowflake | None = None
    keep_texts: bool = True  # whether questions without an answer may be stored as text

    @model_validator(mode="after")
    def _a_channel_has_one_rule(self) -> Self:
        if both := set(self.private_channels) & set(self.public_channels):
            raise ValueError(f"channel {min(both)} stands in private_channels and in public_channels. Remove one")
        return self

    def changed(self, **fields: object) -> "ServerSettings":
        """
        Return the same with some fields changed.

        Raises:
            pydantic.ValidationError: A value is not allowed.
        """
        return ServerSettings.model_validate({**self.model_dump(), **fields})

    @classmethod
    def from_json(cls, text: str) -> "ServerSettings":
        """Read what ``model_dump_json`` wrote, also where a newer version wrote settings unknown to this one."""
        known = {key: value for key, value in json.loads(text).items() if key in cls.model_fields}
        return cls.model_validate(known)

    def note_above(self, topic_id: str | None) -> str | None:
        """Return the note that stands above an answer of this topic: the topic's own, else the one for all."""
        return self.topic_notes.get(topic_id or "", self.note)


DEFAULTS = ServerSettings()

# What holds while the settings cannot be read: nothing is shown or kept that a server may have forbidden.
CAREFUL = ServerSettings(answers=Visibility.PRIVATE, keep_texts=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """The settings of a server as the store has them."""

    version: int  # 0 where nobody decided anything yet; each change adds 1
    settings: ServerSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsChange:
    """One entry of a server's audit trail."""

    version: int  # that it made
    at: datetime
    by: int | None  # id of the member; None once they asked to be forgotten
    before: ServerSettings
    after: ServerSettings
    restores: int | None = None  # the version whose settings an undo brought back
