"""Turns user ids into keys that tell people apart without naming them."""

import hashlib
import hmac
import logging
import secrets
from pathlib import Path

from bot.errors import ConfigurationError

log = logging.getLogger(__name__)

KEY_BYTES = 32


class Pseudonyms:
    """HMAC-SHA-256 of user ids under a secret key."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self.key_id = hashlib.sha256(key).hexdigest()[:8]  # which key made a pseudonym, without telling the key

    def of(self, user_id: int) -> str:
        """Return the pseudonym of *user_id*: 32 hexadecimal digits."""
        return hmac.new(self._key, str(user_id).encode(), "sha256").hexdigest()[:32]


def load_pseudonyms(path: Path) -> Pseudonyms:
    """
    Read the key in *path*, making one when the file is missing.

    Where it cannot be written, a key is made for this run only, and the log says so: people can then not be told apart
    across restarts, which harms counts, not privacy.

    Raises:
        ConfigurationError: The file is there but holds no key.
    """
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(secrets.token_hex(KEY_BYTES), encoding="ascii")
    except OSError as error:
        if not path.exists():
            log.error(
                "No key for user pseudonyms can be kept in %s (%s); a new one serves this run.", path, error.strerror
            )
            return Pseudonyms(secrets.token_bytes(KEY_BYTES))
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise ConfigurationError(
            f"{path} does not hold a key of {KEY_BYTES} bytes in hexadecimal. Restore it from a backup, or delete it "
            "to start with a new key; rows logged under the old one can then no longer be matched to their users."
        )
    return Pseudonyms(key)
