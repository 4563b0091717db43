"""The settings panel and its pages, at their largest."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.answers.lookup import find_events
from bot.answers.models import OVERVIEW, Corrected, Found, FoundTerm
from bot.knowledge.models import Knowledge, RetiredTopic, Topic
from bot.knowledge.selection import without_topics
from bot.rendering.cards import corrected_card, sources_card, term_card, timeline_card, topic_card, topics_card
from bot.rendering.components import Card, Reader
from bot.rendering.forms import TITLE_LIMIT, text_form
from bot.rendering.limits import NOTE_ROOM, OPTIONS_LIMIT, broken_limits
from bot.rendering.panel import Panel
from bot.rendering.panel_ids import PanelAction, PanelPress
from bot.rendering.settings import NOTE_HELP, NOTE_LABEL, notice_panel, settings_panel
from bot.rendering.settings_pages import HISTORY_PAGE, findings_panel, history_panel, preview_panel, reset_panel
from bot.rendering.settings_words import (
    FIELD_NAMES,
    NOTICE_LIMIT,
    change_lines,
    overtaken_notice,
    saved_notice,
)
from bot.rendering.wording import SETTINGS_UNREACHABLE
from bot.servers.changes import field_changes
from bot.servers.check import ServerFacts, findings
from bot.servers.editor import NothingToUndo, NotSaved, OutOfReach, Overtaken
from bot.servers.models import CAREFUL, DEFAULTS, NOTE_LIMIT, ServerSettings, SettingsChange, Stored, Visibility
from tests.factories import make_knowledge, make_retired, make_topic
from tests.openapi import violations

_SCHEMAS = {
    1: "ActionRowComponentForMessageRequest",
    10: "TextDisplayComponentForMessageRequest",
    17: "ContainerComponentForMessageRequest",
}
LARGEST_ID = 2**63 - 1
VERSION = 2**31 - 1
NOTE = "\n".join(["𝔑" * 73] * 3 + ["x" * 38] * 2)
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def ids(start: int, count: int = 25) -> tuple[int, ...]:
    return tuple(LARGEST_ID - start - i for i in range(count))


@pytest.fixture
def wide(tmp_path: Path) -> Knowledge:
    """An edition with as many topics as a select has options, with the longest ids and titles."""
    topics = [
        make_topic(
            f"topic-{i:02}-{'x' * 14}",
            title=f"{i:02} {'W' * 77}",
            command={"name": f"topic{i}", "description": "x"},
            asks=[f"is topic number {i} open"],
        )
        for i in range(25)
    ]
    return make_knowledge(tmp_path, *topics)


def largest(knowledge: Knowledge) -> ServerSettings:
    topics = list(knowledge.topics)
    return ServerSettings(
        answers=Visibility.PRIVATE,
        private_channels=ids(0),
        public_channels=ids(100),
        sharers=ids(200),
        language="es-419",
        hidden_topics=tuple(topics[:-1]),
        note=NOTE,
        topic_notes=dict.fromkeys(topics[:25], NOTE),
        news_channel=LARGEST_ID,
        keep_texts=False,
    )


def change_to(after: ServerSettings, before: ServerSettings = DEFAULTS, version: int = VERSION) -> SettingsChange:
    return SettingsChange(version=version, at=NOON, by=LARGEST_ID, before=before, after=after, restores=version - 1)


def walked(items: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for item in items:
        yield item
        yield from walked(item.get("components", ()))


def text_of(panel: Panel | Card) -> str:
    return "\n".join(item["content"] for item in walked(panel.payload()) if "content" in item)


def assert_valid(panel: Panel | Card) -> None:
    payload = panel.payload()
    assert list(broken_limits(payload)) == []
    assert [found for row in payload for found in violations(_SCHEMAS[row["type"]], row)] == []
    for item in walked(payload):
        if "max_values" in item:
            chosen = [option for option in item.get("options", ()) if option.get("default")]
            defaults = len(item.get("default_values", chosen))
            assert item["min_values"] <= item["max_values"] <= len(item.get("options", range(25)))
            assert defaults <= item["max_values"]


def test_the_largest_panel_can_be_shown(wide: Knowledge) -> None:
    """Every list full, every topic with a note, and a long notice above."""
    notice = saved_notice(field_changes(DEFAULTS, largest(wide)), [change_to(largest(wide))] * 9)

    assert_valid(settings_panel(Stored(version=VERSION, settings=largest(wide)), wide, notice=notice))
    assert len(notice) <= NOTICE_LIMIT


def test_the_panel_of_a_server_that_decided_nothing_can_be_shown(real_pack: Knowledge) -> None:
    """With nothing to undo."""
    panel = settings_panel(Stored(version=0, settings=DEFAULTS), real_pack)

    undo = next(item for item in walked(panel.payload()) if item.get("label") == "Undo the last change")
    assert_valid(panel)
    assert undo["disabled"]


def test_the_panel_can_be_shown_when_an_edition_left_only_hidden_topics(real_pack: Knowledge) -> None:
    """An admin must be able to open it, to show one of them again."""
    settings = ServerSettings(hidden_topics=tuple(real_pack.topics))

    assert_valid(settings_panel(Stored(version=1, settings=settings), real_pack))


def test_the_panel_of_an_edition_with_one_topic_can_be_shown(tmp_path: Path) -> None:
    """Discord wants a select to allow at least one choice."""
    knowledge = make_knowledge(tmp_path)

    for hidden in ((), ("bridge",), ("gone",)):
        settings = ServerSettings(hidden_topics=hidden)
        assert_valid(settings_panel(Stored(version=1, settings=settings), knowledge))


@pytest.mark.parametrize("error", [NotSaved(), OutOfReach(), NothingToUndo()], ids=lambda error: type(error).__name__)
def test_what_could_not_be_done_can_be_shown(error: Exception) -> None:
    """In its own words, with a way back."""
    panel = notice_panel(str(error))

    assert_valid(panel)
    assert str(error) in text_of(panel)


def test_what_overtook_a_change_can_be_shown(wide: Knowledge) -> None:
    """However many changes there were."""
    stored = Stored(version=VERSION, settings=largest(wide))
    overtaken = Overtaken(stored, [change_to(largest(wide))] * 20)

    notice = overtaken_notice(str(overtaken), overtaken.changes)

    assert_valid(settings_panel(stored, wide, notice=notice))
    assert notice.startswith(str(overtaken))


def test_a_refused_change_ends_with_what_to_do(wide: Knowledge) -> None:
    """Also when what the others did is too long to be told whole."""
    stored = Stored(version=VERSION, settings=largest(wide))
    changes = [change_to(largest(wide))] * 20

    notice = overtaken_notice(str(Overtaken(stored, changes)), changes)

    assert notice.endswith("Choose again if you still want your change.")
    assert len(notice) <= NOTICE_LIMIT


def test_the_longest_history_can_be_shown(wide: Knowledge) -> None:
    """A page of changes of everything to something else of everything."""
    other = largest(wide).changed(
        note=NOTE[::-1], topic_notes=dict.fromkeys(wide.topics, NOTE[::-1]), private_channels=ids(300)
    )
    changes = [change_to(largest(wide), other, VERSION - i) for i in range(HISTORY_PAGE)]

    panel = history_panel(changes, more=True)

    assert_valid(panel)
    assert f"**{VERSION}.**" in text_of(panel)


def test_older_changes_begin_where_a_page_ended() -> None:
    """No change is skipped where a page had to be cut short."""
    long = [ServerSettings(topic_notes={f"topic{i}": NOTE for i in range(6)}, language=code) for code in ("de", "uk")]
    changes = [change_to(long[i % 2], DEFAULTS, 50 - i) for i in range(HISTORY_PAGE)]

    panel = history_panel(changes, more=False)

    shown = [version for version in range(1, 51) if f"**{version}.**" in text_of(panel)]
    (older,) = [item for item in walked(panel.payload()) if item.get("label") == "Older"]
    assert PanelPress.parse(older["custom_id"]) == PanelPress(action=PanelAction.HISTORY, argument=str(min(shown)))
    assert_valid(panel)


def test_a_history_that_is_shown_whole_offers_no_older_changes() -> None:
    """The button is there only if there is something behind it."""
    panel = history_panel([change_to(ServerSettings(language="de"), version=1)], more=False)

    assert "Older" not in [item.get("label") for item in walked(panel.payload())]
    assert_valid(panel)
    assert_valid(history_panel([], more=False))


def test_who_asked_to_be_forgotten_is_not_named() -> None:
    """The change stays in the history without its author."""
    panel = history_panel([replace(change_to(ServerSettings(language="de")), by=None)], more=False)

    assert "somebody who asked to be forgotten" in text_of(panel)
    assert "<@" not in text_of(panel)


def test_the_longest_list_of_findings_can_be_shown(wide: Knowledge) -> None:
    """A server whose every channel and role is gone, in an edition without its topics."""
    facts = ServerFacts(
        channels={}, roles=(), overrides={f"command{i}": "allowed for <@&1>, <@&2> and more" for i in range(30)}
    )
    found = list(findings(largest(wide), facts, {"other": "other"}, ["en"]))

    panel = findings_panel(found)

    assert len(found) > 100
    assert_valid(panel)
    assert "more" in text_of(panel).splitlines()[-1]
    assert_valid(findings_panel([]))


def test_the_largest_preview_can_be_shown(wide: Knowledge) -> None:
    """From the largest settings to the defaults and back, with everything left out that can be."""
    stored, left_out = Stored(version=VERSION, settings=largest(wide)), ["private_channels", "sharers", "news_channel"]

    assert_valid(preview_panel(stored, DEFAULTS, draft=LARGEST_ID, left_out=left_out))
    assert_valid(preview_panel(Stored(version=0, settings=DEFAULTS), largest(wide), draft=1, left_out=()))
    assert_valid(preview_panel(stored, largest(wide), draft=LARGEST_ID, left_out=left_out))
    assert_valid(reset_panel(stored, DEFAULTS))
    assert_valid(reset_panel(Stored(version=5, settings=DEFAULTS), DEFAULTS))


def test_every_setting_has_a_name_and_words(wide: Knowledge) -> None:
    """A setting that is added cannot be forgotten in the history."""
    made = field_changes(DEFAULTS, largest(wide))

    assert FIELD_NAMES.keys() == ServerSettings.model_fields.keys()
    assert {change.field for change in made} == ServerSettings.model_fields.keys()
    lines = change_lines(made)
    assert len(lines) == len(made)
    for line, change in zip(lines, made, strict=True):
        assert line.startswith(FIELD_NAMES[change.field])
        before, after = line.split(" → ")
        assert before.rpartition(": ")[2] != after


def test_a_note_is_told_in_one_line() -> None:
    """Its lines do not break the list it stands in."""
    (line,) = change_lines(field_changes(DEFAULTS, ServerSettings(note="One\n# Two\n- Three")))

    assert line == "Note above every answer: none → “One # Two - Three”"


def test_the_longest_form_of_a_note_can_be_shown(wide: Knowledge) -> None:
    """The longest title, the longest topic and the longest note."""
    topic = next(iter(wide.topics.values()))
    press = PanelPress(action=PanelAction.NOTE_TEXT, version=VERSION, argument=topic.id)

    title = f"Note above {topic.title}"
    form = text_form(
        press.custom_id(), title=title, label=NOTE_LABEL, help_=NOTE_HELP, limit=NOTE_LIMIT, present=NOTE
    ).to_dict()

    assert len(form["title"]) <= TITLE_LIMIT
    assert PanelPress.parse(form["custom_id"]) == press
    assert violations("ModalInteractionCallbackRequestData", form) == []


@pytest.mark.parametrize(
    "custom_id",
    ["", "g1", "g1:open:0", "g1:open:x:", "g1:nothing:0:", "g0:open:0:", "g1:open:0::", "k1:sec:a:b:1", "g1:open::"],
)
def test_an_id_that_no_panel_carries_is_not_understood(custom_id: str) -> None:
    """It is answered in words instead."""
    assert PanelPress.parse(custom_id) is None


READER = Reader(owner=LARGEST_ID, private=False, today=date(9999, 1, 1), language="es-419", notes={"": NOTE})


def test_the_longest_note_takes_the_room_that_is_left_for_it() -> None:
    """300 characters on five lines, with what marks them as the server's."""
    longest = "\n" * 4
    note = ServerSettings(note="x" + longest + "x" * (NOTE_LIMIT - 5)).note
    assert note is not None
    reader = replace(READER, notes={"": note})

    assert len(note) == NOTE_LIMIT
    assert sum(map(len, reader.above())) <= NOTE_ROOM
    assert len(SETTINGS_UNREACHABLE) + 3 <= NOTE_ROOM
    assert CAREFUL.note is None  # the notice never stands beside a note


