"""Outcome -> plain text for a terminal. The same answers as the cards, without Discord."""

from collections.abc import Iterator
from datetime import date

from bot.answers.models import OVERVIEW, Found
from bot.knowledge.differences import EditionDifference
from bot.knowledge.models import MISCONCEPTIONS, Claim, Knowledge
from bot.rendering import wording
from bot.rendering.news_text import PLAIN, Citations, selection_of, topic_texts


def answer_lines(found: Found, knowledge: Knowledge, *, today: date) -> Iterator[str]:
    """Yield the lines of an answer: claims with kind, day and numbered sources, then the sources."""
    topic = found.topic
    order: dict[str, int] = {}

    def numbers(source_ids: tuple[str, ...]) -> str:
        return "".join(f"[{order.setdefault(id_, len(order) + 1)}]" for id_ in source_ids)

    def claim_line(claim: Claim) -> str:
        review_day = knowledge.review_day(claim)
        late = f"; {wording.overdue(review_day)}" if today > review_day else ""
        return f"- {claim.text} ({wording.kind_and_day(claim)}{late}) {numbers(claim.sources)}"

    if redirection := wording.redirection(found):
        yield redirection
        yield ""
    title = topic.page_titles.get(found.page)
    yield f"{topic.title}: {title}" if title else topic.title
    yield ""
    if found.page == MISCONCEPTIONS:
        for item in topic.misconceptions:
            yield f"“{item.says}”"
            yield f"  {item.answer} {numbers(item.sources)}"
    elif found.page == OVERVIEW:
        yield topic.summary
        yield ""
        for section in topic.sections:
            yield f"{section.title} ({section.id})"
            yield claim_line(section.claims[0])
    else:
        yield from (claim_line(claim) for claim in topic.claims_of(found.page))
    yield ""
    for source_id, number in order.items():
        source = knowledge.sources[source_id]
        yield f"[{number}] {source.publisher}: {source.title}. {source.url}"
    yield ""
    yield f"Edition {knowledge.edition}, research to {wording.day(knowledge.pack.reviewed)}"


def news_lines(difference: EditionDifference) -> Iterator[str]:
    """Yield the lines of an edition's news, as its message would tell them, then the sources."""
    selection = selection_of(difference)
    sources = difference.after.sources
    citations = Citations(sources, PLAIN)
    yield wording.news_title(difference.after.published)
    for text in topic_texts(selection, citations, PLAIN):
        yield ""
        yield from text.splitlines()
    if citations.order:
        yield ""
    for source_id, number in citations.order.items():
        source = sources[source_id]
        yield f"[{number}] {source.publisher}: {source.title}. {source.url}"
    yield ""
    yield wording.news_closing(omitted=selection.omitted, compared_with=difference.before.published)
