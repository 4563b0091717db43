"""What remains of an answer where a server hides topics."""

from collections.abc import Collection
from dataclasses import replace

from bot.answers.models import Corrected, Found, Judged, Suggested, TopicHidden


def shown_here(judged: Judged, hidden: Collection[str]) -> Judged:
    """
    Return *judged* without the topics whose ids are *hidden*.

    Raises:
        TopicHidden: Nothing else remains.
    """
    if not hidden:
        return judged
    answer = judged.answer
    if isinstance(answer, Found | Corrected) and answer.topic.id in hidden:
        raise TopicHidden
    if isinstance(answer, Suggested):
        topics = tuple(topic for topic in answer.topics if topic.id not in hidden)
        if not topics:
            raise TopicHidden
        answer = Suggested(topics=topics)
    return replace(judged, answer=answer)
