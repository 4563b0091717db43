"""Takes the pictures in docs/images anew: ``python -m tests.screenshots``. Needs Chromium."""

import asyncio
import tempfile
from pathlib import Path

from tests.browser import open_page, photograph, type_command
from tests.test_trial import address_of
from tests.wire.discord import WireDiscord
from tests.wire.process import run_bot

IMAGES = Path(__file__).parents[1] / "docs" / "images"
PICTURES = {"/article5": "Key points", "/scenarios": "Key points"}


async def take_pictures() -> None:
    with tempfile.TemporaryDirectory() as folder:
        arguments = ("try", "--no-browser")
        async with (
            run_bot(WireDiscord(), Path(folder), arguments=arguments, ready=False) as bot,
            open_page(await address_of(bot), height=1500) as page,
        ):
            for command, text in PICTURES.items():
                await type_command(page, command)
                await page.get_by_text(text).last.wait_for()
                await page.wait_for_timeout(500)
                await photograph(page, text, IMAGES / f"{command[1:]}.png")


if __name__ == "__main__":
    asyncio.run(take_pictures())
