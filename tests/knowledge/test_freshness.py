"""Which claims are due for another look."""

from datetime import date, timedelta
from pathlib import Path

from bot.knowledge.freshness import Traffic, due_claims
from bot.knowledge.models import Knowledge
from tests.factories import make_claim, make_knowledge, make_topic

TODAY = date(2026, 11, 26)
SOON = timedelta(days=60)


def pack_with(folder: Path, **due: str) -> Knowledge:
    """Return a pack with a section of one claim for each keyword, due for review on that day."""
    sections = [
        {"id": name, "title": name, "claims": [make_claim(f"Claim {name}.", review_by=day)]}
        for name, day in due.items()
    ]
    return make_knowledge(folder, make_topic(sections=sections))


def test_overdue_and_soon_due_claims_are_listed(tmp_path: Path) -> None:
    """A claim is overdue from the day after its review day, as on cards; what is due later than soon is left out."""
    knowledge = pack_with(
        tmp_path, past="2026-11-20", today="2026-11-26", soon="2027-01-25", later="2027-01-26", gone="2026-11-25"
    )

    claims = due_claims(knowledge, today=TODAY, soon=SOON)

    assert [(claim.section, claim.days_over, claim.is_overdue) for claim in claims] == [
        ("past", 6, True),
        ("gone", 1, True),
        ("today", 0, False),
        ("soon", -60, False),
    ]


def test_what_is_read_most_comes_first(tmp_path: Path) -> None:
    """Of the overdue claims the most read one is looked at first; a soon-due one never comes before them."""
    knowledge = pack_with(tmp_path, old="2026-01-01", read="2026-11-01", soon="2026-12-01")
    traffic: Traffic = {("bridge", "read"): 40, ("bridge", "old"): 3, ("bridge", "soon"): 900}

    claims = due_claims(knowledge, today=TODAY, soon=SOON, traffic=traffic)

    assert [(claim.section, claim.answers) for claim in claims] == [("read", 40), ("old", 3), ("soon", 900)]


def test_the_overview_counts_for_the_first_claim_of_each_section(tmp_path: Path) -> None:
    """The overview shows the first claim of a section and not the second."""
    claims = [make_claim(f"Claim {name}.", review_by="2026-11-01") for name in ("first", "second")]
    knowledge = make_knowledge(tmp_path, make_topic(sections=[{"id": "facts", "title": "Facts", "claims": claims}]))
    traffic: Traffic = {("bridge", None): 10, ("bridge", "facts"): 5, ("tunnel", None): 99}

    found = due_claims(knowledge, today=TODAY, soon=SOON, traffic=traffic)

    assert [(claim.text, claim.answers) for claim in found] == [("Claim first.", 15), ("Claim second.", 5)]


def test_a_claim_without_a_day_of_review_keeps_as_long_as_its_kind(tmp_path: Path) -> None:
    """The shelf life of its kind counts from the later of its own day and the day the research reached."""
    claims = [make_claim("A figure.", kind="figure", as_of="2026-01-01")]
    knowledge = make_knowledge(tmp_path, make_topic(sections=[{"id": "facts", "title": "Facts", "claims": claims}]))

    found = due_claims(knowledge, today=date(2027, 3, 31), soon=timedelta())

    assert [claim.due for claim in found] == [date(2026, 10, 1) + timedelta(days=180)]
