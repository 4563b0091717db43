"""
Cards that are built once and sent often.

Building a card's components takes longer than all the rest of an answer; the same page looks the same for everybody but
for the id of its owner, which stands in the custom ids. So the finished components are kept, a number in its place.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

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
    """Keeps cards that were shown lately."""

    def __init__(self) -> None:
        self._made: OrderedDict[tuple[object, ...], _Template] = OrderedDict()

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
        template = self._made.get(key)
        if template is None:
            card = topic_card(found, knowledge, replace(reader, owner=_ANYBODY), note=note)
            template = self._made[key] = _Template.of(card.payload())
            if len(self._made) > KEPT:
                self._made.popitem(last=False)
        self._made.move_to_end(key)
        return PreparedCard(template.components(reader.owner))


@dataclass(frozen=True, slots=True)
class _Template:
    """A card's components: those that are the same for all, ``None`` for the others, and these as a JSON list."""

    shared: Sequence[dict[str, Any] | None]
    owned: bytes

    @classmethod
    def of(cls, components: Sequence[dict[str, Any]]) -> Self:
        names_owner = [_OWNER in orjson.dumps(component) for component in components]
        return cls(
            [None if names else component for component, names in zip(components, names_owner, strict=True)],
            orjson.dumps([component for component, names in zip(components, names_owner, strict=True) if names]),
        )

    def components(self, owner: int) -> list[dict[str, Any]]:
        owned = iter(orjson.loads(self.owned.replace(_OWNER, b":%d" % owner)))
        return [next(owned) if component is None else component for component in self.shared]
