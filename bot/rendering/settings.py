"""What ``/settings`` shows: the state in words, what changed, what is wrong. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import discord

from bot.knowledge.models import Knowledge
from bot.rendering import wording
from bot.rendering.limits import OPTION_LABEL_LIMIT, OPTIONS_LIMIT, TEXT_LIMIT, shortened
from bot.rendering.panel import Panel, PanelItem, button, channel_choice, choice, role_choice
from bot.rendering.panel_ids import PanelAction, PanelPress
from bot.servers.changes import FieldChange, field_changes
from bot.servers.models import (
    CHANNELS_LIMIT,
    ROLES_LIMIT,
    ServerSettings,
    SettingsChange,
    Stored,
    Visibility,
)

NAMED = 6  # channels, roles, topics or notes in one sentence
NOTE_SHOWN = 90  # characters of each note in the panel; the form has the rest
HISTORY_PAGE = 10  # changes
FOLLOW_MEMBER = "member"
EVERY_ANSWER = "all"  # as a select's value, which cannot be empty

_ASKED_IN = (
    discord.ChannelType.text,
    discord.ChannelType.news,
    discord.ChannelType.forum,
    discord.ChannelType.voice,
    discord.ChannelType.stage_voice,
)
_POSTED_IN = (discord.ChannelType.text, discord.ChannelType.news)

_FIELD_NAMES: Mapping[str, str] = {
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
_VISIBILITY = {
    Visibility.PUBLIC: "shown to everyone",
    Visibility.PRIVATE: "shown only to the person who asked",
}
_TEXTS = {True: "kept as text", False: "never kept as text"}


def settings_panel(stored: Stored, knowledge: Knowledge, *, notice: str | None = None) -> Panel:
    """Return the panel; *notice* stands above it: what was just done, or why it was not."""
    settings = stored.settings

    def press(action: PanelAction) -> PanelPress:
        return PanelPress(action=action, version=stored.version)

    topics = _topic_options(knowledge)
    blocks: list[tuple[str, Sequence[PanelItem]]] = [
        (
            "## How the bot speaks in this server\nChoose below; every choice takes effect at once and can be undone.",
            (),
        ),
        (
            f"**Answers** are {_VISIBILITY[settings.answers]}, unless a channel below has its own rule. "
            "Whoever asks can always make an answer private.",
            [
                choice(
                    press(PanelAction.ANSWERS),
                    "Who sees answers",
                    [
                        (Visibility.PUBLIC, "Everyone sees answers"),
                        (Visibility.PRIVATE, "Only the person who asked sees answers"),
                    ],
                    [settings.answers],
                )
            ],
        ),
        (
            f"**Always private in** {_channels(settings.private_channels)}.",
            [_channel_rule(press(PanelAction.PRIVATE_CHANNELS), "Private in…", settings.private_channels)],
        ),
        (
            f"**Always public in** {_channels(settings.public_channels)}.",
            [_channel_rule(press(PanelAction.PUBLIC_CHANNELS), "Public in…", settings.public_channels)],
        ),
        (
            "**Who may show a private answer to everyone** where answers are private: members who may manage messages"
            f"{_and_roles(settings.sharers)}.",
            [role_choice(press(PanelAction.SHARERS), "Roles that may, too", settings.sharers, most=ROLES_LIMIT)],
        ),
        (
            f"**Language**: {_language(settings.language)}. {_offered(knowledge)}",
            [
                choice(
                    press(PanelAction.LANGUAGE),
                    "Language",
                    [
                        (FOLLOW_MEMBER, "Follow the member's Discord"),
                        *((code, wording.language(code)) for code in knowledge.pack.languages[: OPTIONS_LIMIT - 1]),
                    ],
                    [settings.language or FOLLOW_MEMBER],
                )
            ],
        ),
        (
            f"**Hidden topics**: {_topics(settings.hidden_topics)}.",
            [
                choice(
                    press(PanelAction.HIDDEN_TOPICS),
                    "Hide topics…",
                    topics,
                    settings.hidden_topics,
                    least=0,
                    most=max(1, len(topics) - 1),
                )
            ],
        ),
        (
            f"**Your own note above answers**: {_notes(settings)}",
            [
                choice(
                    press(PanelAction.NOTE),
                    "Write, change or remove a note…",
                    [(EVERY_ANSWER, "Above every answer"), *topics][:OPTIONS_LIMIT],
                    (),
                )
            ],
        ),
        (
            f"**News of each edition**: {_news(settings.news_channel)}.",
            [
                channel_choice(
                    press(PanelAction.NEWS_CHANNEL),
                    "Post news in…",
                    [settings.news_channel] if settings.news_channel else [],
                    kinds=_POSTED_IN,
                    most=1,
                )
            ],
        ),
        (
            f"**Questions without an answer** are {_TEXTS[settings.keep_texts]} for the maintainers, without names, "
            "links and numbers.",
            [
                choice(
                    press(PanelAction.TEXTS),
                    "Questions without an answer",
                    [("true", "May be kept as text"), ("false", "Never kept as text")],
                    [str(settings.keep_texts).lower()],
                )
            ],
        ),
    ]
    if notice:
        blocks.insert(0, (notice, ()))
    buttons = [
        button(press(PanelAction.UNDO), "Undo the last change", disabled=stored.version == 0),
        button(press(PanelAction.HISTORY), "History"),
        button(press(PanelAction.CHECK), "Check"),
        button(press(PanelAction.OPEN), "Refresh"),
    ]
    return Panel(blocks, rows=[buttons])


def notice_panel(text: str) -> Panel:
    """Return a short message with a way back to the panel."""
    return Panel([(text, ())], rows=[[button(PanelPress(action=PanelAction.OPEN), "Open the settings")]])


def history_panel(changes: Sequence[SettingsChange], *, more: bool) -> Panel:
    """Return who changed what and when, newest first; *more* when there are older changes."""
    lines: list[str] = []
    room = TEXT_LIMIT - 200
    for change in changes:
        who = f"<@{change.by}>" if change.by is not None else "somebody who asked to be forgotten"
        undone = " (undo)" if change.restores is not None else ""
        what = "\n".join(f"- {line}" for line in change_lines(field_changes(change.before, change.after)))
        entry = shortened(f"**{change.version}.** <t:{int(change.at.timestamp())}:f> {who}{undone}\n{what}", room)
        if len(entry) > room - sum(map(len, lines)):
            more = True
            break
        lines.append(entry)
    text = "\n".join(lines) or "Nothing was changed yet: everything is as it is by default."
    rows: list[list[PanelItem]] = [[button(PanelPress(action=PanelAction.OPEN), "Open the settings")]]
    if more and lines:
        older = PanelPress(action=PanelAction.HISTORY, argument=str(changes[len(lines) - 1].version))
        rows[0].insert(0, button(older, "Older"))
    return Panel([("## Changes of the settings, newest first", ()), (text, ())], rows=rows)


def preview_panel(stored: Stored, wanted: ServerSettings, *, draft: int, left_out: Sequence[str]) -> Panel:
    """Return what an import would change, with buttons to apply or drop it."""
    made = field_changes(stored.settings, wanted)
    notes = []
    if left_out:
        named = ", ".join(_FIELD_NAMES[field].lower() for field in left_out)
        notes = [f"The file is of another server, whose channels and roles do not exist here. Left out: {named}."]
    if not made:
        return notice_panel("\n".join(["**Nothing would change.** The file says what already holds.", *notes]))
    lines = "\n".join(f"- {line}" for line in change_lines(made))
    text = shortened("\n".join([*notes, lines]), TEXT_LIMIT - 200)
    apply = PanelPress(action=PanelAction.APPLY, version=stored.version, argument=str(draft))
    return Panel(
        [("## This would change", ()), (text, ())],
        rows=[
            [
                button(apply, "Apply", style=discord.ButtonStyle.primary),
                button(PanelPress(action=PanelAction.DISCARD), "Change nothing"),
            ]
        ],
    )


def reset_panel(stored: Stored, defaults: ServerSettings) -> Panel:
    """Ask whether everything should be as it is by default, and say what that changes."""
    made = field_changes(stored.settings, defaults)
    if not made:
        return notice_panel("**Nothing to reset.** Everything is as it is by default.")
    lines = shortened("\n".join(f"- {line}" for line in change_lines(made)), TEXT_LIMIT - 200)
    return Panel(
        [("## This would change", ()), (lines, ())],
        rows=[
            [
                button(
                    PanelPress(action=PanelAction.RESET, version=stored.version),
                    "Reset everything",
                    style=discord.ButtonStyle.danger,
                ),
                button(PanelPress(action=PanelAction.DISCARD), "Change nothing"),
            ]
        ],
    )


def saved_notice(made: Iterable[FieldChange], others: Sequence[SettingsChange], *, undone: bool = False) -> str:
    """Say what a change did, and what others changed in the meantime."""
    lines = change_lines(made)
    head = (
        ("**Undone.** " if undone else "**Saved.** ")
        if lines
        else "**Nothing to change.** It already is as you chose. "
    )
    return shortened(head + " ".join(f"{line}." for line in lines) + _meanwhile(others), 700)


def overtaken_notice(message: str, others: Sequence[SettingsChange]) -> str:
    """Say that a change was refused because of what others changed."""
    return shortened(f"{message}{_meanwhile(others)}\nChoose again if you still want your change.", 700)


def change_lines(changes: Iterable[FieldChange]) -> list[str]:
    """Return each change as ``what: from → to``."""
    lines = []
    for change in changes:
        name = _FIELD_NAMES[change.field] + (f" {_topic(change.topic)}" if change.topic else "")
        lines.append(f"{name}: {_value(change.field, change.before)} → {_value(change.field, change.after)}")
    return lines


def _meanwhile(others: Sequence[SettingsChange]) -> str:
    return "".join(
        f"\nMeanwhile {f'<@{other.by}>' if other.by is not None else 'somebody'} changed "
        + "; ".join(change_lines(field_changes(other.before, other.after)))
        + "."
        for other in others
    )


def _value(field: str, value: Any) -> str:
    return _IN_WORDS[field](value)


def _some(items: Iterable[str], none: str, *, between: str = " ") -> str:
    """Name the first few of many; the selects have them all."""
    every = list(items)
    more = f" and {len(every) - NAMED} more" if len(every) > NAMED else ""
    return between.join(every[:NAMED]) + more if every else none


def _channels(ids: Iterable[int]) -> str:
    return _some((f"<#{id_}>" for id_ in ids), "no channel")


def _roles(ids: Iterable[int]) -> str:
    return _some((f"<@&{id_}>" for id_ in ids), "none")


def _and_roles(ids: Sequence[int]) -> str:
    return f" and {_roles(ids)}" if ids else ""


def _language(code: str | None) -> str:
    return wording.language(code) if code else "follows the member"


def _offered(knowledge: Knowledge) -> str:
    names = ", ".join(wording.language(code) for code in knowledge.pack.languages)
    return f"This edition is written in {names}."


def _topic(topic_id: str) -> str:
    return f"`{topic_id}`"


def _topics(ids: Iterable[str]) -> str:
    return _some(map(_topic, ids), "none", between=", ")


def _topic_options(knowledge: Knowledge) -> list[tuple[str, str]]:
    return [
        (topic.id, shortened(topic.title, OPTION_LABEL_LIMIT))
        for topic in list(knowledge.topics.values())[:OPTIONS_LIMIT]
    ]


def _notes(settings: ServerSettings) -> str:
    notes = [("every answer", settings.note), *((_topic(id_), note) for id_, note in settings.topic_notes.items())]
    return _some((f"\n- {where}: {_one_line(note)}" for where, note in notes if note), "none.", between="")


def _one_line(note: str) -> str:
    return shortened(" ".join(note.split()), NOTE_SHOWN)


def _news(channel: int | None) -> str:
    return f"posted in <#{channel}>" if channel else "not posted"


def _channel_rule(press: PanelPress, placeholder: str, chosen: Sequence[int]) -> PanelItem:
    return channel_choice(press, placeholder, chosen, kinds=_ASKED_IN, most=CHANNELS_LIMIT)


def _note(text: str | None) -> str:
    return f"“{_one_line(text)}”" if text else "none"


_IN_WORDS: Mapping[str, Callable[[Any], str]] = {
    "answers": _VISIBILITY.__getitem__,
    "private_channels": _channels,
    "public_channels": _channels,
    "sharers": _roles,
    "language": _language,
    "hidden_topics": _topics,
    "note": _note,
    "topic_notes": _note,
    "news_channel": _news,
    "keep_texts": _TEXTS.__getitem__,
}
