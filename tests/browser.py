"""A person at the trial page: Chromium, headless, driven as hands would."""

import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Page, async_playwright

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@asynccontextmanager
async def open_browser(*, width: int = 1100, height: int = 1000) -> AsyncIterator[Page]:
    """Yield an empty browser page."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(_QUIET))
        yield await browser.new_page(viewport={"width": width, "height": height})
        await browser.close()


@asynccontextmanager
async def open_page(url: str, *, width: int = 1100, height: int = 1000) -> AsyncIterator[Page]:
    """Yield a browser page at the trial's *url*."""
    async with open_browser(width=width, height=height) as page:
        await page.goto(url)
        await page.locator("#channel-composer-input").wait_for()
        yield page


async def type_command(page: Page, command: str, text: str = "") -> None:
    """Type a slash command, pick it from the list, type *text* into its first option and send it."""
    box = page.locator("#channel-composer-input")
    await box.click()
    await box.press_sequentially(command)
    await page.get_by_text(command, exact=True).first.wait_for()
    await page.keyboard.press("Enter")
    await page.get_by_text(re.compile("more|optional|section|private")).first.wait_for()
    if text:
        await page.keyboard.type(text)
        await page.wait_for_timeout(300)
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name=re.compile("send|run", re.IGNORECASE)).last.click()


async def act_as(page: Page, name: str) -> None:
    """Be another of the people in the page."""
    await page.get_by_label("Viewing as").select_option(label=name)
    await page.wait_for_timeout(500)


async def send_command(page: Page, command: str, answer: str) -> None:
    """Type a whole command that needs no options, send it and wait for a text of its answer."""
    box = page.locator("#channel-composer-input")
    await box.click()
    await box.press_sequentially(command)
    await page.wait_for_timeout(300)
    await page.keyboard.press("Enter")
    await page.wait_for_timeout(300)
    await page.get_by_role("button", name=re.compile("send|run", re.IGNORECASE)).last.click()
    await page.get_by_text(answer).last.wait_for()


async def choose(page: Page, menu: str, *options: str, apply: bool = False) -> None:
    """Choose in a menu of a message; one that takes several choices has to be applied."""
    await page.get_by_role("combobox", name=menu).last.click()
    for option in options:
        await page.get_by_role("option", name=option).click()
    if apply:
        await page.get_by_role("button", name="Apply").click()


async def photograph(page: Page, text: str, path: Path) -> None:
    """Take a picture of the message that holds *text*, with what belongs to it."""
    message = page.locator("article.channel-message").filter(has_text=text).last
    await message.scroll_into_view_if_needed()
    await message.screenshot(path=path)
