"""
Cards that are built once and sent often.

Building a card's components takes longer than all the rest of an answer; the same page looks the same for everybody but
for the id of its owner, which stands in the custom ids. So the finished components are kept, a number in its place.
"""

from collections import OrderedDict
from contextvars import ContextVar
from dataclasses import replace
from typing import Any

import orjson

from bot.answers.models import Found
from bot.knowledge.models import Knowledge
from bot.rendering.cards import topic_card
from bot.rendering.components import Card, Reader

KEPT = 1000  # cards, about 4 KiB each; the longest unused goes first
_ANYBODY = 9_007_199_254_740_881  # stands for the owner; no id of Discord's, which are longer since 2015
_OWNER = b":%d" % _ANYBODY  # as it stands in custom ids

Component = dict[str, Any]


class JsonComponents(list[Component]):
    """
    Components as the JSON that they become; an empty list to whoever does not know them.

    Making a card's components of kept JSON, only to make JSON of them again, was a tenth of what an answer costs.
    """

    def __init__(self, json: bytes) -> None:
        super().__init__()
        self.json = json


_takes_json: ContextVar[bool] = ContextVar("takes_json", default=False)


def take_json() -> None:
    """Let prepared cards have ``JsonComponents`` in this context, and in tasks started in it: it uses ``encode``."""
    _takes_json.set(True)


def encode(payload: Any) -> bytes:
    """Return *payload* as JSON, whether or not it has ``JsonComponents`` in it."""
    return orjson.dumps(payload, default=_fragment, option=orjson.OPT_PASSTHROUGH_SUBCLASS)


def _fragment(value: Any) -> Any:
    if isinstance(value, JsonComponents):
        return orjson.Fragment(value.json)
    return orjson.Fragment(orjson.dumps(value))  # of another kind that is made of a plain one


class PreparedCard(Card):
    """
    A card whose payload is there already.

    discord.py asks a view that is finished for what stands here and no more, so making its inside is left out
    (``tests/delivery/test_discordpy_contract.py``).
    """

    def __init__(self, json: bytes) -> None:
        self._json = json

    def to_components(self) -> list[Component]:
        return JsonComponents(self._json) if _takes_json.get() else orjson.loads(self._json)

    def has_components_v2(self) -> bool:
        return True


class PreparedCards:
    """Keeps cards that were shown lately."""

    def __init__(self) -> None:
        self._made: OrderedDict[tuple[object, ...], bytes] = OrderedDict()  # components as JSON

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
        made = self._made.get(key)
        if made is None:
            card = topic_card(found, knowledge, replace(reader, owner=_ANYBODY), note=note)
            made = self._made[key] = orjson.dumps(card.payload())
            if len(self._made) > KEPT:
                self._made.popitem(last=False)
        self._made.move_to_end(key)
        return PreparedCard(made.replace(_OWNER, b":%d" % reader.owner))
