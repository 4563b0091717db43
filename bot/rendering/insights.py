"""What ``/insights`` shows. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

import discord
from discord import ui

from bot.gaps import HANDLED, OUT_OF_SCOPE, Gap
from bot.insights import Day, Digest, Popular
from bot.knowledge.freshness import DueClaim
from bot.knowledge.models import Knowledge
from bot.rendering import wording
from bot.rendering.limits import ALT_LIMIT, shortened

VERSION = "i1"
PICTURE = "trend.png"
ACCENT = 0x5B6270
WORDING_SHOWN = 110  # characters of a question
CLAIM_SHOWN = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class InsightsPress:
    """A decision about a gap: ``i1:<decision>:<days>:<key of a wording>``."""

    decision: str
    days: int
    key: str

    def custom_id(self) -> str:
        """Return the id a button carries: at most 90 characters."""
        return f"{VERSION}:{self.decision}:{self.days}:{self.key}"

    @classmethod
    def parse(cls, custom_id: str) -> "InsightsPress | None":
        """Return what *custom_id* asks for, or ``None`` when this version does not know it."""
        match = re.fullmatch(rf"{VERSION}:({HANDLED}|{OUT_OF_SCOPE}):(\d{{1,3}}):([0-9a-f]{{64}})", custom_id)
        return cls(decision=match[1], days=int(match[2]), key=match[3]) if match else None


class InsightsButton(ui.DynamicItem[ui.Button[Any]], template=rf"{VERSION}:.*"):
    """A button that decides a gap."""

    @classmethod
    def of(cls, press: InsightsPress, label: str) -> Self:
        return cls(ui.Button(label=label, custom_id=press.custom_id()))


class InsightsCard(ui.LayoutView):
    """The digest of some days, for maintainers' eyes."""

    def __init__(self, digest: Digest, knowledge: Knowledge, *, notice: str | None, has_picture: bool) -> None:
        super().__init__(timeout=None)
        if notice:
            self.add_item(ui.TextDisplay(notice))
        blocks: list[ui.Item[Any]] = [
            ui.TextDisplay(f"## The last {digest.days} days"),
            ui.TextDisplay(_popular(digest.popular, knowledge)),
            ui.Separator(),
            ui.TextDisplay(_trend(digest.trend)),
        ]
        if has_picture:
            alt = trend_in_words(digest.trend)
            blocks.append(ui.MediaGallery(discord.MediaGalleryItem(f"attachment://{PICTURE}", description=alt)))
        blocks += [ui.Separator(), ui.TextDisplay(_open_gaps(digest.open_gaps))]
        for gap in digest.gaps:
            blocks += [ui.TextDisplay(_gap(gap)), ui.ActionRow(*_decisions(gap, digest.days))]
        blocks += [ui.Separator(), ui.TextDisplay(_due(digest.due, digest.overdue))]
        self.add_item(ui.Container(*blocks, accent_colour=ACCENT))


def trend_in_words(days: Sequence[Day]) -> str:
    """Return what the picture of the trend shows, for those who do not see it."""
    if not days:
        return "No day on which anything was asked."
    answers, missed = sum(day.answers for day in days), sum(day.missed for day in days)
    unsure = sum(day.unsure for day in days)
    most = max(days, key=lambda day: day.answers)
    return shortened(
        f"Bars of answers by day, from {_day(days[0].start)} to {_day(days[-1].start)}: {answers:,} in all, of which "
        f"{missed:,} found nothing and {unsure:,} were unsure. The highest bar is {most.answers:,} on "
        f"{_day(most.start)}.",
        ALT_LIMIT,
    )


def decided_notice(gap: Gap, decision: str) -> str:
    """Say what was decided about a gap."""
    what = "handled" if decision == HANDLED else "out of scope"
    return f"**Noted.** “{_words(gap)}” is {what}: its {len(gap.keys)} wordings are no longer listed."


def _popular(topics: Sequence[Popular], knowledge: Knowledge) -> str:
    lines = [
        f"{place}. **{_title(count.topic, knowledge)}**: {count.answers:,} answers, {count.askers:,} people"
        f"{_votes(count)}"
        for place, count in enumerate(topics, 1)
    ]
    return "\n".join(["**Popular**", *(lines or ["Nothing was asked."])])


def _votes(count: Popular) -> str:
    votes = count.helpful + count.unhelpful
    return f"; helpful to {count.helpful} of {votes} who said" if votes else ""


def _trend(days: Sequence[Day]) -> str:
    answers = sum(day.answers for day in days)
    if not answers:
        return "**Trend**\nNothing was asked."
    missed, unsure = sum(day.missed for day in days), sum(day.unsure for day in days)
    return (
        f"**Trend**\n{answers:,} answers on {len(days)} days; {missed / answers:.1%} found nothing, "
        f"{unsure / answers:.1%} were unsure."
    )


def _open_gaps(count: int) -> str:
    return f"**Found nothing**: {count} open gap{'s' if count != 1 else ''}"


def _gap(gap: Gap) -> str:
    told = f"; {gap.reports} told the maintainers" if gap.reports else ""
    near = f"; nearest {', '.join(f'`{topic}`' for topic in gap.near)}" if gap.near else ""
    times = f"{len(gap.questions)} time{'s' if len(gap.questions) != 1 else ''}"
    people = f"{gap.askers} {'people' if gap.askers != 1 else 'person'}"
    return f"“{_words(gap)}”\n-# {times}, {people}; {', '.join(gap.languages)}{near}{told}"


def _words(gap: Gap) -> str:
    """Return the wording without what Discord would show as formatting: anybody may have written it."""
    return discord.utils.escape_markdown(shortened(gap.wording, WORDING_SHOWN)).replace("<", "‹").replace("://", ":/ /")


def _decisions(gap: Gap, days: int) -> list[InsightsButton]:
    key = gap.keys[0]
    return [
        InsightsButton.of(InsightsPress(decision=HANDLED, days=days, key=key), "Handled"),
        InsightsButton.of(InsightsPress(decision=OUT_OF_SCOPE, days=days, key=key), "Out of scope"),
    ]


def _due(claims: Sequence[DueClaim], overdue: int) -> str:
    lines = [
        f"- {shortened(claim.text, CLAIM_SHOWN)}\n-# `{claim.topic}` · `{claim.section}` · "
        f"{'due since' if claim.is_overdue else 'due on'} {wording.day(claim.due)} · shown {claim.answers:,} times"
        for claim in claims
    ]
    return "\n".join([f"**Due for review**: {overdue} overdue", *lines])


def _title(topic_id: str, knowledge: Knowledge) -> str:
    topic = knowledge.present_topic(topic_id)
    return topic.title if topic is not None else topic_id


def _day(text: str) -> str:
    return wording.day(date.fromisoformat(text))
