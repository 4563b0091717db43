"""What a server's admins can decide, within the limits of what Discord can show of it."""

import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

log = logging.getLogger(__name__)

CHANNELS_LIMIT = 25  # choices in one of Discord's selects; lists longer than that could not be changed in the panel
ROLES_LIMIT = 25
TOPIC_NOTES_LIMIT = 25
NOTE_LIMIT = 300  # characters; cards leave this much room, see bot.rendering.limits
_ID_LIMIT = 2**63  # ids fit into a signed 64-bit number

# Control characters, separators that break a line as a line feed does, and what is not seen or turns text around. The
# joiners within emoji and scripts (U+200C, U+200D) and the tags of flags are none of these.
_INVISIBLE = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)


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
    if _INVISIBLE.search(text):
        raise ValueError("holds an invisible character. Remove it")
    if text.count("\n") > 4:
        raise ValueError("is longer than five lines. Shorten it")
    return text


def _digits(value: object) -> object:
    """Refuse what Python takes for a number, but nobody for an id: ``1_000``, ``+5``, ``12.0``."""
    if isinstance(value, bool) or (isinstance(value, str) and re.fullmatch(r"[0-9]{1,19}", value) is None):
        raise ValueError("is not an id. Copy it in Discord with “Copy ID”; it is a long number")
    return value


def _true_or_false(value: object) -> object:
    if isinstance(value, str) and value not in {"true", "false"}:
        raise ValueError("is neither true nor false. Write one of them")
    return value


Snowflake = Annotated[int, BeforeValidator(_digits), Field(gt=0, lt=_ID_LIMIT)]
Channels = Annotated[tuple[Snowflake, ...], Field(max_length=CHANNELS_LIMIT), AfterValidator(_distinct)]
Roles = Annotated[tuple[Snowflake, ...], Field(max_length=ROLES_LIMIT), AfterValidator(_distinct)]
TopicId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,23}$")]
Topics = Annotated[tuple[TopicId, ...], Field(max_length=100), AfterValidator(_distinct)]
Note = Annotated[
    str,
    StringConstraints(min_length=1, max_length=NOTE_LIMIT, strip_whitespace=True),
    AfterValidator(_one_paragraph_each),
]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-([A-Z]{2}|[0-9]{3}))?$")]  # Discord's, as es-419


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
    # above answers of one topic, instead
    topic_notes: Annotated[Mapping[TopicId, Note], Field(max_length=TOPIC_NOTES_LIMIT)] = {}
    news_channel: Snowflake | None = None
    keep_texts: Annotated[bool, BeforeValidator(_true_or_false)] = (
        True  # whether questions without an answer may be stored as text
    )

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
        """
        Read what ``model_dump_json`` wrote, also when another version wrote it.

        Settings unknown to this version are left out. So are values it refuses; then answers are private and no texts
        are kept until an admin decides anew, for the server may have wished that.
        """
        known = {key: value for key, value in _object_in(text).items() if key in cls.model_fields}
        try:
            return cls.model_validate(known)
        except ValidationError as error:
            unusable = {str(detail["loc"][0]) for detail in error.errors() if detail["loc"]}
            named = ", ".join(sorted(unusable)) or "channels with two rules"
            log.warning("Settings of a server cannot be read by this version, so answers there are private: %s", named)
            return cls.model_validate({**{key: known[key] for key in known.keys() - unusable}, **_UNREADABLE})

    def note_above(self, topic_id: str | None) -> str | None:
        """Return the note that stands above an answer of this topic: the topic's own, else the one for all."""
        return self.topic_notes.get(topic_id or "", self.note)


def _object_in(text: str) -> Mapping[str, Any]:
    """Return what a row holds; where that is not JSON, something that no version takes for settings."""
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {"answers": None}


_UNREADABLE: Mapping[str, object] = {"answers": Visibility.PRIVATE, "public_channels": (), "keep_texts": False}

DEFAULTS = ServerSettings.model_construct()  # sound by itself; checking it would cost every start

# What holds while the settings cannot be read: nothing is shown or kept that a server may have forbidden.
CAREFUL = ServerSettings.model_construct(answers=Visibility.PRIVATE, keep_texts=False)


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
