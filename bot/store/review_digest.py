"""
The digest: what pages need and SQL cannot find, in a small SQLite file beside the log.

It names interactions and holds none of their words and nobody's pseudonym, so what is forgotten or blanked in the log
is gone from the pages at once.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import astuple, dataclass
from pathlib import Path

_TABLES = """
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE members (
    interaction_id INTEGER PRIMARY KEY,  -- a question without a clear answer
    gap INTEGER NOT NULL,                -- which group it belongs to; the largest of a kind come first
    place INTEGER NOT NULL               -- within the group, the most typical wording is 0
);
CREATE INDEX members_gap ON members (gap);
CREATE TABLE claims (
    topic TEXT NOT NULL, section TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL,
    as_of TEXT NOT NULL, review_by TEXT NOT NULL,
    leads INTEGER NOT NULL               -- 1 for the first of its section: the topic's overview shows it too
);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A question in its group."""

    interaction_id: int
    gap: int
    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedClaim:
    """A claim of the knowledge pack and the day after which it is overdue."""

    topic: str
    section: str
    kind: str
    text: str
    as_of: str  # ISO 8601, as the next
    review_by: str
    leads: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestNotes:
    """When the digest was made, and from what."""

    made_at: str  # when the questions were grouped; ISO 8601, UTC
    state: str  # of the questions that were grouped
    newest: int  # the highest interaction that was grouped; 0 when none was


def read_notes(path: Path) -> DigestNotes | None:
    """Return what the digest at *path* says of itself, or ``None`` when there is none that can be read."""
    if not path.exists():
        return None
    try:
        with closing(sqlite3.connect(path)) as connection:
            about = dict(connection.execute("SELECT name, value FROM about").fetchall())
        return DigestNotes(made_at=about["made_at"], state=about["state"], newest=int(about["newest"]))
    except (sqlite3.Error, KeyError, ValueError):
        return None


def write_groups(path: Path, members: Sequence[Member], notes: DigestNotes) -> None:
    """
    Make the digest at *path* anew, without claims; an old one is replaced once the new one is whole.

    Raises:
        OSError: It cannot be written there.
    """
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with closing(_connect(fresh)) as connection, connection:
        connection.executescript(_TABLES)
        connection.executemany("INSERT INTO members VALUES (?, ?, ?)", [astuple(member) for member in members])
        values = {"made_at": notes.made_at, "state": notes.state, "newest": str(notes.newest)}
        connection.executemany("INSERT INTO about VALUES (?, ?)", list(values.items()))
    fresh.replace(path)


def write_claims(path: Path, claims: Sequence[DatedClaim]) -> None:
    """
    Replace the claims of the digest at *path*.

    Raises:
        OSError: It cannot be written there.
    """
    with closing(_connect(path)) as connection, connection:
        connection.execute("DELETE FROM claims")
        connection.executemany("INSERT INTO claims VALUES (?, ?, ?, ?, ?, ?, ?)", [astuple(claim) for claim in claims])


def _connect(path: Path) -> sqlite3.Connection:
    try:
        return sqlite3.connect(path)
    except sqlite3.OperationalError as error:
        raise OSError(f"{path}: {error}") from None
