"""The one face that is written into pictures: where it lies, and which signs it has."""

from __future__ import annotations

import struct
import unicodedata
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "fonts" / "be-vietnam-pro"
FILE = FOLDER / "BeVietnamPro-SemiBold.ttf"
# As the file itself calls it: one family for each weight.
FAMILY = "Be Vietnam Pro SemiBold"
# Read by every tool that looks for faces: it names no folder, so nothing of the machine's is used.
NO_OTHERS = Path(__file__).parent / "fonts.conf"

# Platform Windows, encoding Unicode (OpenType, table cmap): every face of today has it.
_WINDOWS_UNICODE = (3, 1)
_FORMAT = 4


def lacking(text: str) -> str:
    """The signs of ``text`` that the face cannot draw, each once, in order.

    Blanks are no signs, and neither is what only joins or parts its neighbours (category Cf).
    """
    signs = dict.fromkeys(
        sign for sign in text if not (sign.isspace() or unicodedata.category(sign) == "Cf")
    )
    return "".join(sign for sign in signs if ord(sign) not in _signs())


@cache
def _signs() -> frozenset[int]:
    """Every code point that the face has, read from its table ``cmap``."""
    data = FILE.read_bytes()
    (tables,) = struct.unpack_from(">H", data, 4)
    records = (struct.unpack_from(">4sLLL", data, 12 + 16 * number) for number in range(tables))
    begins = next(offset for name, _, offset, _ in records if name == b"cmap")
    (count,) = struct.unpack_from(">H", data, begins + 2)
    for number in range(count):
        *kind, offset = struct.unpack_from(">HHL", data, begins + 4 + 8 * number)
        if tuple(kind) == _WINDOWS_UNICODE:
            return _segments(data, begins + offset)
    raise AssertionError("the face kept in the repository has a Unicode table")


def _segments(data: bytes, at: int) -> frozenset[int]:
    """The code points of a table of format 4: stretches, each from a first to a last one."""
    kind, _, _, twice = struct.unpack_from(">HHHH", data, at)
    assert kind == _FORMAT
    lasts = struct.unpack_from(f">{twice // 2}H", data, at + 14)
    firsts = struct.unpack_from(f">{twice // 2}H", data, at + 16 + twice)
    pairs = zip(firsts, lasts, strict=True)
    return frozenset(point for first, last in pairs for point in range(first, last + 1))