def pages(topic: Topic, knowledge: Knowledge) -> Iterator[Card]:
    for page in (OVERVIEW, *topic.page_titles):
        yield topic_card(Found(topic=topic, page=page), knowledge, READER)
        yield sources_card(Found(topic=topic, page=page), knowledge, READER)
    for item in topic.misconceptions:
        yield corrected_card(Corrected(topic=topic, misconception=item), knowledge, READER)


def every_card(knowledge: Knowledge) -> Iterator[Card]:
    for topic in knowledge.topics.values():
        yield from pages(topic, knowledge)
    yield topics_card(knowledge, READER)
    yield from (term_card(FoundTerm(term=term), knowledge, READER) for term in knowledge.glossary)
    for topic_id in (None, *knowledge.topics):
        for page in range(find_events(knowledge, topic_id=topic_id, year=None).pages):
            yield timeline_card(find_events(knowledge, topic_id=topic_id, year=None, page=page), knowledge, READER)


def test_every_answer_fits_below_the_longest_note(real_pack: Knowledge) -> None:
    """No note that an admin writes makes Discord refuse an answer."""
    cards = list(every_card(real_pack))

    assert [problem for card in cards for problem in broken_limits(card.payload())] == []
    assert len(cards) > 100
    assert sum("> 𝔑" in text_of(card) for card in cards) > 100


