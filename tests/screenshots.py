"""Takes the pictures in docs/images anew: ``python -m tests.screenshots``. Needs Chromium."""

import asyncio
import tempfile
from pathlib import Path

from playwright.async_api import Page

from bot.rendering.charts.drawing import draw
from bot.rendering.charts.trend import trend_spec
from tests.browser import act_as, choose, open_browser, open_page, photograph, send_command, type_command
from tests.review_rows import log_address, write_log
from tests.test_review import open_review
from tests.test_trial import address_of
from tests.wire.discord import WireDiscord
from tests.wire.process import run_bot

IMAGES = Path(__file__).parents[1] / "docs" / "images"
PANEL = "How the bot speaks in this server"
NOTE = "Please stay civil: rules are pinned. /scenarios is closed here during live events."
PICTURES = {  # file name: command, what is typed into its first option, a text of the answer
    "article5": ("/article5", "", "Key points"),
    "scenarios": ("/scenarios", "", "Key points"),
    "ask-found": ("/ask", "чи діє стаття 5 для України", "Article 5"),
    "ask-corrected": ("/ask", "Article 5 means every ally must send troops", "obliges each ally to help"),
    "ask-suggested": ("/ask", "can sum1 explain why 32 countries together cant help one", "Which of these"),
    "ask-not-found": ("/ask", "best pizza in kyiv", "I have no answer"),
}


REVIEW = ("popular", "gaps", "unsure", "helpful", "trends", "overdue")


def draw_example_trend() -> None:
    """Draw the picture of ``/insights`` from made-up figures."""
    days = [(f"2026-11-{day:02d}", 90 + 37 * day % 110, 2 + day % 9, 3 + 5 * day % 8) for day in range(1, 26)]
    spec = trend_spec(days, source="an example, not a real log")
    (IMAGES / "insights-trend.png").write_bytes(draw(spec))


async def take_review_pictures() -> None:
    """What docs/review.md shows: the front page, then each page over a small log."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        await write_log(log_address(folder))
        async with open_review(folder) as (_, root), open_browser(height=200) as page:
            await page.goto(root)
            await page.screenshot(path=IMAGES / "review-front.png", full_page=True)
            for which in REVIEW:
                await page.goto(f"{root}log/{which}")
                await page.screenshot(path=IMAGES / f"review-{which}.png", full_page=True)


async def take_pictures() -> None:
    with tempfile.TemporaryDirectory() as folder:
        arguments = ("try", "--no-browser")
        async with (
            run_bot(WireDiscord(), Path(folder), arguments=arguments, ready=False) as bot,
            open_page(await address_of(bot), height=1500) as page,
        ):
            await page.wait_for_timeout(2000)  # for the search to be ready
            await walk_through_settings(page)
            await act_as(page, "member")
            for name, (command, typed, text) in PICTURES.items():
                await type_command(page, command, typed)
                await page.get_by_text(text).last.wait_for()
                await page.wait_for_timeout(500)
                await photograph(page, text, IMAGES / f"{name}.png")


async def walk_through_settings(page: Page) -> None:
    """What docs/admins.md shows: an admin sets up a server; at the end everything is as before."""
    await act_as(page, "admin")
    await send_command(page, "/settings panel", PANEL)
    await photograph(page, PANEL, IMAGES / "settings-panel.png")
    await choose(page, "Who sees answers", "Only the person who asked sees answers")
    await saved(page, "Answers in this server")
    await choose(page, "Always public in…", "news", apply=True)
    await saved(page, "Channels with public answers")
    await choose(page, "Write, change or remove a note…", "Above every answer")
    await page.get_by_role("dialog").get_by_role("textbox").fill(NOTE)
    await page.wait_for_timeout(300)
    await page.get_by_role("dialog").screenshot(path=IMAGES / "settings-note.png")
    await page.get_by_role("button", name="Submit").click()
    await saved(page, "Note above every answer")
    await choose(page, "Hide topics…", "Scenarios and outlook", apply=True)
    await saved(page, "Hidden topics")
    await photograph(page, PANEL, IMAGES / "settings-changed.png")
    await send_command(page, "/article5", "Key points")
    await photograph(page, "Key points", IMAGES / "settings-answer.png")
    await send_command(page, "/settings check", "What to look at")
    await photograph(page, "What to look at", IMAGES / "settings-check.png")
    await send_command(page, "/settings history", "newest first")
    await photograph(page, "newest first", IMAGES / "settings-history.png")
    await send_command(page, "/settings reset", "This would change")
    await photograph(page, "This would change", IMAGES / "settings-reset.png")
    await page.get_by_role("button", name="Reset everything").click()
    await page.get_by_text("Saved.", exact=True).last.wait_for()


async def saved(page: Page, what: str) -> None:
    await page.get_by_text(f"Saved. {what}").last.wait_for()
    await page.wait_for_timeout(300)


if __name__ == "__main__":
    draw_example_trend()
    asyncio.run(take_review_pictures())
    asyncio.run(take_pictures())
