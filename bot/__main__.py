"""``natobot`` and ``python -m bot``."""

import sys
import time
from contextlib import suppress
from importlib import import_module
from os import environ
from threading import Thread

from bot import garbage


def main() -> None:
    """Run the command line."""
    # Looking for garbage among freshly imported modules is a sixth of the start. app.py turns it on again once the
    # bot is connected; other commands end before it would matter.
    garbage.leave_alone()
    # Pydantic looks for plugins among all installed packages before it validates anything; there are none for us.
    environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

    if sys.argv[1:] == ["run"]:  # how a bot is started for good: there is nothing to parse, so no parser is imported
        from bot.exits import leave_with

        leave_with(_run)

    from bot.cli import main as run

    run()


def _run() -> None:
    Thread(target=_import_beside_aiohttp, daemon=True).start()
    import aiohttp  # noqa: F401  first, so that the thread has something to do meanwhile

    from bot.process import run_bot
    from bot.settings import load_settings

    run_bot(load_settings(), allow_removals=False)


def _import_beside_aiohttp() -> None:
    """
    Import what validates data while aiohttp is imported.

    That reads the system's certificates twice (aiohttp/connector.py, 3.14), a tenth of the start, without holding the
    interpreter's lock. Beginning sooner would gain nothing: until then both would take turns.
    """
    for _ in range(5000):  # milliseconds; no import takes as long
        if "aiohttp.connector" in sys.modules:
            break
        time.sleep(0.001)
    with suppress(ImportError):  # which whoever needs it will tell
        import_module("bot.settings")
        import_module("bot.knowledge.models")


if __name__ == "__main__":
    main()
