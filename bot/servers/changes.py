"""What one change of a server's settings amounts to."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from bot.servers.models import ServerSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One thing that became another."""

    field: str  # of ServerSettings
    topic: str | None = None  # whose note it is, for ``topic_notes``
    before: Any
    after: Any


def field_changes(before: ServerSettings, after: ServerSettings) -> tuple[FieldChange, ...]:
    """Return what differs, in the order of the fields."""
    return tuple(_field_changes(before, after))


def _field_changes(before: ServerSettings, after: ServerSettings) -> Iterator[FieldChange]:
    for field in ServerSettings.model_fields:
        old, new = getattr(before, field), getattr(after, field)
        if field == "topic_notes":
            for topic in sorted(old.keys() | new.keys()):
                if old.get(topic) != new.get(topic):
                    yield FieldChange(field=field, topic=topic, before=old.get(topic), after=new.get(topic))
        elif old != new:
            yield FieldChange(field=field, before=old, after=new)


def touched(changes: Iterable[FieldChange]) -> frozenset[tuple[str, str | None]]:
    """Return what changes are about: two changes of different things do not get in each other's way."""
    return frozenset((change.field, change.topic) for change in changes)
