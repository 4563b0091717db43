"""``natobot`` and ``python -m bot``."""

import gc


def main() -> None:
    """Run the command line."""
    # Looking for garbage among freshly imported modules is a sixth of the start. app.py turns it on again once the
    # bot is connected; other commands end before it would matter.
    gc.disable()

    from bot.cli import main as run

    run()


if __name__ == "__main__":
    main()
