"""How two states of the captions differ, line by line and in each line word by word. Pure."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

from media.results import Line

# A word, a run of blanks, or a single sign: what a reader sees as one change.
_PIECE = re.compile(r"\w+|\s+|[^\w\s]")
Kind = Literal["same", "gone", "new"]


@dataclass(frozen=True)
class Piece:
    """A stretch of a line: the same in both, only in the older, or only in the newer."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class LineChange:
    """One caption line that differs; `before` or `after` is empty where it is new or gone.

    `note`: `times` when only the times differ, `recut` when lines were split or merged and the
    words stayed, `kept` or `doubted` when only that mark changed, else empty.
    """

    at_ms: int
    before: str
    after: str
    note: str = ""

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The two texts woven into one, word by word."""
        return word_changes(self.before, self.after)


def word_changes(before: str, after: str) -> tuple[Piece, ...]:
    """What was taken out and what was put in, by whole words, in reading order.

    Both are composed first (NFC): a letter and its marks are one, so a wrong tone shows as the
    whole word and never as half a letter.
    """
    old, new = _pieces(before), _pieces(after)
    matcher = difflib.SequenceMatcher(a=old, b=new, autojunk=False)
    found: list[tuple[str, str]] = []  # what stood there, what stands there; equal where nothing
    for kind, a_from, a_to, b_from, b_to in matcher.get_opcodes():
        was, now = "".join(old[a_from:a_to]), "".join(new[b_from:b_to])
        # A single blank between two changed words belongs to the change: one mark, not three.
        if len(found) > 1 and kind != "equal" and found[-1][0] == found[-1][1] == " ":
            found.pop()
            above = found.pop()
            was, now = f"{above[0]} {was}", f"{above[1]} {now}"
        found.append((was, now))
    return tuple(piece for was, now in found for piece in _woven(was, now))


def _woven(was: str, now: str) -> Iterator[Piece]:
    if was == now:
        yield Piece("same", was)
        return
    if was:
        yield Piece("gone", was)
    if now:
        yield Piece("new", now)


def line_changes(before: Sequence[Line], after: Sequence[Line]) -> tuple[LineChange, ...]:
    """The lines that differ in their words, their times, or in whether they go out."""
    matcher = difflib.SequenceMatcher(
        a=[_key(line) for line in before], b=[_key(line) for line in after], autojunk=False
    )
    found: list[LineChange] = []
    for kind, a_from, a_to, b_from, b_to in matcher.get_opcodes():
        if kind == "equal":
            continue
        old, new = before[a_from:a_to], after[b_from:b_to]
        if len(old) != len(new) and _words(old) == _words(new) and old and new:
            found.append(LineChange(new[0].start_ms, _words(old), _words(new), "recut"))
        else:
            found.extend(_pair(was, now) for was, now in _matched(old, new))
    return tuple(found)


def _matched(old: Sequence[Line], new: Sequence[Line]) -> Iterator[tuple[Line | None, Line | None]]:
    """Old and new lines side by side: the same words together first, the rest in order."""
    matcher = difflib.SequenceMatcher(
        a=[line.text for line in old], b=[line.text for line in new], autojunk=False
    )
    for kind, a_from, a_to, b_from, b_to in matcher.get_opcodes():
        if kind == "equal":
            yield from zip(old[a_from:a_to], new[b_from:b_to], strict=True)
        else:
            yield from zip_longest(old[a_from:a_to], new[b_from:b_to])


def _pair(was: Line | None, now: Line | None) -> LineChange:
    if was is None or now is None:
        there = now or was
        at = there.start_ms if there else 0
        return LineChange(at, was.text if was else "", now.text if now else "")
    note = ""
    if was.text == now.text:
        moved = (was.start_ms, was.end_ms) != (now.start_ms, now.end_ms)
        note = "times" if moved else ("kept" if now.published else "doubted")
    return LineChange(now.start_ms, was.text, now.text, note)


def _key(line: Line) -> tuple[str, int, int, bool]:
    return line.text, line.start_ms, line.end_ms, line.published


def _words(lines: Iterable[Line]) -> str:
    return " ".join(" ".join(line.text.split()) for line in lines)


def _pieces(text: str) -> list[str]:
    return _PIECE.findall(unicodedata.normalize("NFC", text))
