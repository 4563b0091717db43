"""A small Discord for each test."""

from collections.abc import AsyncIterator

import pytest

from tests.wire.discord import WireDiscord, open_discord


@pytest.fixture
async def discord() -> AsyncIterator[WireDiscord]:
    async with open_discord() as discord:
        yield discord
        assert discord.invalid == []
