"""Takes out of a question what could identify a person, before it is stored."""

import re

# In this order: an address is taken out before its parts could be mistaken for something else.
_PATTERNS = (
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"), "[e-mail]"),
    (re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE), "[link]"),
    (re.compile(r"\bdiscord(?:\.gg|(?:app)?\.com)/\S+", re.IGNORECASE), "[link]"),
    (re.compile(r"<(?:@[!&]?|#|a?:\w+:)\d+>"), "[mention]"),
    (re.compile(r"[\w-]{20,}\.[\w-]{6,7}\.[\w-]{27,}"), "[token]"),
    (re.compile(r"\b(?:sk|ghp|gho|xox[abp])[-_][\w-]{16,}"), "[token]"),
    (re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b"), "[address]"),
    (re.compile(r"(?<!\w)@[\w.]{2,32}"), "[mention]"),
    (re.compile(r"(?<!\w)\+?\d[\d\s().-]{7,}\d\b"), "[number]"),
    (re.compile(r"\b\d{6,}\b"), "[number]"),
    (
        re.compile(
            r"\b(my name is|i am called|ich heiße|je m'appelle|me llamo|мене звати|меня зовут|nazywam się)\s+\S+", re.I
        ),
        r"\1 [name]",
    ),
)
STORED = 300  # characters kept


def scrubbed(text: str) -> str:
    """Return *text* without addresses, links, mentions, tokens, phone numbers and long numbers, and not too long."""
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return " ".join(text.split())[:STORED]
