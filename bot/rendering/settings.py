"""What ``/settings panel`` shows: each setting in words, with the control that changes it beneath. Pure."""

from collections.abc import Iterable, Sequence

import discord

from bot.knowledge.models import Knowledge
from bot.rendering import wording
from bot.rendering.limits import OPTION_LABEL_LIMIT, OPTIONS_LIMIT, shortened
from bot.rendering.panel import Panel, PanelItem, button, channel_choice, choice, role_choice
from bot.rendering.panel_ids import PanelAction, PanelPress
from bot.rendering.settings_words import (
    TEXTS,
    VISIBILITY,
    channels,
    language,
    news,
    one_line,
    roles,
    some,
    topic,
    topics,
)
from bot.servers.models import CHANNELS_LIMIT, ROLES_LIMIT, ServerSettings, Stored, Visibility

NOTE_LABEL = "Note"
NOTE_HELP = "Members see it above the answer, marked as yours. Leave it empty to remove it."
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

BACK = PanelPress(action=PanelAction.OPEN)
BACK_LABEL = "Open the settings"

Block = tuple[str, Sequence[PanelItem]]


def settings_panel(stored: Stored, knowledge: Knowledge, *, notice: str | None = None) -> Panel:
    """Return the panel; *notice* stands above it: what was just done, or why it was not."""
    settings = stored.settings

    def press(action: PanelAction) -> PanelPress:
        return PanelPress(action=action, version=stored.version)

    blocks: list[Block] = [
        ("## How the bot speaks in this server\nEvery choice below takes effect at once and can be undone.", ()),
        _answers(settings, press(PanelAction.ANSWERS)),
        _channel_rule("private", settings.private_channels, press(PanelAction.PRIVATE_CHANNELS)),
        _channel_rule("public", settings.public_channels, press(PanelAction.PUBLIC_CHANNELS)),
        _sharers(settings, press(PanelAction.SHARERS)),
        _language(settings, knowledge, press(PanelAction.LANGUAGE)),
        _hidden_topics(settings, knowledge, press(PanelAction.HIDDEN_TOPICS)),
        _notes(settings, knowledge, press(PanelAction.NOTE)),
        _news(settings, press(PanelAction.NEWS_CHANNEL)),
        _texts(settings, press(PanelAction.TEXTS)),
    ]
    buttons = [
        button(press(PanelAction.UNDO), "Undo the last change", disabled=stored.version == 0),
        button(press(PanelAction.HISTORY), "History"),
        button(press(PanelAction.CHECK), "Check"),
        button(press(PanelAction.OPEN), "Refresh"),
    ]
    return Panel(blocks, notice=notice, rows=[buttons])


def notice_panel(text: str) -> Panel:
    """Return a short message with a way back to the panel."""
    return Panel([(text, ())], rows=[[button(BACK, BACK_LABEL)]])


def _answers(settings: ServerSettings, press: PanelPress) -> Block:
    options = [
        (Visibility.PUBLIC, "Everyone sees answers"),
        (Visibility.PRIVATE, "Only the person who asked sees answers"),
    ]
    text = (
        f"**Answers** are {VISIBILITY[settings.answers]}, unless a channel below has its own rule. Whoever asks can "
        "always make an answer private."
    )
    return text, [choice(press, "Who sees answers", options, [settings.answers])]


def _channel_rule(rule: str, chosen: Sequence[int], press: PanelPress) -> Block:
    select = channel_choice(press, f"Always {rule} in…", chosen, kinds=_ASKED_IN, most=CHANNELS_LIMIT)
    return f"**Always {rule}** in {channels(chosen)}.", [select]


def _sharers(settings: ServerSettings, press: PanelPress) -> Block:
    further = f" and {roles(settings.sharers)}" if settings.sharers else ""
    text = (
        "**Who may show an answer to everyone** where answers are private: members who may manage messages there"
        f"{further}."
    )
    return text, [role_choice(press, "Roles that may, too…", settings.sharers, most=ROLES_LIMIT)]


def _language(settings: ServerSettings, knowledge: Knowledge, press: PanelPress) -> Block:
    offered = knowledge.pack.languages[: OPTIONS_LIMIT - 1]
    options = [(FOLLOW_MEMBER, "Follow the member's Discord"), *((code, wording.language(code)) for code in offered)]
    written_in = ", ".join(map(wording.language, offered))
    text = f"**Language** of answers: {language(settings.language)}. This edition is written in {written_in}."
    return text, [choice(press, "Language", options, [settings.language or FOLLOW_MEMBER])]


def _hidden_topics(settings: ServerSettings, knowledge: Knowledge, press: PanelPress) -> Block:
    options = _topic_options(knowledge)
    hidden = sum(value in settings.hidden_topics for value, _ in options)
    most = max(1, len(options) - 1, hidden)  # one has to remain; an edition with fewer topics may have left none
    return f"**Hidden topics**: {topics(settings.hidden_topics)}.", [
        choice(press, "Hide topics…", options, settings.hidden_topics, least=0, most=most)
    ]


def _notes(settings: ServerSettings, knowledge: Knowledge, press: PanelPress) -> Block:
    notes = [("every answer", settings.note), *((topic(id_), note) for id_, note in settings.topic_notes.items())]
    shown = some((f"\n- {where}: {one_line(note)}" for where, note in notes if note), "none.", between="")
    options = [(EVERY_ANSWER, "Above every answer"), *_topic_options(knowledge)][:OPTIONS_LIMIT]
    return f"**Your own note above answers**: {shown}", [choice(press, "Write, change or remove a note…", options, ())]


def _news(settings: ServerSettings, press: PanelPress) -> Block:
    chosen = [settings.news_channel] if settings.news_channel else []
    select = channel_choice(press, "Post news in…", chosen, kinds=_POSTED_IN, most=1)
    return f"**News of each edition**: {news(settings.news_channel)}.", [select]


def _texts(settings: ServerSettings, press: PanelPress) -> Block:
    text = (
        f"**Questions without an answer** are {TEXTS[settings.keep_texts]} for the maintainers, without names, links "
        "and numbers."
    )
    options = [("true", "May be kept as text"), ("false", "Never kept as text")]
    return text, [choice(press, "Questions without an answer", options, [str(settings.keep_texts).lower()])]


def _topic_options(knowledge: Knowledge) -> list[tuple[str, str]]:
    shown: Iterable[tuple[str, str]] = ((item.id, item.title) for item in knowledge.topics.values())
    return [(id_, shortened(title, OPTION_LABEL_LIMIT)) for id_, title in shown][:OPTIONS_LIMIT]
