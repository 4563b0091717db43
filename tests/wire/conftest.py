"""A small Discord for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.wire.discord import WireDiscord, open_discord


@pytest.fixture
async def discord() -> AsyncIterator[WireDiscord]:
    async with open_discord() as discord:
        yield discord
        assert discord.invalid == []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let these run one after the other where tests run side by side: some hold the bot to a second."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.xdist_group("wire"))
