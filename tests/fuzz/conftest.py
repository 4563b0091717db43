"""One bot for all of a module's cases."""

import logging
from collections.abc import Iterator

import pytest

from tests.fuzz.bot_under_fire import BotUnderFire, bot_under_fire


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BotUnderFire]:
    logging.disable()  # thousands of tracebacks say nothing to whoever reads the result
    try:
        with bot_under_fire(tmp_path_factory.mktemp("fuzz")) as bot:
            yield bot
    finally:
        logging.disable(logging.NOTSET)
        logging.getLogger("bot.departures").disabled = False  # which a bot without a network silences
