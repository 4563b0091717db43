"""A small Discord for each test."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.wire.discord import WireDiscord, open_discord


@pytest.fixture
async def discord() -> AsyncIterator[WireDiscord]:
    async with open_discord() as discord:
        yield discord
        assert discord.invalid == []


@pytest.fixture(autouse=True)
def restored_addresses() -> Iterator[None]:
    """discord.py keeps where Discord is for the whole process."""
    base, gateway = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    yield
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = base, gateway


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let these run one after the other where tests run side by side: some hold the bot to a second."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.xdist_group("wire"))
