"""The words of the interface, apart from what the knowledge pack says."""

from datetime import date

from bot.answers.models import Found, FoundEvents
from bot.knowledge.models import Claim, Kind, SourceKind

KIND_NAMES = {
    Kind.TREATY_TEXT: "Treaty text",
    Kind.OFFICIAL_POSITION: "Official position",
    Kind.EVENT: "Event",
    Kind.FIGURE: "Figure",
    Kind.ANALYSIS: "Analysis",
    Kind.DISPUTED: "Disputed",
    Kind.HYPOTHETICAL: "Hypothetical",
}
KIND_MEANINGS = {
    Kind.TREATY_TEXT: "what a treaty says",
    Kind.OFFICIAL_POSITION: "what a government or institution says; its view, not a finding of ours",
    Kind.EVENT: "something that happened",
    Kind.FIGURE: "a number, true on the day shown",
    Kind.ANALYSIS: "a reading of the facts that others could contest",
    Kind.DISPUTED: "a point on which the sides or the experts differ",
    Kind.HYPOTHETICAL: "something that could happen under a condition; never a forecast",
}
SOURCE_KIND_NAMES = {
    SourceKind.INSTITUTION: "institution",
    SourceKind.DATASET: "dataset",
    SourceKind.PUBLISHER: "publisher",
    SourceKind.AGENCY_REPRINT: "reprint of a named agency or paper",
    SourceKind.STATE_MEDIA: "state media, cited for what its officials said",
}
LANGUAGE_NAMES = {"en": "English", "uk": "Ukrainian", "pl": "Polish", "de": "German", "fr": "French", "es": "Spanish"}

# Not strftime, which follows the locale of the machine.
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

OVERVIEW_TITLE = "Overview"
KEY_POINTS = "Key points"
CHOOSE_PAGE = "Read more about…"
CHOOSE_TOPIC = "Open a topic…"
SOURCES = "Sources"
PICTURE = "Picture: {}"
PICTURE_FOLLOWS = "The picture is being drawn and follows in a moment."
PICTURE_FAILED = "The picture could not be drawn; the figures are above."
NO_FIGURES = "Nothing is known of that."
NO_PICTURES = "This bot shows no pictures, so the figures are given in words."
SHARE = "Show to everyone"
DELETE = "Delete"
EARLIER = "Earlier"
LATER = "Later"
NO_EVENTS = "The timeline has no event that fits. Try another year or topic."

NOT_SURE = (
    "### Which of these do you mean?\nI am not sure what your question is about. Pick the nearest, or put it in other "
    "words."
)
NOT_FOUND = (
    "### I have no answer to that\nThis bot only answers about its own subject, from sentences that were reviewed "
    "beforehand. If your question belongs there, put it in other words, open a topic below, or tell the maintainers "
    "that an answer is missing."
)
TELL_MAINTAINERS = "Tell the maintainers"
TOLD_MAINTAINERS = "Thank you. The maintainers will see that an answer to this is missing."
HELPFUL = "Helpful"
UNHELPFUL = "Not helpful"
SAY_WHY = "Say why"
VOTED_HELPFUL = "Thank you, noted: this answer helped you. Pressing the other button changes that."
VOTED_UNHELPFUL = (
    "Thank you, noted: this answer did not help you. Pressing the other button changes that. If you like, say what it "
    "lacks or has wrong; maintainers read it."
)
VOTED_WITH_REASON = "Thank you. Maintainers will read what you wrote, without links and numbers, and without your name."
VOTED_BUT_OPTED_OUT = "You have opted out of being counted, so this vote is not stored. `/privacy opt-in` undoes that."
REASON_TITLE = "What does the answer lack?"
REASON_LABEL = "What is missing or wrong"
REASON_HELP = "Please no names or personal things. A source helps most."
NOTHING_TO_CHECK = (
    "### Nothing here to check against\nThis message is not about what this bot answers, or has no text. Try `/topics`."
)
SEARCH_NOT_READY = "The search is getting ready. Please try again in a few seconds, or open `/topics` meanwhile."
OFTEN_SAID = "Often said, but not so"
SPEAKS_TO_IT = "### What the sources say on this"

