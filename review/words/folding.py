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