def test_an_answer_of_a_retired_topic_has_the_note_of_what_it_moved_to(tmp_path: Path) -> None:
    """The notes follow the topic that answers."""
    knowledge = make_knowledge(tmp_path)
    retired = RetiredTopic.model_validate(make_retired())
    found = Found(topic=knowledge.topics["bridge"], moved_from=retired)

    card = topic_card(found, knowledge, replace(READER, notes={"bridge": "Of the bridge", "": "Of all"}))

    assert "> Of the bridge" in text_of(card)
    assert "Of all" not in text_of(card)
    assert_valid(card)


def test_hidden_topics_are_not_among_the_buttons_of_others(real_pack: Knowledge) -> None:
    """No card leads to what a server hides."""
    selected = without_topics(real_pack, {"aid"})
    cards = list(every_card(selected))

    labels = [item.get("label") for card in cards for item in walked(card.payload())]
    values = [
        option["value"] for card in cards for item in walked(card.payload()) for option in item.get("options", ())
    ]
    assert real_pack.topics["aid"].title not in labels
    assert "aid" not in values


def test_no_select_offers_more_than_discord_allows(wide: Knowledge) -> None:
    """25 topics and “every answer” are one too many; the last topic's note is changed by a file."""
    panel = settings_panel(Stored(version=1, settings=DEFAULTS), wide)

    options = [len(item["options"]) for item in walked(panel.payload()) if "options" in item]
    assert max(options) == OPTIONS_LIMIT
