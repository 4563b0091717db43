"""What maintainers read from the log, on both databases."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.gaps import text_key
from bot.store.gaps import GapStore
from bot.store.queries import QueryStore
from bot.store.query_reports import QueryReports, TopicCount, Trend, Which
from bot.store.snapshots import write_snapshot
from tests.factories import make_query


async def test_the_most_answered_topics_come_first(engine: AsyncEngine) -> None:
    """Counts are by topic, with distinct askers beside them."""
    store = QueryStore(engine)
    await store.add(
        [make_query(i, topic="aid", user_key="same") for i in range(3)]
        + [make_query(10, topic="article5", user_key="a"), make_query(11, topic="article5", user_key="b")]
        + [make_query(20, topic=None)]
    )

    assert await QueryReports(engine).top() == [
        TopicCount(topic="aid", section=None, answers=3, askers=1),
        TopicCount(topic="article5", section=None, answers=2, askers=2),
    ]


async def test_counts_can_be_narrowed_to_a_time_and_a_topic(engine: AsyncEngine) -> None:
    """Maintainers look at last week, or into one topic's sections."""
    store = QueryStore(engine)
    old, new = "2026-11-01T00:00:00.000+00:00", "2026-11-20T00:00:00.000+00:00"
    await store.add(
        [
            make_query(1, topic="aid", section="donors", asked_at=old),
            make_query(2, topic="aid", section="donors", asked_at=new),
            make_query(3, topic="aid", asked_at=new),
        ]
    )

    recent = await QueryReports(engine).top(Which(since=datetime(2026, 11, 10, tzinfo=UTC)))
    sections = await QueryReports(engine).top(topic="aid")

    assert recent == [TopicCount(topic="aid", section=None, answers=2, askers=1)]
    assert sections[0] == TopicCount(topic="aid", section="donors", answers=2, askers=1)


async def test_the_overview_of_a_topic_comes_before_sections_asked_as_often(engine: AsyncEngine) -> None:
    """The order of equals does not depend on the database."""
    store = QueryStore(engine)
    await store.add([make_query(1, topic="aid", section="donors"), make_query(2, topic="aid", section=None)])

    assert [count.section for count in await QueryReports(engine).top(topic="aid")] == [None, "donors"]


async def test_what_follows_an_answer_up_is_not_counted_as_one(engine: AsyncEngine) -> None:
    """Opening the sources, sharing, telling and voting leave the counts of answers alone."""
    rows = [make_query(i, command=command) for i, command in enumerate(("sources", "share", "tell", "vote", "aid"))]
    await QueryStore(engine).add(rows)

    assert [count.answers for count in await QueryReports(engine).top()] == [1]


async def test_counts_can_be_narrowed_to_a_language_and_a_server(engine: AsyncEngine) -> None:
    """The language is the question's, or else the reader's."""
    await QueryStore(engine).add(
        [
            make_query(1, locale="de"),
            make_query(2, locale="en-GB"),
            make_query(3, locale="en-US", asked_language="de", guild_id=8),
            make_query(4, locale="de", asked_language="fr"),
        ]
    )
    reports = QueryReports(engine)

    async def answers(which: Which) -> int:
        return sum(count.answers for count in await reports.top(which))

    assert await answers(Which(language="de")) == 2
    assert await answers(Which(language="en-US")) == 1
    assert await answers(Which(language="de", guild_id=8)) == 1


async def test_only_a_person_s_last_vote_counts(engine: AsyncEngine) -> None:
    """Who changes their mind is counted once, for each edition they voted on."""
    vote = {"command": "vote", "topic": "aid", "user_key": "a"}
    await QueryStore(engine).add(
        [
            make_query(1, topic="aid"),
            make_query(2, outcome="helpful", **vote),
            make_query(3, outcome="unhelpful", text="too old", **vote),
            make_query(4, outcome="helpful", **{**vote, "user_key": "b"}),
            make_query(5, outcome="helpful", edition="2026-12-01-00000001", **vote),
        ]
    )

    top = await QueryReports(engine).top()
    votes = await QueryReports(engine).votes()

    assert (top[0].helpful, top[0].unhelpful) == (2, 1)
    assert [vote.reason for vote in votes if not vote.is_helpful] == ["too old"]


