"""
Cards that are built once and sent often.

Building a card's components takes longer than all the rest of an answer; the same page looks the same for everybody but
for the id of its owner, which stands in the custom ids. So the finished payload is kept, with a number in its place.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import orjson

from bot.answers.models import Found
from bot.knowledge.models import Knowledge
from bot.rendering.cards import topic_card
from bot.rendering.components import Card, Reader

KEPT = 1000  # cards, about 8 KiB each; the longest unused goes first
_ANYBODY = 9_007_199_254_740_881  # stands for the owner; no id of Discord's, which are longer since 2015
_OWNER = b":%d" % _ANYBODY  # as it stands in custom ids


class PreparedCard(Card):
    """
    A card whose payload is there already.

    discord.py asks a view that is finished for what stands here and no more, so making its inside is left out
    (``tests/delivery/test_discordpy_contract.py``).
    """

    def __init__(self, components: list[dict[str, Any]]) -> None:
        self._components = components

    def to_components(self) -> list[dict[str, Any]]:
        return self._components

    def has_components_v2(self) -> bool:
        return True


class PreparedCards:
    """Keeps the components of cards that were shown lately: as text where the owner has a place in them."""

    def __init__(self) -> None:
        self._made: OrderedDict[tuple[object, ...], Sequence[bytes | dict[str, Any]]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._made)

    def topic_card(self, found: Found, knowledge: Knowledge, reader: Reader, *, note: str | None = None) -> Card:
        """Return what ``bot.rendering.cards.topic_card`` does, to the byte."""
        looks = (reader.private, reader.today, reader.may_share, reader.language, *reader.above(found.topic.id))
        moved_from = found.moved_from.id if found.moved_from else None
        key = (
            knowledge.fingerprint,
            knowledge.hidden,
            found.topic.id,
            found.page,
            found.page_is_gone,
            moved_from,
            note,
            looks,
        )
        parts = self._made.get(key)
        if parts is None:
            card = topic_card(found, knowledge, replace(reader, owner=_ANYBODY), note=note)
            parts = self._made[key] = [_prepared(component) for component in card.payload()]
            if len(self._made) > KEPT:
                self._made.popitem(last=False)
        self._made.move_to_end(key)
        owner = b":%d" % reader.owner
        return PreparedCard(
            [part if isinstance(part, dict) else orjson.loads(part.replace(_OWNER, owner)) for part in parts]
        )


def _prepared(component: dict[str, Any]) -> bytes | dict[str, Any]:
    text = orjson.dumps(component)
    return text if _OWNER in text else component
