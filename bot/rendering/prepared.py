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

from bot.answers.models import Figures, Found, FoundChart
from bot.knowledge.models import Knowledge
from bot.rendering.cards import topic_card
from bot.rendering.components import Card, Gallery, Reader
from bot.rendering.figure_cards import figures_card

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

    def __init__(self, json: bytes, gallery: Gallery | None = None) -> None:
        self._json = json
        self.gallery = gallery

    def to_components(self) -> list[Component]:
        # Beside files discord.py writes the payload itself.
        takes_json = _takes_json.get() and self.gallery is None
        return JsonComponents(self._json) if takes_json else orjson.loads(self._json)

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
        moved_from = found.moved_from.id if found.moved_from else None
        key = (
            knowledge.fingerprint,
            knowledge.hidden,
            found.topic.id,
            found.page,
            found.page_is_gone,
            moved_from,
            note,
            _looks(found.topic.id, reader),
        )
        made = self._made.get(key)
        if made is None:
            made = self._make(key, topic_card(found, knowledge, _anybody(reader), note=note))
        return PreparedCard(self._for_owner(key, made, reader))

    def figures_card(
        self,
        found: Figures,
        knowledge: Knowledge,
        reader: Reader,
        *,
        gallery: Gallery | None = None,
        note: str | None = None,
    ) -> Card:
        """Return what ``bot.rendering.figure_cards.figures_card`` does, to the byte."""
        row_above = found.row.page if isinstance(found, FoundChart) and found.row is not None else None
        key = (
            knowledge.fingerprint,
            knowledge.hidden,
            found.topic.id,
            found.page,
            row_above,
            gallery.alt if gallery is not None else None,
            note,
            _looks(found.topic.id, reader),
        )
        made = self._made.get(key)
        if made is None:
            made = self._make(key, figures_card(found, knowledge, _anybody(reader), gallery=gallery, note=note))
        return PreparedCard(self._for_owner(key, made, reader), gallery)

    def _make(self, key: tuple[object, ...], card: Card) -> bytes:
        made = self._made[key] = orjson.dumps(card.payload())
        if len(self._made) > KEPT:
            self._made.popitem(last=False)
        return made

    def _for_owner(self, key: tuple[object, ...], made: bytes, reader: Reader) -> bytes:
        self._made.move_to_end(key)
        return made.replace(_OWNER, b":%d" % reader.owner)


def _anybody(reader: Reader) -> Reader:
    return replace(reader, owner=_ANYBODY)


def _looks(topic_id: str, reader: Reader) -> tuple[object, ...]:
    """Return all that a card shows of its reader but who it is."""
    return (reader.private, reader.today, reader.may_share, reader.language, *reader.above(topic_id))
