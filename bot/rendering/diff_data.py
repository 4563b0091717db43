"""What differs between two editions, as data for programs."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from bot.knowledge.content import TopicContent
from bot.knowledge.differences import Added, Change, Changed, Confirmed, Moved, Removed, Resourced
from bot.knowledge.pack_differences import Detail, EntryAdded, EntryRemoved, FieldChanged, PackDifference

_NAMES: Mapping[type[Change | Detail], str] = {
    Added: "added",
    Removed: "removed",
    Changed: "changed",
    Resourced: "resourced",
    Confirmed: "confirmed",
    Moved: "moved",
    EntryAdded: "added",
    EntryRemoved: "removed",
    FieldChanged: "changed",
}


def diff_data(difference: PackDifference) -> Mapping[str, Any]:
    """Return what JSON can hold, but for days, which are ``date`` objects."""
    statements = difference.statements
    return {
        "before": statements.before.edition,
        "after": statements.after.edition,
        "topics_added": [_topic(topic) for topic in statements.added_topics],
        "topics_removed": [_topic(topic) for topic in statements.removed_topics],
        "statements": [
            {"topic": topic.after.id, "change": _NAMES[type(change)], **asdict(change)}
            for topic in statements.topics
            for change in topic.changes
        ],
        "details": [{"change": _NAMES[type(detail)], **asdict(detail)} for detail in difference.details],
        "examples": [asdict(item) for item in difference.examples],
    }


def _topic(topic: TopicContent) -> Mapping[str, Any]:
    return {"id": topic.id, "command": topic.command, "title": topic.title} | {
        "statements": sum(len(section.statements) for section in topic.sections)
    }
