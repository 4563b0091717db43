"""Turns user ids into keys that tell people apart without naming them."""

import hashlib
import hmac
import logging
import secrets
from collections.abc import Sequence
from functools import lru_cache, partial
from pathlib import Path

from bot.errors import ConfigurationError

log = logging.getLogger(__name__)

KEY_BYTES = 32
KEPT = 5_000  # pseudonyms, about 1 MiB: who asks something often asks again, and presses buttons


class Pseudonyms:
    """HMAC-SHA-256 of user ids under a secret key; older keys are kept to find, and forget, older rows."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        """*keys* are newest first; new pseudonyms are made with the first."""
        # OpenSSL looks the algorithm up whenever a MAC is begun with its name, which takes longer than the rest of it.
        self._macs = tuple(hmac.new(key, digestmod="sha256") for key in keys)
        self._newest = lru_cache(maxsize=KEPT)(partial(_pseudonym, self._macs[0]))
        self.key_id = hashlib.sha256(keys[0]).hexdigest()[:8]  # which key made a pseudonym, without telling the key

    def of(self, user_id: int) -> str:
        """Return the pseudonym of *user_id*: 32 hexadecimal digits."""
        return self._newest(user_id)

    def every(self, user_id: int) -> tuple[str, ...]:
        """Return the pseudonyms of *user_id* under every key that was ever used."""
        return tuple(_pseudonym(mac, user_id) for mac in self._macs)


def _pseudonym(begun: hmac.HMAC, user_id: int) -> str:
    mac = begun.copy()
    mac.update(b"%d" % user_id)
    return mac.hexdigest()[:32]


def load_pseudonyms(path: Path, *, may_make: bool = True) -> Pseudonyms:
    """
    Read the keys in *path*, one a line, newest first, making one when the file is missing and *may_make*.

    Where it cannot be written, a key is made for this run only, and the log says so: people can then not be told apart
    across restarts, which harms counts, not privacy.

    Raises:
        ConfigurationError: The file does not hold keys, or is missing and may not be made.
    """
    if not may_make and not path.exists():
        raise ConfigurationError(
            f"privacy.key_file {path} is missing. All processes share it, so it is not made at a start; once, where it "
            "can be written, run: natobot db rotate-key"
        )
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, [secrets.token_bytes(KEY_BYTES)])
    except OSError as error:
        if not path.exists():
            log.error(
                "No key for user pseudonyms can be kept in %s (%s); a new one serves this run.", path, error.strerror
            )
            return Pseudonyms([secrets.token_bytes(KEY_BYTES)])
    return Pseudonyms(_read(path))


def rotate(path: Path) -> Pseudonyms:
    """
    Make a new key the first in *path*. Running bots use it from their next start.

    Raises:
        ConfigurationError: The file is there but does not hold keys.
        OSError: It cannot be written.
    """
    load_pseudonyms(path)
    _write(path, [secrets.token_bytes(KEY_BYTES), *_read(path)])
    return Pseudonyms(_read(path))


def _read(path: Path) -> list[bytes]:
    try:
        keys = [bytes.fromhex(line) for line in path.read_text(encoding="ascii").split()]
    except (OSError, ValueError):
        keys = []
    if not keys or any(len(key) != KEY_BYTES for key in keys):
        raise ConfigurationError(
            f"{path} does not hold keys of {KEY_BYTES} bytes in hexadecimal. Restore it from a backup, or delete it to "
            "start with a new key; rows logged under the old ones can then no longer be matched to their users."
        )
    return keys


def _write(path: Path, keys: Sequence[bytes]) -> None:
    draft = path.with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.write_text("".join(f"{key.hex()}\n" for key in keys), encoding="ascii")
    draft.replace(path)
