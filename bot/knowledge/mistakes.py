"""How mistakes in a pack's files are put for the person who edits them."""

from collections.abc import Iterable
from typing import Any

# Messages of pydantic that a person who edits YAML could not act on, by pydantic's error type.
_WORDS = {
    "missing": "is missing. Add it.",
    "extra_forbidden": "is not a key that is known here. Check the spelling or remove it.",
    "string_too_long": "is too long: at most {max_length} characters.",
    "string_too_short": "is too short: at least {min_length} characters.",
    "too_long": "has too many items: at most {max_length}.",
    "too_short": "has too few items: at least {min_length}.",
    "string_type": "should be a text.",
    "tuple_type": "should be a list.",
    "list_type": "should be a list.",
    "model_type": "should be a mapping of keys.",
    "dict_type": "should be a mapping of keys.",
    "enum": "should be one of: {expected}.",
    "string_pattern_mismatch": "has characters that are not allowed here (it must match {pattern}).",
    "int_parsing": "should be a whole number.",
    "greater_than": "should be greater than {gt}.",
    "date_from_datetime_parsing": "is not a day of the calendar.",
}


def words_of(detail: Any) -> str:
    """Return what a pydantic error says, as a sentence for the person who edits the file."""
    if detail["type"] == "value_error":
        return f"{detail['ctx']['error']}."
    words = _WORDS.get(detail["type"])
    return words.format(**detail.get("ctx", {})) if words else f"{detail['msg']}."


def near(name: str, known: Iterable[str]) -> str:
    """Return a question that offers the known name *name* resembles, with a leading space; empty when none does."""
    from rapidfuzz import process  # a start does without

    match = process.extractOne(name, list(known), score_cutoff=70)
    return f" Did you mean “{match[0]}”?" if match else ""
