"""
As many connections to the gateway as Discord recommends, in one process.

Discord spreads the servers of a bot over its connections, called shards, and wants more of them the more servers there
are; above 2,500 servers a connection it refuses the session
(https://docs.discord.com/developers/events/gateway#sharding). Each connection lives for itself: one that is lost says
nothing about the others. All belong to one client, as an interaction says everything about its server.
"""

import asyncio
import logging
from dataclasses import dataclass

from bot.delivery.client import BotClient
from bot.delivery.connection import Connection, Pace, ShardsRefused
from bot.delivery.identifies import IdentifyGuard, OtherShards, Shard
from bot.errors import BotError, ConfigurationError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Plan:
    """How many connections there are to be, and how many of them may be begun at a time."""

    count: int
    at_once: int


async def stay_connected(client: BotClient, guard: IdentifyGuard, *, patience: float, pace: Pace) -> None:
    """
    Keep all of the client's connections until it is closed or stops.

    *patience* is for each connection to be there for the first time, in seconds, beside waiting for its turn.

    Raises:
        ConfigurationError: Discord refuses the bot for a reason that an operator has to change.
        TryAgainLater: The bot could not be connected within the patience, or may not sign in for now.
    """
    plan = _Plan(count=1, at_once=1)
    refused = 0  # shards that were too few
    while True:
        try:
            await _keep(plan, client, guard, patience=patience, pace=pace)
            return
        except OtherShards as other:
            plan = _Plan(count=other.start.shards, at_once=other.start.max_concurrency)
            log.info("Discord recommends %d connections; %d are begun at a time.", plan.count, plan.at_once)
        except ShardsRefused:
            if refused >= plan.count:
                raise ConfigurationError(
                    f"Discord refuses {plan.count} connections as too few and recommends no more. Start the bot again "
                    "in a few minutes; if that does not help, let Discord post instead (delivery.mode: http)."
                ) from None
            refused = plan.count
            guard.forget_advice()
            log.warning("Discord asks for more connections than %d; asking how many.", plan.count)


async def _keep(plan: _Plan, client: BotClient, guard: IdentifyGuard, *, patience: float, pace: Pace) -> None:
    client._connection.shard_count = plan.count
    links = client.link.begin(plan.count)
    try:
        async with asyncio.TaskGroup() as group:
            for number, link in enumerate(links):
                turn = guard.spacing * (number // plan.at_once)
                connection = Connection(
                    client, Shard(number, plan.count), link, guard, patience=patience + turn, pace=pace
                )
                link.task = group.create_task(connection.run(), name=f"shard-{number}")
    except BaseExceptionGroup as failures:  # one ended all; the first says why
        raise _first(failures) from None


def _first(failures: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return what an operator has to know of, should several connections have ended at once."""
    told, _ = failures.split(BotError)
    failure = (told or failures).exceptions[0]
    return _first(failure) if isinstance(failure, BaseExceptionGroup) else failure
