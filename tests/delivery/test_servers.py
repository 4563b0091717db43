"""The list of servers the bot is in, as Discord gives it."""

import pytest

from bot.delivery.servers import list_servers
from bot.departures import ServersUnknown
from tests.conftest import World


async def test_the_list_has_the_servers_the_bot_is_in(world: World) -> None:
    """A server that is joined is in the list, one that is left is not."""
    joined = world.env.create_guild(name="Another")
    both = await list_servers(world.bot.client)
    world.env.backend.remove_guild(joined.id)

    assert both == {world.guild.id, joined.id}
    assert await list_servers(world.bot.client) == {world.guild.id}


async def test_a_list_of_several_pages_is_whole(world: World) -> None:
    """Discord gives 200 servers at a time; the bot asks until it has all."""
    created = {world.env.create_guild(name=f"Server {number}").id for number in range(205)}

    assert await list_servers(world.bot.client) == created | {world.guild.id}


async def test_a_list_that_breaks_off_is_no_list(world: World) -> None:
    """When Discord refuses a page there is an error rather than a part of the servers."""
    world.env.inject_error("GET", "/users/@me/guilds", status=403, code=50001, times=1)

    with pytest.raises(ServersUnknown, match="Discord did not give it: Forbidden"):
        await list_servers(world.bot.client)
