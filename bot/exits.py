"""
Exit statuses: 0 done or stopped, 1 a check failed or the input was wrong, 75 try again later, 78 a setting has to
change.

75 and 78 are EX_TEMPFAIL and EX_CONFIG of sysexits.h; a supervisor should start again after the one and not after the
other.
"""

import sys
from collections.abc import Callable
from typing import Any, NoReturn

from bot.errors import BotError, ConfigurationError, FileProblems, KnowledgeError, TryAgainLater

EXIT_FAILED, EXIT_TRY_AGAIN, EXIT_CONFIGURATION = 1, 75, 78


def leave_with(command: Callable[[], Any]) -> NoReturn:
    """Run *command* and end the process; one of our errors becomes one clear message and its status."""
    sys.exit(_status_of(command))


def _status_of(command: Callable[[], Any]) -> int:
    try:
        command()
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else EXIT_FAILED
    except KnowledgeError as error:
        return _fail(error, EXIT_FAILED, count=len(error.problems))
    except ConfigurationError as error:
        count = len(error.problems) if isinstance(error, FileProblems) else None
        return _fail(error, EXIT_CONFIGURATION, count=count)
    except TryAgainLater as error:
        return _fail(error, EXIT_TRY_AGAIN)
    except BotError as error:
        return _fail(error, EXIT_FAILED)
    except BrokenPipeError:  # the reader of our output has seen enough
        sys.stderr.close()
        return 0
    except Exception as error:  # noqa: BLE001  the outermost edge: Python itself would print secrets that are in its words
        return _fail_unexpectedly(error)
    return 0


def _fail_unexpectedly(error: Exception) -> int:
    """Print where a defect is, without tokens and passwords."""
    import traceback

    from bot.logs import redacted

    print(redacted("".join(traceback.format_exception(error))), file=sys.stderr, end="")
    return EXIT_FAILED


def _fail(error: BotError, status: int, *, count: int | None = None) -> int:
    print(f"natobot: {error}" if count is None else error, file=sys.stderr)
    if count is not None:
        print(f"natobot: {count} problem{'s' if count != 1 else ''} found.", file=sys.stderr)
    return status
