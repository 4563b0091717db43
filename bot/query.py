"""One answered interaction, as it is logged."""

from dataclasses import dataclass

# Commands whose rows are no answers: they follow one up. Whoever counts answers leaves them out.
NOT_ANSWERS = frozenset({"vote", "sources", "share", "tell"})


@dataclass(slots=True, kw_only=True)
class Query:
    """
    A row of the query log. Fields are the columns of ``queries``; ``bot/store/schema.py`` explains each.

    Not frozen only because making a frozen one takes three times as long, and every answer makes one.
    """

    interaction_id: int
    asked_at: str
    guild_id: int | None
    user_key: str
    key_id: str
    source: str
    command: str
    topic: str | None
    section: str | None
    language: str
    locale: str
    outcome: str
    private: bool
    edition: str
    answer_us: int
    asked_language: str | None = None
    score: float | None = None
    runner_ups: str | None = None
    regards: int | None = None
    text: str | None = None
