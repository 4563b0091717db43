"""Gaps: questions that found no clear answer, and how a decision about one is kept."""

from hashlib import sha256


def text_key(text: str) -> str:
    """Return the key of a scrubbed question in ``gap_decisions``; capitals and spaces make no difference."""
    return sha256(" ".join(text.casefold().split()).encode()).hexdigest()
