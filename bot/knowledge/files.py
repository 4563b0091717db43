"""The files of a pack, and what identifies their content."""

import hashlib
from pathlib import Path


def pack_files(folder: Path) -> list[Path]:
    """Return every file that is part of the pack, in a fixed order."""
    return sorted(path for path in folder.rglob("*") if path.suffix in {".yaml", ".csv"} and path.is_file())


def fingerprint_of(folder: Path) -> str:
    """Return what identifies the content of the pack in *folder*: 8 hexadecimal digits of the SHA-256 of its files."""
    digest = hashlib.sha256()
    for path in pack_files(folder):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:8]
