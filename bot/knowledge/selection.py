"""An edition without the topics that a server hides."""

from collections import OrderedDict
from collections.abc import Collection
from dataclasses import replace

from bot.knowledge.models import Knowledge

REMEMBERED = 64  # selections; servers that hide the same topics share one. The longest unused is let go first


def without_topics(knowledge: Knowledge, hidden: Collection[str]) -> Knowledge:
    """
    Return *knowledge* without the topics whose ids are *hidden*: not listed, not found, not on the timeline.

    Words of the glossary stay. When nothing would be left, nothing is hidden.
    """
    hidden = frozenset(knowledge.topics.keys() & set(hidden))
    if not hidden or hidden == knowledge.topics.keys():
        return knowledge
    return replace(
        knowledge,
        topics={id_: topic for id_, topic in knowledge.topics.items() if id_ not in hidden},
        timeline=tuple(event for event in knowledge.timeline if event.topic not in hidden),
        hidden=hidden,
    )


class Selections:
    """Makes each selection of an edition once."""

    def __init__(self) -> None:
        self._made: OrderedDict[tuple[str, tuple[str, ...]], Knowledge] = OrderedDict()

    def of(self, knowledge: Knowledge, hidden: tuple[str, ...]) -> Knowledge:
        """Return what ``without_topics`` does."""
        if not hidden:
            return knowledge
        key = (knowledge.fingerprint, hidden)
        selection = self._made.get(key)
        if selection is None:
            selection = self._made[key] = without_topics(knowledge, hidden)
            if len(self._made) > REMEMBERED:
                self._made.popitem(last=False)
        self._made.move_to_end(key)
        return selection
