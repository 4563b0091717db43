"""What the log says about answers: which pages were shown, and which words are kept."""

from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.kept_texts import KeptText, kept_texts
from bot.store.queries import QueryStore
from bot.store.traffic import section_answers
from tests.factories import make_query

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
OLD = "2026-10-31T23:59:59.999+00:00"


async def test_answers_are_counted_by_page(engine: AsyncEngine) -> None:
    """Each page of each topic with how often it was shown; the overview has no section."""
    await QueryStore(engine).add(
        [
            make_query(1, topic="aid", section="donors"),
            make_query(2, topic="aid", section="donors", outcome="chosen", command="ask"),
            make_query(3, topic="aid", section=None),
            make_query(4, topic="aid", section="donors", asked_at=OLD),
        ]
    )

    assert await section_answers(engine, since=SINCE) == {("aid", "donors"): 2, ("aid", None): 1}


async def test_what_shows_no_page_is_not_counted(engine: AsyncEngine) -> None:
    """Votes, sources, sharing, the timeline, the glossary and corrections name a topic and show no claim of a page."""
    commands = ("vote", "sources", "share", "tell", "timeline", "glossary")
    rows = [make_query(i, command=command, topic="aid") for i, command in enumerate(commands, 1)]
    await QueryStore(engine).add([*rows, make_query(99, command="ask", topic="aid", outcome="corrected")])

    assert await section_answers(engine, since=SINCE) == {}


async def test_kept_words_come_with_how_often_they_were_asked(engine: AsyncEngine) -> None:
    """Questions that found nothing or had to be asked back, the most frequent first, and no more than wanted."""
    often = [make_query(i, command="ask", topic=None, outcome="not-found", text="often") for i in (1, 2)]
    once = make_query(3, command="ask", topic=None, outcome="suggested", text="once")
    rare = make_query(
        4, command="ask", topic=None, outcome="suggested", text="rare", asked_at="2026-11-02T00:00:00.000+00:00"
    )
    await QueryStore(engine).add([*often, once, rare])

    assert await kept_texts(engine, since=SINCE, limit=2) == [
        KeptText(text="often", times=2),
        KeptText(text="once", times=1),
    ]


async def test_other_words_are_not_questions(engine: AsyncEngine) -> None:
    """The reason of a vote, a text that was let go of, and what was asked before are left out."""
    await QueryStore(engine).add(
        [
            make_query(1, command="vote", outcome="unhelpful", text="too long"),
            make_query(2, command="ask", topic=None, outcome="not-found", text=None),
            make_query(3, command="ask", topic=None, outcome="not-found", text="old", asked_at=OLD),
        ]
    )

    assert await kept_texts(engine, since=SINCE, limit=10) == []
