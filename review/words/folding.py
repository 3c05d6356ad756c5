"""Text without accents, for a search that does not mind them."""

from __future__ import annotations

import unicodedata

# Đ is a letter of its own: it has no decomposition, so dropping the marks would leave it behind.
_STROKE = str.maketrans({"đ": "d", "Đ": "d"})


def fold(text: str) -> str:
    """`text` in lower case, without marks, with single spaces: "Hội Xuân  Đình" → "hoi xuan dinh".

    Both the stored column and what somebody types go through this, so that either may have accents.
    """
    plain = unicodedata.normalize("NFD", text.translate(_STROKE).casefold())
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return " ".join(unicodedata.normalize("NFC", letters).split())


def find(text: str, words: str) -> tuple[tuple[int, int], ...]:
    """Where `words` stand in `text`, accents and case aside, as half-open ranges of characters.

    The page does the same while somebody types, in `static/js/fold.js`.
    """
    wanted = fold(words)
    if not wanted:
        return ()
    folded, places = _folded_with_places(text)
    found: list[tuple[int, int]] = []
    at = folded.find(wanted)
    while at >= 0:
        last = places[at + len(wanted) - 1]
        end = last + 1
        while end < len(text) and unicodedata.combining(text[end]):
            end += 1
        found.append((places[at], end))
        at = folded.find(wanted, at + len(wanted))
    return tuple(found)


def _folded_with_places(text: str) -> tuple[str, list[int]]:
    """`text` folded, and for each of its characters the place it came from."""
    signs: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(text):
        plain = " " if sign.isspace() else fold(sign)
        if plain == " " and (not signs or signs[-1] == " "):
            continue
        signs += plain
        places += [place] * len(plain)
    return "".join(signs), places