async def test_open_questions_come_with_what_people_did_next(engine: AsyncEngine) -> None:
    """Who pressed “Tell the maintainers”, and which suggestion was taken, stands with the question."""
    await QueryStore(engine).add(
        [
            make_query(1, outcome="not-found", topic=None, text="who pays", runner_ups="aid stance", score=0.3),
            make_query(2, outcome="reported", command="tell", topic=None, regards=1),
            make_query(3, outcome="suggested", topic=None, text="tanks", asked_language="de"),
            make_query(4, outcome="chosen", topic="aid", regards=3),
            make_query(5, outcome="not-found", topic=None, text=None),
        ]
    )
    reports = QueryReports(engine)

    missed, unsure = await reports.open_questions("not-found"), await reports.open_questions("suggested")

    assert [(q.text, q.near, q.reports, q.language) for q in missed] == [("who pays", ("aid", "stance"), 1, "en")]
    assert [(q.text, q.chosen, q.language) for q in unsure] == [("tanks", "aid", "de")]


@pytest.mark.parametrize(
    ("by", "starts"), [("day", ["2026-11-22", "2026-11-23"]), ("week", ["2026-11-16", "2026-11-23"])]
)
async def test_trends_are_by_day_or_by_week_from_monday(engine: AsyncEngine, by: str, starts: list[str]) -> None:
    """A Sunday and the Monday after it are in different weeks."""
    await QueryStore(engine).add(
        [
            make_query(1, asked_at="2026-11-22T23:59:59.999+00:00"),
            make_query(2, asked_at="2026-11-23T00:00:00.000+00:00", outcome="not-found"),
            make_query(3, asked_at="2026-11-23T00:00:01.000+00:00", command="vote", outcome="helpful", user_key="b"),
        ]
    )

    trends = await QueryReports(engine).trends(by=by)

    counts = {"unsure": 0, "unhelpful": 0, "answers": 1, "askers": 1}
    assert trends == [
        Trend(start=starts[0], missed=0, helpful=0, **counts),
        Trend(start=starts[1], missed=1, helpful=1, **counts),
    ]


async def test_the_story_of_an_interaction_has_what_came_before_and_after(engine: AsyncEngine) -> None:
    """From the choice one finds the question, and from the question the choice."""
    await QueryStore(engine).add(
        [make_query(1, outcome="suggested"), make_query(2, outcome="chosen", regards=1), make_query(3)]
    )
    reports = QueryReports(engine)

    assert [row["interaction_id"] for row in await reports.story(1)] == [1, 2]
    assert [row["interaction_id"] for row in await reports.story(2)] == [1, 2]
    assert await reports.story(9) == []


async def test_a_decision_replaces_the_one_before_and_can_be_taken_back(engine: AsyncEngine) -> None:
    """A maintainer may change their mind."""
    store, keys, now = GapStore(engine), [text_key("who pays"), text_key("pays who")], datetime.now(UTC)

    await store.decide(keys, "handled", at=now)
    await store.decide(keys[:1], "out-of-scope", at=now, by=5)
    after = dict(await store.decided())
    taken_back = await store.undecide(keys)

    assert after == {keys[0]: "out-of-scope", keys[1]: "handled"}
    assert taken_back == 2
    assert await store.decided() == {}


async def test_people_in_a_snapshot_are_counted_and_not_recognised(engine: AsyncEngine, tmp_path: Path) -> None:
    """The copy tells people apart, with pseudonyms that neither the log nor another copy has."""
    await QueryStore(engine).add(
        [make_query(1, user_key="a"), make_query(2, user_key="a"), make_query(3, user_key="b")]
    )
    await GapStore(engine).decide([text_key("x")], "handled", at=datetime.now(UTC), by=5)

    keys = []
    for name in ("one.db", "two.db"):
        assert await write_snapshot(engine, tmp_path / name, Which()) == 3
        with sqlite3.connect(tmp_path / name) as copy:
            keys.append([key for (key,) in copy.execute("SELECT user_key FROM queries ORDER BY interaction_id")])
            assert copy.execute("SELECT decision, decided_by FROM gap_decisions").fetchall() == [("handled", None)]
            assert copy.execute("SELECT count(*) FROM review_queries").fetchone() == (3,)
        copy.close()

    assert [len(set(key)) for key in keys] == [2, 2]
    assert not set(keys[0]) & (set(keys[1]) | {"a", "b"})
    assert sorted(path.name for path in tmp_path.glob("o*")) == ["one.db"]
