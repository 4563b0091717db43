"""Takes the pictures in docs/images anew: ``python -m tests.screenshots``. Needs Chromium."""

import asyncio
import tempfile
from pathlib import Path

from tests.browser import open_page, photograph, type_command
from tests.test_trial import address_of
from tests.wire.discord import WireDiscord
from tests.wire.process import run_bot

IMAGES = Path(__file__).parents[1] / "docs" / "images"
PICTURES = {  # file name: command, what is typed into its first option, a text of the answer
    "article5": ("/article5", "", "Key points"),
    "scenarios": ("/scenarios", "", "Key points"),
    "ask-found": ("/ask", "чи діє стаття 5 для України", "Article 5"),
    "ask-corrected": ("/ask", "Article 5 means every ally must send troops", "obliges each ally to help"),
    "ask-suggested": ("/ask", "can sum1 explain why 32 countries together cant help one", "Which of these"),
    "ask-not-found": ("/ask", "best pizza in kyiv", "I have no answer"),
}


async def take_pictures() -> None:
    with tempfile.TemporaryDirectory() as folder:
        arguments = ("try", "--no-browser")
        async with (
            run_bot(WireDiscord(), Path(folder), arguments=arguments, ready=False) as bot,
            open_page(await address_of(bot), height=1500) as page,
        ):
            await page.wait_for_timeout(2000)  # for the search to be ready
            for name, (command, typed, text) in PICTURES.items():
                await type_command(page, command, typed)
                await page.get_by_text(text).last.wait_for()
                await page.wait_for_timeout(500)
                await photograph(page, text, IMAGES / f"{name}.png")


if __name__ == "__main__":
    asyncio.run(take_pictures())
