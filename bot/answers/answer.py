"""
Question in anyone's words -> outcome.

A wrong answer is worse than none: where it is not sure, it asks or abstains.
"""

from bot.answers.models import OVERVIEW, Answer, Corrected, Found, Judged, NotFound, Suggested
from bot.answers.search import Reading, Search
from bot.knowledge.models import Topic

# Chosen on the comparison set (docs/search.md); tests/golden holds what they achieve.
OUTSIDE_FROM = 0.55  # probability of “none of the topics” above which there is no answer
SURE_FROM = 0.55  # probability of the likeliest topic below which the person is asked
SUGGESTED_FROM = 0.08  # probability from which a topic is worth suggesting
SAID_FROM = 0.55  # likeness to a misconception from which that is taken to be what was said
SECTION_FROM = 0.13  # likeness to a section from which it may be opened …
SECTION_LEAD = 1.25  # … if it is this many times the likeness of the next
MAX_SUGGESTIONS = 3


def answer(question: str, search: Search) -> Judged:
    """Return what the edition of *search* has to say about *question*."""
    reading = search.read(question)
    ranked = [guess.topic for guess in reading.topics[:MAX_SUGGESTIONS]]
    return Judged(
        answer=_outcome(reading, search),
        score=round(reading.surest, 4),
        ranked=tuple(ranked),
        language=reading.language,
    )


def topics_touched(text: str, search: Search) -> tuple[Judged, tuple[Topic, ...]]:
    """Return how a longer text, such as a chat message, is judged, and the topics that speak to it, likeliest first."""
    judged = answer(text, search)
    match judged.answer:
        case NotFound():
            return judged, ()
        case Found(topic=topic) | Corrected(topic=topic):
            reading = search.read(text)
            others = (guess.topic for guess in reading.topics[1:MAX_SUGGESTIONS] if guess.probability >= SUGGESTED_FROM)
            return judged, (topic, *(search.knowledge.topics[id_] for id_ in others))
        case Suggested(topics=topics):
            return judged, topics


def _outcome(reading: Reading, search: Search) -> Answer:
    if not reading.topics or reading.outside > OUTSIDE_FROM:
        return NotFound()
    topics = search.knowledge.topics
    topic = topics[reading.topics[0].topic]
    said = search.misconceptions(topic, reading)
    if said and said[0].score >= SAID_FROM:
        return Corrected(topic=topic, misconception=said[0].item)
    if reading.surest < SURE_FROM:
        near = [guess for guess in reading.topics[:MAX_SUGGESTIONS] if guess.probability >= SUGGESTED_FROM]
        return Suggested(topics=tuple(topics[guess.topic] for guess in near)) if near else NotFound()
    return Found(topic=topic, page=_page(topic, reading, search))


def _page(topic: Topic, reading: Reading, search: Search) -> str:
    """Return the section that fits the question clearly best, else the overview."""
    best, *rest = search.sections(topic, reading)
    leads = not rest or best.score >= SECTION_LEAD * rest[0].score
    return best.item if best.score >= SECTION_FROM and leads else OVERVIEW
