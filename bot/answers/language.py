"""Guesses the language a question is in, for the log: by its letters, then by its small words."""

import re

UNKNOWN = "und"  # ISO 639: undetermined

_UKRAINIAN, _RUSSIAN = set("іїєґ"), set("ыэъё")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_SMALL_WORDS = {
    "en": _set(
        "the is are was a an of to in and or not do does did what why how who when can will would it they i you my"
    ),
    "de": _set(
        "der die das ist sind und oder nicht ein eine wie was warum wer wann kann wird im zu von mit für auf es"
    ),
    "fr": _set("le la les est sont et ou pas un une des de du que qui quoi pourquoi comment quand peut dans en il on"),
    "es": _set("el la los las es son y o no un una de del que qué por para cómo quién cuándo puede en se lo si con"),
    "pl": _set("jest są i w na nie czy co jak kto kiedy dlaczego ile z do się to od za że po dla może być"),
    "uk": _set("чи що як хто коли чому де є не на у і та до за про це від для вже буде може"),
    "ru": _set("ли что как кто когда почему где не на в и с до за про это от для уже будет может есть"),
}
_MARKS = {"de": set("äöüß"), "fr": set("àâçèêëîïôùûœ"), "es": set("ñ¿¡áíóú"), "pl": set("ąćęłńśźż")}


def language_of(text: str) -> str:
    """Return the language code of *text*, one of the seven the search knows, or ``UNKNOWN``."""
    letters = set(text.casefold())
    words = re.findall(r"[^\W\d_]+", text.casefold())
    if any("а" <= letter <= "я" or letter in _UKRAINIAN | _RUSSIAN for letter in letters):
        candidates = ["uk", "ru"]
        if letters & _UKRAINIAN or letters & _RUSSIAN:
            return "uk" if letters & _UKRAINIAN else "ru"
    else:
        candidates = ["en", "de", "fr", "es", "pl"]
    scores = {
        code: sum(word in _SMALL_WORDS[code] for word in words) + 2 * len(letters & _MARKS.get(code, set()))
        for code in candidates
    }
    best = max(scores, key=lambda code: scores[code])
    if scores[best] == 0:
        return "ru" if candidates == ["uk", "ru"] else "en" if words else UNKNOWN
    return best
