"""
Takes out of a question what could identify a person, before it is stored.

By form alone: no list of names is asked, so a name that nothing announces stays. Where form cannot tell, privacy comes
before the wording of a gap, except for what questions here are about: dates, years, round sums, weapons, resolutions.

Every pattern is linear in the length of a text: repetitions are bounded, or begin only where a word does.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from bot.query_lines import encodable

STORED = 300  # characters kept

_WORD = r"[\w'’.-]{2,40}"
_HOUSE = r"\d{1,4}(?!\d)(?:\s?[a-zа-яіїєґ]\b)?(?:\s?/\s?\d{1,4})?"  # 12, 12a, 12/4
_TOP_LEVEL = (
    "com|org|net|int|gov|edu|info|biz|app|dev|xyz|online|site|eu|ua|pl|de|fr|es|uk|us|ca|ch|at|cz|sk|ro|lt|lv|ee|fi|se|dk"
    "|be|nl|ru|by|gg|io|me|tv|ly|co|ai"
)
_EMAIL_SIGNS = (r"(?:\s?[(\[{]\s?(?:at|ät|собака)\s?[)\]}]\s?)", r"\s(?:at|собака)\s")
_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_DOT = r"(?:\s?[(\[{]\s?(?:dot|punkt|kropka|крапка)\s?[)\]}]\s?|\s(?:dot|punkt|kropka|крапка)\s)"
_LOCAL, _LABEL = r"\b[\w+-]{1,64}(?:\.[\w+-]{1,64}){0,4}", r"[\w-]{1,63}"


class _Rule(NamedTuple):
    """What is replaced by what, in a text that has one of the characters *needs* (any text when there are none)."""

    needs: str
    pattern: re.Pattern[str]
    put: str | Callable[[re.Match[str]], str]


def _rule(needs: str, pattern: str, put: str | Callable[[re.Match[str]], str], *, exact_case: bool = False) -> _Rule:
    return _Rule(needs, re.compile(pattern, 0 if exact_case else re.IGNORECASE), put)


_DATE = re.compile(r"(?:19|20)\d\d(?:[-./]\d{1,2}[-./]\d{1,2})?|\d{1,2}[-./]\d{1,2}[-./](?:(?:19|20)\d\d|\d\d)")
_THOUSANDS = re.compile(r"\d{1,3}(?:[ .]\d{3})*[ .]000")
_ROUND = re.compile(r"[1-9]\d{0,2}0{3,12}")
_DIGITS = "0123456789"


def _number(match: re.Match[str]) -> str:
    """Replace what may be a telephone, card or account number; keep dates, years, round sums and short numbers."""
    found = match[0]
    bare = found.strip(" \t().-/")
    digits = sum(character.isdigit() for character in found)
    if found.startswith("+"):
        return "[number]" if digits >= 7 else found
    if _THOUSANDS.fullmatch(bare) or _ROUND.fullmatch(bare):
        return found
    parts = re.split(r"[\s()–]+|(?<=\d{4})-(?=\d{4})", bare)
    if all(_DATE.fullmatch(part) for part in parts if part):
        return found
    if bare.isdigit():
        return "[number]" if digits >= 6 else found
    is_local = digits >= 7 and (bare.startswith("0") or re.fullmatch(r"\d{3}[-.]\d{4}", bare) is not None)
    return "[number]" if digits >= 9 or is_local else found


# In this order: what holds other things is taken out before its parts could be mistaken for something else.
@cache
def _rules() -> tuple[_Rule, ...]:
    """Return the rules, compiled when the first text comes: a start has none."""
    return (
        _rule("<", r"<(?:@[!&]?|#|a?:\w{1,32}:|/[\w -]{1,100}:)\d{1,25}>", "[mention]"),
        _rule(":", r"\b(?:[a-z][a-z0-9+.-]{1,15}://|mailto:|tel:)\S+", "[link]"),
        _rule("@", r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}", "[e-mail]"),
        _rule("([{", rf"{_LOCAL}{_EMAIL_SIGNS[0]}{_LABEL}(?:(?:\.|{_DOT}){_LABEL}){{1,4}}", "[e-mail]"),
        _rule(" ", rf"{_LOCAL}{_EMAIL_SIGNS[1]}{_LABEL}(?:{_DOT}{_LABEL}){{1,4}}", "[e-mail]"),
        _rule(".", r"\beyJ[\w-]{5,}+\.[\w-]{5,}+(?:\.[\w-]*+)?", "[token]", exact_case=True),
        _rule(".", r"(?<![\w-])[\w-]{20,}+\.[\w-]{6,7}+\.[\w-]{27,}+", "[token]"),
        _rule(".", r"\bmfa\.[\w-]{20,}+", "[token]"),
        _rule(
            "-_", r"\b(?:sk|pk|rk|ghp|gho|ghu|ghs|ghr|github_pat|glpat|xox[abprs]|hf|whsec)[-_][\w-]{16,}+", "[token]"
        ),
        _rule("", r"\b(?:AKIA|ASIA|AIza)[\w-]{16,}+", "[token]", exact_case=True),
        _rule(":", r"\b\d{8,10}:[\w-]{30,}+", "[token]"),
        _rule(_DIGITS, r"(?<![\w-])(?=[a-z_-]{0,60}\d)(?=[\d_-]{0,60}[a-z])[\w-]{28,}+", "[token]"),
        _rule(".", rf"\b(?:www\.|(?:discord\.gg|t\.me|wa\.me|bit\.ly)/)\S+", "[link]"),  # noqa: F541
        _rule(".", rf"(?<![\w.-])(?:[\w-]{{1,63}}\.){{1,6}}(?:{_TOP_LEVEL})\b(?:[/?#:]\S*)?", "[link]"),
        _rule(_DIGITS, r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b", "[number]", exact_case=True),
        _rule(".", rf"\b(?:{_OCTET}\.){{3}}{_OCTET}\b", "[address]"),
        _rule(":", r"(?<![\w:])(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}\b", "[address]"),
        _rule(":", r"(?<![\w:])(?:[0-9a-f]{1,4}:){1,6}(?::[0-9a-f]{1,4}){1,6}\b", "[address]"),
        _rule(":-", r"\b(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}\b", "[address]"),
        _rule(".", r"(?<![\w.])-?\d{1,3}\.\d{4,12}\s{0,2}[,;\s]\s{0,2}-?\d{1,3}\.\d{4,12}\b", "[address]"),
        _rule("@", r"(?<!\w)@[\w.]{2,32}", "[mention]"),
        _rule("#", r"\b[\w.]{2,32}#\d{4}\b", "[mention]"),
        # Postal addresses, as English, German, Polish, Ukrainian, Russian, French and Spanish write them.
        _rule(
            _DIGITS,
            rf"\b\d{{1,5}}[a-z]?\s(?:(?-i:[A-Z])[\w'’.-]{{1,30}}\s){{1,3}}(?:street|st|avenue|ave|road|rd|lane|drive|boulevard"
            rf"|blvd|square)\b\.?|\b\d{{1,5}}[a-z]?\s{_WORD}\s(?:street|avenue|boulevard)\b",
            "[address]",
        ),
        _rule(
            _DIGITS,
            rf"\b[^\W\d_][\w.-]{{1,40}}(?:straße|strasse|str\.|gasse|platz|allee)\s{{0,2}}{_HOUSE}",
            "[address]",
        ),
        _rule(
            _DIGITS,
            rf"\b(?:ul|al|os|pl)\.\s{{0,2}}{_WORD}(?:\s{_WORD}){{0,3}}\s{_HOUSE}|\b(?:ulica|ulicy|aleja|alei)"
            rf"(?:\s{_WORD}){{1,3}}\s{_HOUSE}",
            "[address]",
        ),
        _rule(
            _DIGITS,
            rf"\b(?:вул|просп|бульв|пров|ул|пер|вулиц[яіюи]|проспект[іу]?|бульвар[іу]?|улиц[аеуы])\b\.?\s{{0,2}}{_WORD}"
            rf"(?:\s{_WORD}){{0,2}},?\s(?:буд|будинок|д|дом)?\.?\s{{0,2}}{_HOUSE}(?:,?\s(?:кв|квартира)\.?\s{{0,2}}\d{{1,4}})?",
            "[address]",
        ),
        _rule(
            _DIGITS,
            rf"\b\d{{1,4}}(?:\s?(?:bis|ter))?,?\s(?:rue|avenue|boulevard|chemin|impasse)(?:\s{_WORD}){{1,4}}"
            rf"|\b(?:calle|avenida)(?:\s{_WORD}){{1,3}},?\s{_HOUSE}",
            "[address]",
        ),
        _rule(_DIGITS, r"\b\d{2}-\d{3}\s[A-ZŁŚŻŹĆ]\w{2,30}", "[address]", exact_case=True),
        _rule(_DIGITS, r"\b[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}\b", "[address]", exact_case=True),
        _rule(_DIGITS, r"(?<![\w.,])(?:\+|\(\+?)?\d[\d\s()./–-]{4,40}\d(?!\w)", _number),
        _rule(_DIGITS, r"(?<![\w.,])\+?\d{6,}+", _number),
        _rule(
            "",
            r"\b(my name is|i am called|i'm called|ich heiße|mein name ist|je m'appelle|me llamo|мене звати|меня зовут"
            r"|nazywam się|mam na imię)\s+[\w'’-]{1,40}(?:\s(?-i:[A-ZА-ЯІЇЄҐŁŚŻÄÖÜ])[\w'’-]{1,40})?",
            r"\1 [name]",
        ),
    )


def scrubbed(text: str) -> str:
    """Return *text* without addresses, links, mentions, tokens, phone numbers and long numbers, and not too long."""
    text = encodable(text)
    has_digit = any(digit in text for digit in _DIGITS)
    for needs, pattern, put in _rules():
        if not needs or (has_digit if needs is _DIGITS else any(sign in text for sign in needs)):
            text = pattern.sub(put, text)
    return " ".join(text.split())[:STORED]
