"""What the search learns from: texts of the pack, each with the topic it is about, or none."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.knowledge.models import Knowledge, Wordings

OUTSIDE = ""  # stands for “about none of the topics”


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A text as somebody might type it, and where it belongs."""

    text: str
    topic: str  # a topic's id, or OUTSIDE


def examples_of(knowledge: Knowledge, wordings: Mapping[str, Wordings]) -> Iterator[Example]:
    """Yield every example of the pack and of its *wordings* in other languages, in a fixed order."""
    for topic in knowledge.topics.values():
        texts = [topic.title, topic.command.description, *topic.aliases, *topic.asks]
        texts += [section.title for section in topic.sections]
        texts += [item.says for item in topic.misconceptions]
        yield from (Example(text=text, topic=topic.id) for text in texts)
    for group in knowledge.out_of_scope:
        yield from (Example(text=text, topic=OUTSIDE) for text in group.asks)
    for _, wording in sorted(wordings.items()):
        for topic_id, asks in wording.asks.items():
            yield from (Example(text=text, topic=topic_id) for text in asks)
        for asks in wording.out_of_scope.values():
            yield from (Example(text=text, topic=OUTSIDE) for text in asks)


def digest_of(examples: list[Example]) -> str:
    """Return what identifies a list of examples: 16 hexadecimal digits."""
    digest = hashlib.sha256()
    for example in examples:
        digest.update(f"{example.topic}\0{example.text}\0".encode())
    return digest.hexdigest()[:16]
