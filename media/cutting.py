"""Sentences cut into captions for a screen: at breaths and commas, two rows at most. Pure.

How much a row holds and how fast people read is what broadcasters work by (EBU-TT-D practice,
Netflix Timed Text Style Guide).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from media import limits
from media.captions import clean_text
from media.doubts import is_unsure
from media.results import Line
from media.words import Word, shared_out, within

# Words further apart than this have a breath between them.
BREATH_MS = 250

# A caption may come up this much before its first word, no more: it must not tell ahead.
LEAD_MS = 400

# A sentence that begins and ends on the same mark was heard all the same; half a second can be
# read.
MIN_LINE_MS = 500

# What it costs to end a caption: nothing at the sentence's end, little at a comma or a breath,
# much between two words that belong together. One more caption costs as much as a comma too many.
_COMMA, _BREATH, _ANYWHERE, _ONE_MORE = 1.0, 1.5, 5.0, 4.0
# An almost empty caption costs as much as one more.
_UNEVEN = 4.0

_PAUSES = re.compile(r"[,;:–—]['\")\]”’»]*$")
_SCREEN = limits.SCREEN_LINE_CHARS * limits.SCREEN_LINES


@dataclass(frozen=True, slots=True)
class Spoken:
    """A sentence to be shown, with the doubt about it."""

    words: tuple[Word, ...]
    start_ms: int
    end_ms: int
    doubt: str | None = None


def cut(spoken: Iterable[Spoken], duration_ms: int) -> tuple[Line, ...]:
    """Captions in order, apart, within the clip; every word in one of them, in NFC.

    At most two rows of 42 characters; no faster than twenty characters a second wherever the
    time before or after is free. Whisper may set a mark in the silence that it fills its last
    window with: only a line that begins at the very end stands over the clip, by less than
    ``MIN_LINE_MS``.
    """
    lines: list[Line] = []
    for one in spoken:
        pieces = _pieces(one.words)
        if not pieces:
            continue
        start = max(one.start_ms, lines[-1].end_ms if lines else 0)
        end = max(min(one.end_ms, duration_ms), start + MIN_LINE_MS)
        for shown in _timed(_captions(pieces), start, end):
            lines.append(_line(shown, one.doubt))
    return _slowed(lines, duration_ms)


def _pieces(words: Sequence[Word]) -> list[Word]:
    """Clean words, those too long for a row in parts."""
    pieces = []
    for word in words:
        text = clean_text(word.text).replace("\n", " ")
        parts = [one for one in text.split(" ") if one]
        for number, part in enumerate(parts):
            glued = word.glued and number == 0
            pieces += _broken(replace(word, text=part, glued=glued))
    return pieces


def _broken(word: Word) -> list[Word]:
    width = limits.SCREEN_LINE_CHARS
    parts = [word.text[at : at + width] for at in range(0, len(word.text), width)]
    pieces = [replace(word, text=part, glued=word.glued or at > 0) for at, part in enumerate(parts)]
    return list(shared_out(pieces, word.start_ms, word.end_ms)) if len(pieces) > 1 else pieces


def _captions(pieces: Sequence[Word]) -> list[list[list[Word]]]:
    """The cheapest way to divide a sentence: captions of rows of pieces."""
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(pieces) + 1):
        found = []
        for start in range(end - 1, -1, -1):
            width = _width(pieces[start:end])
            if width > _SCREEN + 1:
                break
            if _rows(pieces[start:end]) is not None:
                price = _ONE_MORE + _end_price(pieces, end) + _UNEVEN * (1 - width / _SCREEN) ** 2
                found.append((best[start][0] + price, start))
        best.append(min(found))
    cuts, end = [], len(pieces)
    while end:
        start = best[end][1]
        rows = _rows(pieces[start:end])
        assert rows is not None
        cuts.append(rows)
        end = start
    return cuts[::-1]


def _end_price(pieces: Sequence[Word], end: int) -> float:
    if end == len(pieces):
        return 0.0
    if _PAUSES.search(pieces[end - 1].text):
        return _COMMA
    return _BREATH if pieces[end].start_ms - pieces[end - 1].end_ms >= BREATH_MS else _ANYWHERE


def _rows(pieces: Sequence[Word]) -> list[list[Word]] | None:
    """One row where that is enough, else the most even two; ``None`` where two do not do."""
    if _width(pieces) <= limits.SCREEN_LINE_CHARS:
        return [list(pieces)]
    ways = []
    for place in range(1, len(pieces)):
        above, below = _width(pieces[:place]), _width(pieces[place:])
        if max(above, below) <= limits.SCREEN_LINE_CHARS:
            # A comma at the end of the upper row is worth a good unevenness.
            comma = 10 if _PAUSES.search(pieces[place - 1].text) else 0
            ways.append((abs(above - below) - comma, place))
    if not ways:
        return None
    place = min(ways)[1]
    return [list(pieces[:place]), list(pieces[place:])]


def _width(pieces: Sequence[Word]) -> int:
    return sum(len(word.text) + (not word.glued) for word in pieces) - (not pieces[0].glued)


def _timed(captions: list[list[list[Word]]], start_ms: int, end_ms: int) -> list[list[list[Word]]]:
    """The captions with times inside the stretch. Where the words' own times leave a caption next
    to nothing, they are not believed and the stretch is shared out."""
    flat = [word for rows in captions for row in rows for word in row]
    words = within(flat, start_ms, end_ms)
    laid = _laid(captions, words)
    firsts = [rows[0][0].start_ms for rows in laid[1:]]
    bounds = [start_ms, *firsts, end_ms]
    share = (end_ms - start_ms) // (2 * len(captions))
    if any(b - a < share // 2 or b <= a for a, b in pairwise(bounds)):
        laid = _laid(captions, shared_out(flat, start_ms, end_ms))
    first, last = laid[0][0], laid[-1][-1]
    first[0] = replace(first[0], start_ms=start_ms)
    last[-1] = replace(last[-1], end_ms=end_ms)
    return laid


def _laid(captions: list[list[list[Word]]], words: Sequence[Word]) -> list[list[list[Word]]]:
    source = iter(words)
    return [[[next(source) for _ in row] for row in rows] for rows in captions]


def _line(rows: list[list[Word]], doubt: str | None) -> Line:
    text, unsure = "", []
    for row in rows:
        text += "\n" if text else ""
        for place, word in enumerate(row):
            text += "" if place == 0 or word.glued else " "
            if is_unsure(word):
                unsure.append((len(text), len(text) + len(word.text)))
            text += word.text
    start, end = rows[0][0].start_ms, rows[-1][-1].end_ms
    return Line(start, max(end, start + 1), text, doubt, unsure=tuple(_joined(unsure, text)))


def _joined(spans: list[tuple[int, int]], text: str) -> list[tuple[int, int]]:
    """Neighbouring words as one range."""
    found: list[tuple[int, int]] = []
    for start, end in spans:
        if found and not text[found[-1][1] : start].strip():
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def _slowed(lines: list[Line], duration_ms: int) -> tuple[Line, ...]:
    """Gives lines that are too fast to read the free time after and before them."""
    slowed: list[Line] = []
    for place, line in enumerate(lines):
        start = max(line.start_ms, slowed[-1].end_ms if slowed else 0)
        free = (
            lines[place + 1].start_ms if place + 1 < len(lines) else max(duration_ms, line.end_ms)
        )
        end = max(line.end_ms, start + 1, min(start + reading_ms(line.text), free))
        if end - start < reading_ms(line.text):
            earliest = max(slowed[-1].end_ms if slowed else 0, start - LEAD_MS)
            start = max(earliest, end - reading_ms(line.text))
        slowed.append(replace(line, start_ms=start, end_ms=end))
    return tuple(slowed)


def reading_ms(text: str) -> int:
    """The time that ``text`` must stand to be read, in milliseconds."""
    return -(-len(text) * 1000 // limits.READING_CHARS_PER_SECOND)
