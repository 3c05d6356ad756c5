"""Vietnamese order: letters first, tones only between words that are otherwise equal.

After CLDR's `vi` collation: a ă â b c d đ e ê … o ô ơ … u ư … y, and the tones in the order
none, huyền, hỏi, ngã, sắc, nặng.
"""

from __future__ import annotations

import unicodedata

LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
TONES = "\u0300\u0309\u0303\u0301\u0323"
_RANK = {letter: rank for rank, letter in enumerate(LETTERS)}

Key = tuple[tuple[int, ...], tuple[int, ...], str]


def sort_key(text: str) -> Key:
    """A key under which texts sort as in a Vietnamese dictionary; case does not count."""
    letters: list[int] = []
    tones: list[int] = []
    for sign in unicodedata.normalize("NFC", text).casefold():
        letter, tone = _split(sign)
        # Digits and other signs go before the letters, in the order of their code points.
        letters.append(_RANK[letter] + 0x110000 if letter in _RANK else ord(letter))
        tones.append(tone)
    return tuple(letters), tuple(tones), text


def name_key(full_name: str) -> tuple[Key, Key]:
    """A key that sorts people by given name, the last word, and then by the whole name."""
    given = full_name.split()[-1] if full_name.split() else ""
    return sort_key(given), sort_key(full_name)


def _split(sign: str) -> tuple[str, int]:
    """A letter without its tone mark, and the rank of that mark (0 for none)."""
    parts = unicodedata.normalize("NFD", sign)
    tone = next((TONES.index(mark) + 1 for mark in parts if mark in TONES), 0)
    plain = "".join(mark for mark in parts if mark not in TONES)
    return unicodedata.normalize("NFC", plain)[:1], tone
