"""The whole bot without a network: payloads go in, replies are caught."""

import asyncio
import copy
import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
from discord.webhook.async_ import AsyncWebhookAdapter, async_context

from benchmarks.answering import as_if_connected
from bot.app import Bot, open_bot
from tests.conftest import settings_for
from tests.wire.discord import message_of

NO_LIMITS = {"per_person": 0, "per_server": 0, "in_total": 0, "in_flight": 0}


class Caught(AsyncWebhookAdapter):
    """Takes replies and what follows them where they would go to the network."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # of discord.py
        self.replies: Counter[int] = Counter()
        self.texts: list[str] = []

    async def create_interaction_response(self, interaction_id: int, token: str, **arguments: Any) -> Any:
        self.replies[interaction_id] += 1
        self.texts.append(orjson.dumps(arguments["params"].payload).decode())
        return {"interaction": {"id": str(interaction_id), "type": 2}}

    async def request(self, route: Any, session: Any, **arguments: Any) -> Any:
        if arguments.get("payload") is not None:
            self.texts.append(orjson.dumps(arguments["payload"]).decode())
        return message_of({})


class BotUnderFire:
    """A bot in an event loop of its own."""

    def __init__(self, runner: asyncio.Runner, bot: Bot) -> None:
        self._runner = runner
        self._bot = bot
        self._ids = itertools.count(1)
        self.stray: list[Mapping[str, Any]] = []  # what reached the loop instead of whoever should have handled it

    def answer(self, payloads: Sequence[Mapping[str, Any]]) -> Caught:
        """Hand over *payloads*, each as its own interaction; return the replies once all are finished."""
        return self._runner.run(self._answer(payloads))

    async def _answer(self, payloads: Sequence[Mapping[str, Any]]) -> Caught:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: self.stray.append(context))
        caught = Caught()
        async_context.set(caught)
        receive = self._bot.client._connection.parsers["INTERACTION_CREATE"]
        for payload in payloads:
            receive(payload)
        assert await self._bot.client.drain(20) == 0
        await asyncio.sleep(0)
        return caught

    @property
    def unanswerable(self) -> int:
        """How many interactions were counted as saying not whom to answer."""
        return sum(self._bot.client.counts.failed.values())

    @property
    def log_problem(self) -> str | None:
        """Why rows cannot be stored; one that no database can hold would keep out all others."""
        return self._bot.query_log.state.failing

    def numbered(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Return *payload* as an interaction that was not there before."""
        return {**copy.deepcopy(dict(payload)), "id": str(next(self._ids))}


@contextmanager
def bot_under_fire(folder: Path) -> Iterator[BotUnderFire]:
    """Open a bot as if it were connected."""
    with asyncio.Runner() as runner:
        opening = open_bot(settings_for(folder, delivery=NO_LIMITS), command_sync=None)
        bot = runner.run(opening.__aenter__())
        try:
            runner.run(_connect(bot))
            yield BotUnderFire(runner, bot)
        finally:
            runner.run(opening.__aexit__(None, None, None))


async def _connect(bot: Bot) -> None:
    as_if_connected(bot.client)
    async with asyncio.timeout(30):
        while bot.index.edition is None:
            await asyncio.sleep(0.01)
