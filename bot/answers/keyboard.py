"""Texts typed on the wrong keyboard layout: "cnfnnz 5" for «стаття 5», «тфещ» for "nato"."""

_LATIN = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
_CYRILLIC = "йцукенгшщзхїфівапролджєячсмитьбюґ"
_TO_CYRILLIC = str.maketrans(_LATIN, _CYRILLIC)
_TO_LATIN = str.maketrans(_CYRILLIC + "ыъэё", _LATIN + "s]'`")


def on_the_other_layout(text: str) -> str:
    """Return *text* as the same keys would have typed it on the other layout."""
    lower = text.casefold()
    is_cyrillic = sum("а" <= c <= "ґ" for c in lower) * 2 > sum(c.isalpha() for c in lower)
    return lower.translate(_TO_LATIN if is_cyrillic else _TO_CYRILLIC)
