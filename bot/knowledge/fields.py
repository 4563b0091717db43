"""
The fields that files of a pack are made of: days, ids, titles, sentences.

Lengths come from Discord's limits (https://docs.discord.com/developers/reference, "Components" and "Application
Commands") and from what fits a phone.
"""

import re
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationInfo


def _iso_day(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise ValueError("is not a day. Write it as YYYY-MM-DD, for example 2026-07-08")
    return value


def _partial_day(value: str) -> str:
    parts = [int(part) for part in value.split("-")] if re.fullmatch(r"\d{4}(-\d{2}){0,2}", value) else []
    try:
        date(*[*parts, 1, 1][:3])
    except (TypeError, ValueError):
        raise ValueError("is not a date. Write YYYY-MM-DD, YYYY-MM or a year") from None
    return value


KNOWN_SOUND = "known sound"  # validation context of data that these checks found sound before


def plain(value: str, info: ValidationInfo) -> str:
    """Refuse what Discord would show as formatting, a link or a mention; cards add their own."""
    if info.context != KNOWN_SOUND and (problem := plain_problem(value)):
        raise ValueError(problem.rstrip("."))
    return value


def plain_problem(value: str) -> str | None:
    """Return what keeps *value* from being shown as it is; ``None`` when nothing does."""
    if found := re.search(r"[*_~|`<>\[\]\\]|https?://|^\s*(#|-#|-|\d+\.)\s", value):
        return f"holds “{found.group().strip()}”, which Discord shows as formatting. Use plain words."
    if re.search(r"[\x00-\x08\x0b-\x1f\u200b-\u200f\u202a-\u202e\u2066-\u2069\n]", value):
        return "holds a line break or an invisible character. Remove it."
    return None


Day = Annotated[date, BeforeValidator(_iso_day)]
PartialDay = Annotated[str, AfterValidator(_partial_day)]  # "2022", "2022-03" or "2022-03-16"
TopicId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,23}$")]
SectionId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,23}$")]
SourceId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,59}$")]
SourceIds = Annotated[tuple[SourceId, ...], Field(min_length=1, max_length=4)]
CommandName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,32}$")]  # Discord: application command naming
Description = Annotated[str, StringConstraints(min_length=1, max_length=100)]  # Discord: command description
Title = Annotated[str, StringConstraints(min_length=1, max_length=80), AfterValidator(plain)]
ClaimText = Annotated[str, StringConstraints(min_length=1, max_length=400), AfterValidator(plain)]
Paragraph = Annotated[str, StringConstraints(min_length=1, max_length=700), AfterValidator(plain)]
Phrase = Annotated[str, StringConstraints(min_length=1, max_length=300)]  # something a person may type
WebAddress = Annotated[str, StringConstraints(pattern=r"^https?://[^\s<>]+$", max_length=512)]


class FileModel(BaseModel):
    """What a file, or a part of one, is read into."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, defer_build=True)
