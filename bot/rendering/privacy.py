"""What ``/privacy`` says."""

from dataclasses import dataclass
from datetime import date

from bot.privacy import Forgotten, Overview
from bot.rendering import wording


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyTerms:
    """How long things are kept, in days."""

    text_days: int
    row_days: int


def overview_text(overview: Overview, terms: PrivacyTerms) -> str:
    """Say what is stored about somebody, what each row holds and for how long."""
    count = _counted(overview.rows, "row")
    since = f", the oldest of {wording.day(date.fromisoformat(overview.oldest[:10]))}" if overview.oldest else ""
    counted = "You have opted out: nothing new is stored." if overview.opted_out else "New answers to you are counted."
    return (
        f"## What is stored about you\n{count}{since}. Questions kept in words, because they found no clear answer: "
        f"**{overview.texts}**. {counted}\n"
        "**Each row holds** the time, the server, a pseudonym instead of your id, the command, the topic and section, "
        "the languages, how sure the search was, whether the answer was private, and the edition. Words are stored "
        "without names, links and numbers.\n"
        f"**Changes of a server's settings that carry your id:** {overview.settings_changes}. The server's admins see "
        "who changed what and when; opting out does not concern these.\n"
        f"**For how long** words {terms.text_days} days; rows {terms.row_days} days, after which only daily counts "
        f"without people and servers remain; changes of settings {terms.row_days} days.\n"
        "`/privacy export` gives you all of it, `/privacy forget` deletes it now and takes your id out of changes of "
        "settings, `/privacy opt-out` stops the counting."
    )


def exported_text(*, rows: int, settings_changes: int) -> str:
    """Say what the file of an export holds."""
    return (
        f"{_counted(rows, 'row')} and {_counted(settings_changes, 'change')} of servers' settings stored about you, "
        "as JSON."
    )


def forgotten_text(forgotten: Forgotten) -> str:
    """Say how many rows were deleted, and how many settings changes no longer carry the person's id."""
    if not forgotten.rows and not forgotten.settings_changes:
        return "Nothing was stored about you. If you opted out, that stays."
    changes = _counted(forgotten.settings_changes, "change")
    return (
        f"Deleted: {_counted(forgotten.rows, 'row')}. Your id was taken out of {changes} of servers' settings; what "
        "was changed stays, without you. Nothing is stored about you now; if you opted out, that stays."
    )


def opt_out_text(*, opted_out: bool) -> str:
    """Confirm a decision."""
    if opted_out:
        return (
            "From now on nothing is stored when you use this bot. What was stored before stays until you use "
            "`/privacy forget`. If you change a server's settings, its admins still see that it was you."
        )
    return "What you ask is counted again, under a pseudonym."


def _counted(count: int, noun: str) -> str:
    return f"**{count}** {noun}{'s' if count != 1 else ''}"
