"""Whether an interaction comes by the gateway or over HTTP, the reply is the same."""

import asyncio
import json
import re
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.rendering import wording
from bot.rendering.custom_ids import Action
from bot.rendering.panel_ids import PanelAction
from tests.wire.discord import WireDiscord, interaction_of, open_discord
from tests.wire.posting import Poster, run_http_bot
from tests.wire.process import run_bot
from tests.wire.recorded import (
    COMMAND,
    SETTINGS_FILE,
    Recorded,
    of_cards,
    of_commands,
    of_maintainers,
    of_panels,
    of_places,
    of_questions,
    of_strangers,
)

PATIENCE = 30.0  # seconds for a reply and for what follows it; the machine may be busy
MODAL = 9
MAINTAINERS: dict[str, Any] = {"BOT__INSIGHTS__SERVER": "500", "BOT__INSIGHTS__USERS": "700"}
UNCOUNTED = {"member": {"user": {"id": "999", "username": "other", "discriminator": "0", "avatar": None}, "roles": []}}


@dataclass(frozen=True, slots=True)
class Replies:
    """What a bot sent: the reply, and what it became where something followed it."""

    first: Mapping[str, Any]
    later: Mapping[str, Any] | None

    def words(self) -> str:
        """Return them as text, without the moments that a clock wrote into them."""
        return re.sub(r"<t:\d+", "<t:0", json.dumps([self.first, self.later], ensure_ascii=False, indent=1))


def is_followed(reply: Mapping[str, Any], recorded: Recorded) -> bool:
    """Return whether something follows *reply*: an announced message, or a picture that is being drawn."""
    if reply["type"] in (5, 6):
        return ":del:" not in recorded.name  # there the message goes, and nothing comes
    return wording.PICTURE_FOLLOWS in json.dumps(reply, ensure_ascii=False)


@dataclass(slots=True)
class BothWays:
    """A bot on the gateway and one over HTTP, each with a Discord of its own."""

    by_gateway: WireDiscord
    by_http: WireDiscord
    poster: Poster

    async def replies_to(self, recorded: Recorded) -> tuple[Replies, Replies]:
        """Send *recorded* both ways, with the same ids; return what either bot sent."""
        id_ = await self.by_gateway.interact(recorded.type, recorded.data, **recorded.extra)
        payload = {**interaction_of(id_, recorded.type, recorded.data), **recorded.extra}
        answer = await self.poster.post(payload)
        if answer.status == 202:
            async with asyncio.timeout(PATIENCE):
                while (reply := reply_in(self.by_http, id_)) is None:
                    await asyncio.sleep(0.01)
        else:
            reply = answer.reply()
        first = await self.by_gateway.answer_to(id_, within=PATIENCE)
        return (
            await whole(self.by_gateway, id_, first, recorded),
            await whole(self.by_http, id_, reply, recorded),
        )


def reply_in(discord: WireDiscord, interaction_id: int) -> dict[str, Any] | None:
    return next((reply.payload for reply in discord.callbacks if reply.interaction_id == interaction_id), None)


async def whole(discord: WireDiscord, interaction_id: int, first: Mapping[str, Any], recorded: Recorded) -> Replies:
    followed = is_followed(first, recorded)
    return Replies(first, await discord.edit_of(interaction_id, within=PATIENCE) if followed else None)


@asynccontextmanager
async def both_ways(folder: Path) -> AsyncIterator[BothWays]:
    """Run both bots, with the same key for pseudonyms, until both know their commands, their search and their log."""
    one, other = folder / "gateway", folder / "http"
    async with open_discord() as by_gateway, open_discord() as by_http, run_bot(by_gateway, one, **MAINTAINERS):
        by_gateway.file = SETTINGS_FILE
        (other / "data").mkdir(parents=True)
        shutil.copy(one / "data" / "pseudonyms.key", other / "data")
        async with run_http_bot(by_http, other, **MAINTAINERS) as (_, poster):
            bots = BothWays(by_gateway, by_http, poster)
            async with asyncio.timeout(PATIENCE):
                await asyncio.gather(by_gateway.written.wait(), by_http.written.wait())
                await until_ready(bots)
            yield bots
        assert by_gateway.invalid == []
        assert by_http.invalid == []


async def until_ready(bots: BothWays) -> None:
    """Ask as somebody who is not counted, until both have their search; opting out waits for the log."""
    leaving = {"name": "opt-out", "type": 1, "options": []}
    data = {"id": "900", "name": "privacy", "type": 1, "options": [leaving]}
    await bots.replies_to(Recorded(name="", type=COMMAND, data=data, extra=UNCOUNTED))
    question = {"name": "question", "type": 3, "value": "does article 5 cover ukraine"}
    data = {"id": "900", "name": "ask", "type": 1, "options": [question]}
    asked = Recorded(name="", type=COMMAND, data=data, extra=UNCOUNTED)
    while any(wording.SEARCH_NOT_READY in replies.words() for replies in await bots.replies_to(asked)):
        await asyncio.sleep(0.05)


async def test_both_ways_in_give_the_same_replies(tmp_path: Path) -> None:
    """Every command, option, component and form gives the same payloads, and none is left out here."""
    kinds: set[int] = set()
    async with both_ways(tmp_path) as bots:
        commands = bots.by_gateway.commands
        edition = re.findall(r"\d{4}-\d\d-\d\d-[0-9a-f]{8}", await overview(bots))[0]
        cards, panels = of_cards(edition), of_panels()
        sent = [
            *of_commands(commands, bots.by_gateway.file_url),
            *of_questions(),
            *of_places(),
            *(recorded for some in (*cards.values(), *panels.values()) for recorded in some),
            *of_maintainers(),
            *of_strangers(),
        ]
        for recorded in sent:
            by_gateway, by_http = await bots.replies_to(recorded)
            assert by_http.words() == by_gateway.words(), recorded.name
            kinds.add(by_gateway.first["type"])

    assert len(commands) > 20
    assert bots.by_http.commands == commands
    assert set(cards) == set(Action)
    assert set(panels) == set(PanelAction)
    assert kinds == {4, 5, 6, 7, 8, MODAL}


async def overview(bots: BothWays) -> str:
    """Return a card as text."""
    data = {"id": "900", "name": "article5", "type": 1, "options": []}
    replies, _ = await bots.replies_to(Recorded(name="", type=COMMAND, data=data))
    return replies.words()
