"""The settings of a server in words: what each is, what it became, who did it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from bot.rendering import wording
from bot.rendering.limits import shortened
from bot.servers.changes import FieldChange, field_changes
from bot.servers.models import SettingsChange, Visibility

NAMED = 6  # channels, roles, topics or notes in one sentence
NOTE_SHOWN = 90  # characters of each note; the form has the rest
NOTICE_LIMIT = 700  # characters

FIELD_NAMES: Mapping[str, str] = {
    "answers": "Answers in this server",
    "private_channels": "Channels with private answers",
    "public_channels": "Channels with public answers",
    "sharers": "Roles that may show a private answer to everyone",
    "language": "Language",
    "hidden_topics": "Hidden topics",
    "note": "Note above every answer",
    "topic_notes": "Note above answers about",
    "news_channel": "Channel for edition news",
    "keep_texts": "Questions without an answer",
}
VISIBILITY = {
    Visibility.PUBLIC: "shown to everyone",
    Visibility.PRIVATE: "shown only to the person who asked",
}
TEXTS = {True: "kept as text", False: "never kept as text"}


def saved_notice(made: Iterable[FieldChange], others: Sequence[SettingsChange], *, undone: bool = False) -> str:
    """Say what a change did, and what others changed in the meantime."""
    lines = change_lines(made)
    head = (
        ("**Undone.** " if undone else "**Saved.** ")
        if lines
        else "**Nothing to change.** It already is as you chose. "
    )
    return shortened(head + "; ".join(lines) + _meanwhile(others), NOTICE_LIMIT)


def overtaken_notice(message: str, others: Sequence[SettingsChange]) -> str:
    """Say that a change was refused because of what others changed."""
    what_to_do = "\nChoose again if you still want your change."
    return shortened(f"{message}{_meanwhile(others)}", NOTICE_LIMIT - len(what_to_do)) + what_to_do


def change_lines(changes: Iterable[FieldChange], *, note_limit: int = NOTE_SHOWN) -> list[str]:
    """Return each change as ``what: from → to``, notes cut at *note_limit* characters."""
    lines = []
    for change in changes:
        name = FIELD_NAMES[change.field] + (f" {topic(change.topic)}" if change.topic else "")
        before, after = (_value(change.field, value, note_limit) for value in (change.before, change.after))
        lines.append(f"{name}: {before} → {after}")
    return lines


def _meanwhile(others: Sequence[SettingsChange]) -> str:
    return "".join(
        f"\nMeanwhile {f'<@{other.by}>' if other.by is not None else 'somebody'} changed "
        + "; ".join(change_lines(field_changes(other.before, other.after)))
        for other in others
    )


def _value(field: str, value: Any, note_limit: int) -> str:
    if field in {"note", "topic_notes"}:
        return f"“{shortened(' '.join(value.split()), note_limit)}”" if value else "none"
    return _IN_WORDS[field](value)


def some(items: Iterable[str], none: str, *, between: str = " ") -> str:
    """Name the first few of many; the selects have them all."""
    every = list(items)
    more = f" and {len(every) - NAMED} more" if len(every) > NAMED else ""
    return between.join(every[:NAMED]) + more if every else none


def channels(ids: Iterable[int]) -> str:
    """Return channels as links, or that there is none."""
    return some((f"<#{id_}>" for id_ in ids), "no channel")


def roles(ids: Iterable[int]) -> str:
    """Return roles by name, or that there is none."""
    return some((f"<@&{id_}>" for id_ in ids), "none")


def language(code: str | None) -> str:
    """Return which language answers have."""
    return wording.language(code) if code else "follows the member"


def topic(topic_id: str) -> str:
    """Return how a topic is named here: by its id, which is also what files hold."""
    return f"`{topic_id}`"


def topics(ids: Iterable[str]) -> str:
    """Return topics by their ids, or that there is none."""
    return some(map(topic, ids), "none", between=", ")


def one_line(note: str) -> str:
    """Return a note shortened to one line."""
    return shortened(" ".join(note.split()), NOTE_SHOWN)


def news(channel: int | None) -> str:
    """Return where news goes."""
    return f"posted in <#{channel}>" if channel else "not posted"


_IN_WORDS: Mapping[str, Callable[[Any], str]] = {  # of every field but the notes
    "answers": VISIBILITY.__getitem__,
    "private_channels": channels,
    "public_channels": channels,
    "sharers": roles,
    "language": language,
    "hidden_topics": topics,
    "news_channel": news,
    "keep_texts": TEXTS.__getitem__,
}