SERVER_NOTE = "Note of this server's admins, not part of the answer"
SETTINGS_UNREACHABLE = "Only you see this: what this server decided about answers cannot be read at the moment."
NOT_YOURS_TO_SHARE = (
    "Answers in this channel are private. Only members who may manage messages here, or whom the server's admins allow "
    "it, can show one to everyone."
)

SERVER_TOO_FAST = "This server is asking more than can be answered at the moment. Please try again in a few seconds."
BUSY = "Very many people are asking at the moment. Please try again in a few seconds."
SOMETHING_BROKE = (
    "Something went wrong on our side and has been noted. Please try again; if it keeps happening, tell whoever runs "
    "this bot."
)
OLD_COMPONENT = "That button belongs to an older edition of this bot. `/topics` shows what there is now."
NOT_UNDERSTOOD = (
    "Discord sent this in a form that the bot does not understand yet, which has been noted. `/topics` and `/ask` are "
    "other ways to an answer."
)
OLD_PANEL = "That part of the settings belongs to an older version of this bot. Open `/settings panel` again."
OLD_PAGE = "The page you asked for is no longer part of this topic. This is the topic as it stands now."
OLD_COMMAND = (
    "That command has changed or is no longer offered. Reload Discord (Ctrl+R, or close and reopen the app) to see the "
    "present commands, or use `/topics`."
)
NOT_YOURS_TO_DELETE = "Only the person who asked, or someone who may manage messages here, can delete this."
DELETED_BY_OTHER_MEANS = "This message can no longer be deleted from here. Use Discord's own menu on the message."

NEWS_CHANGED = "Changed"
NEWS_BEFORE = "Before"
NEWS_ADDED = "New"
NEWS_REMOVED = "No longer given"
NEWS_RESOURCED = "Other sources"
NEWS_TOPIC_RETIRED = "This topic is no longer offered"


def news_title(published: date) -> str:
    """Say which edition the news is of."""
    return f"What is new in the edition of {day(published)}"


def news_new_topic(statements: int) -> str:
    """Say that a topic is new."""
    return f"New topic with {statements} statement{'s' if statements != 1 else ''}"


def news_closing(*, omitted: int, compared_with: date) -> str:
    """Say how many changes are not told, and what the edition was compared with."""
    more = f"And {omitted} more change{'s' if omitted != 1 else ''}; open a topic to read them. " if omitted else ""
    return f"{more}Compared with the edition of {day(compared_with)}."


def day(value: date) -> str:
    """Return *value* as ``8 July 2026``."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def partial_day(value: str) -> str:
    """Return ``2022``, ``2022-03`` or ``2022-03-16`` as people write it."""
    year, month, day_of_month = [*(int(part) for part in value.split("-")), 0, 0][:3]
    return " ".join(
        filter(None, (str(day_of_month) if day_of_month else "", MONTHS[month - 1] if month else "", str(year)))
    )


def ordinal(number: int) -> str:
    """Return ``1st``, ``2nd``, ``3rd``, ``4th``, ``11th``, ``21st`` …"""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def timeline_heading(found: FoundEvents) -> str:
    """Return what a stretch of the timeline is called: ``Timeline · NATO membership · 2014 to 2022``."""
    span = f"{found.year} to {found.until}" if found.year and found.until else str(found.year or "")
    return " · ".join(filter(None, ["Timeline", found.topic.title if found.topic else "", span]))


def language(code: str) -> str:
    """Return the English name of a language, or its code when we have no name for it."""
    return LANGUAGE_NAMES.get(code, code)


def redirection(found: Found) -> str | None:
    """Say how a retired topic led to *found*; ``None`` when none did."""
    if found.moved_from is None:
        return None
    moved = f"`/{found.command}` is now part of `/{found.topic.command.name}`."
    return " ".join(filter(None, (moved, found.moved_from.note, OLD_PAGE if found.page_is_gone else "")))


def overdue(review_day: date) -> str:
    """Say that a claim is past its review date."""
    return f"due for review since {day(review_day)}, may have changed"


def kind_and_day(claim: Claim) -> str:
    """Return how to take a claim and when it was true: ``Treaty text · 4 April 1949``."""
    return f"{KIND_NAMES[claim.kind]} · {day(claim.as_of)}"


def too_fast(seconds: float) -> str:
    """Return what somebody is told who has to wait so many seconds."""
    wait = max(1, round(seconds))
    return f"That was a lot at once. Please go on in {wait} second{'s' if wait > 1 else ''}."
