"""The command line, in the process of the tests."""

import pytest

from bot.cli import main


def run(*arguments: str) -> int:
    """Run a command; return its exit status."""
    with pytest.raises(SystemExit) as stopped:
        main(list(arguments))
    return int(str(stopped.value.code or 0))
