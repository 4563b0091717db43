"""
The last sound edition as one file, so that an unchanged pack starts at once.

Reading and checking the YAML takes longer than connecting to Discord; the compiled file says that exactly these bytes
were found sound by this version. It is a cache: a missing, damaged or foreign one is passed over, and
``natobot check`` never looks at it.
"""

import logging
import os
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from bot import __version__
from bot.knowledge.fields import KNOWN_SOUND
from bot.knowledge.models import Knowledge

log = logging.getLogger(__name__)


def read_compiled(path: Path, fingerprint: str) -> Knowledge | None:
    """Return the edition in *path* if it was compiled by this version from files with this fingerprint."""
    try:
        header, _, content = path.read_bytes().partition(b"\n")
        if header != _header(fingerprint):
            return None
        return TypeAdapter(Knowledge).validate_json(content, context=KNOWN_SOUND)
    except (OSError, ValidationError) as error:
        log.debug("The compiled edition is not used: %s", error)
        return None


def write_compiled(path: Path, knowledge: Knowledge) -> None:
    """Keep *knowledge*, which was found sound, in *path*; where that is not possible the next start takes longer."""
    content = TypeAdapter(Knowledge).dump_json(knowledge, by_alias=True)
    draft = path.with_suffix(f".{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(_header(knowledge.fingerprint) + b"\n" + content)
        draft.replace(path)
    except OSError as error:
        log.debug("The edition could not be compiled: %s", error)


def _header(fingerprint: str) -> bytes:
    return f"natobot {__version__} {fingerprint}".encode()
