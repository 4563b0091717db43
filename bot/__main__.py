"""``natobot`` and ``python -m bot``."""

import gc
import sys


def main() -> None:
    """Run the command line."""
    # Looking for garbage among freshly imported modules is a sixth of the start. app.py turns it on again once the
    # bot is connected; other commands end before it would matter.
    gc.disable()

    if sys.argv[1:] == ["run"]:  # how a bot is started for good: there is nothing to parse, so no parser is imported
        from bot.exits import leave_with

        leave_with(_run)

    from bot.cli import main as run

    run()


def _run() -> None:
    from bot.process import run_bot
    from bot.settings import load_settings

    run_bot(load_settings(), allow_removals=False)


if __name__ == "__main__":
    main()
