"""What ``/privacy`` says."""

from dataclasses import dataclass
from datetime import date

from bot.privacy import Overview
from bot.rendering import wording


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyTerms:
    """How long things are kept, in days."""

    text_days: int
    row_days: int


def overview_text(overview: Overview, terms: PrivacyTerms) -> str:
    """Say what is stored about somebody, what each row holds and for how long."""
    count = f"**{overview.rows}** row{'s' if overview.rows != 1 else ''}"
    since = f", the oldest of {wording.day(date.fromisoformat(overview.oldest[:10]))}" if overview.oldest else ""
    counted = "You have opted out: nothing new is stored." if overview.opted_out else "New answers to you are counted."
    return (
        f"## What is stored about you\n{count}{since}. Questions kept in words, because they found no clear answer: "
        f"**{overview.texts}**. {counted}\n"
        "**Each row holds** the time, the server, a pseudonym instead of your id, the command, the topic and section, "
        "the languages, how sure the search was, whether the answer was private, and the edition. Words are stored "
        "without names, links and numbers.\n"
        f"**For how long** words {terms.text_days} days; rows {terms.row_days} days, after which only daily counts "
        "without people and servers remain.\n"
        "`/privacy export` gives you all of it, `/privacy forget` deletes it now, `/privacy opt-out` stops it."
    )


def forgotten_text(rows: int) -> str:
    """Say how many rows were deleted."""
    if not rows:
        return "Nothing was stored about you."
    return f"Deleted: **{rows}** row{'s' if rows != 1 else ''}. Nothing is stored about you now."


def opt_out_text(*, opted_out: bool) -> str:
    """Confirm a decision."""
    if opted_out:
        return (
            "From now on nothing is stored when you use this bot. What was stored before stays until you use "
            "`/privacy forget`."
        )
    return "What you ask is counted again, under a pseudonym."
