"""News of an edition -> the card that servers get which asked for it."""

from collections.abc import Iterator, Sequence

from bot.knowledge.content import TopicContent
from bot.knowledge.differences import EditionDifference
from bot.rendering import wording
from bot.rendering.components import Card, CardButton
from bot.rendering.custom_ids import Action, Press
from bot.rendering.limits import ROW_LIMIT
from bot.rendering.news_text import MARKDOWN, Citations, selection_of, topic_texts

BUTTONS = 25  # with their rows, the text and the container 36 of Discord's 40 components


def news_card(difference: EditionDifference) -> Card:
    """
    What changed, the most important first, with buttons that open the topics for whoever presses them.

    What has no room is counted. A difference that is not news makes a card that says nothing; do not send it.
    """
    selection = selection_of(difference)
    citations = Citations(difference.after.sources, MARKDOWN)
    closing = wording.news_closing(omitted=selection.omitted, compared_with=difference.before.published)
    body = "\n\n".join(topic_texts(selection, citations, MARKDOWN))
    return Card(
        f"## {wording.news_title(difference.after.published)}",
        *([body] if body else []),  # Discord refuses an empty text
        f"-# {closing}",
        rows=tuple(_rows(selection.to_open[:BUTTONS])),
    )


def _rows(topics: Sequence[TopicContent]) -> Iterator[list[CardButton]]:
    for start in range(0, len(topics), ROW_LIMIT):
        yield [
            CardButton.of(Press(action=Action.TOPIC, topic=topic.id), topic.title)
            for topic in topics[start : start + ROW_LIMIT]
        ]
