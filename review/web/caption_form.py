"""The form of the caption editor: rows as typed, turned into lines and back.

Every row is numbered, `line3_text`; the page's script numbers them anew when it sends them, so that
added, split and merged rows come in order. Without a script a new line is typed into one of the
spare rows at the end; whatever the way, rows are put in the order of their times.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from media import captions
from media.captions import Complaint, clean_text
from media.results import Line
from review.errors import Invalid
from review.names import Suggestion, Term, suggest
from review.operations.transcripts import MAX_LINES
from review.web.rows import Form
from review.words import knows
from review.words.figures import exact_timecode, milliseconds

# Empty rows at the end of the form, for typing without any script.
SPARE_LINES = 3
_NAME = re.compile(r"line(\d{1,4})_(start|end|text|before|doubt|unsure|kept|drop)", re.ASCII)
_RANGE = re.compile(r"(\d{1,4})-(\d{1,4})", re.ASCII)
# A mark that this version has no words for still holds the line back, under the mildest name.
UNKNOWN_DOUBT = "low_confidence"


@dataclass(frozen=True)
class EditLine:
    """One row of the editor, times as typed. `before` is the text that the marks belong to."""

    start: str = ""
    end: str = ""
    text: str = ""
    before: str = ""
    doubt: str = ""
    unsure: str = ""
    kept: bool = False
    drop: bool = False
    complaints: tuple[Complaint, ...] = ()
    names: tuple[Suggestion, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether the row says nothing, or is to be left out."""
        return self.drop or not self.text.strip()

    @property
    def times(self) -> tuple[int, int] | None:
        """Start and end in milliseconds; None when one cannot be read."""
        start, end = milliseconds(self.start), milliseconds(self.end)
        return (start, end) if start is not None and end is not None else None

    @property
    def unsure_words(self) -> tuple[str, ...]:
        """The words that the machine was not sure of."""
        return tuple(self.before[start:end] for start, end in _ranges(self.unsure, self.before))

    @property
    def retyped(self) -> bool:
        """Whether somebody changed the words: then they are a person's, whatever was doubted."""
        return _plain(self.text) != _plain(self.before)


def rows_from(form: Form) -> tuple[EditLine, ...]:
    """The rows of the form in the order of their times, if all of those can be read."""
    found: dict[int, dict[str, str]] = {}
    for key in form:
        match = _NAME.fullmatch(key)
        if match:
            found.setdefault(int(match[1]), {})[match[2]] = form[key]
    rows = tuple(_row(found[number]) for number in sorted(found)[: MAX_LINES + SPARE_LINES])
    filled = [row for row in rows if row.text.strip()]
    if all(row.times for row in filled):
        filled.sort(key=lambda row: row.times or (0, 0))
    return (*filled, *(row for row in rows if not row.text.strip()))


def lines_from(rows: tuple[EditLine, ...]) -> list[Line]:
    """The rows that hold words. Raises Invalid('caption_time_unreadable') with the line."""
    lines: list[Line] = []
    for number, row in enumerate(rows, start=1):
        if row.empty:
            continue
        times = row.times
        if times is None:
            raise Invalid("caption_time_unreadable", field="captions", line=number)
        doubt = row.doubt if not row.doubt or knows(f"doubt_{row.doubt}") else UNKNOWN_DOUBT
        lines.append(
            Line(
                *times,
                row.text,
                doubt or None,
                kept=bool(doubt) and (row.kept or row.retyped),
                unsure=_ranges(row.unsure, row.text) if row.text == row.before else (),
            )
        )
    return lines


def rows_for(lines: tuple[Line, ...]) -> tuple[EditLine, ...]:
    """Lines as rows of the editor."""
    return tuple(
        EditLine(
            exact_timecode(line.start_ms),
            exact_timecode(line.end_ms),
            line.text,
            line.text,
            line.doubt or "",
            ",".join(f"{start}-{end}" for start, end in line.unsure),
            line.kept,
        )
        for line in lines
    )


def judged(
    rows: tuple[EditLine, ...], duration_ms: int, names: tuple[Term, ...]
) -> tuple[EditLine, ...]:
    """The rows with what viewers would mind and the names that may be meant; spare rows after."""
    filled = [row for row in rows if row.text.strip()]
    lines = [Line(*(row.times or (0, 0)), clean_text(row.text)) for row in filled]
    told = captions.warnings(lines, duration_ms)
    done = [
        replace(
            row,
            complaints=complaints if row.times else (Complaint("caption_warn_unreadable", {}),),
            names=suggest(row.text, names),
        )
        for row, complaints in zip(filled, told, strict=True)
    ]
    return (*done, *(EditLine(),) * SPARE_LINES)


def as_text(rows: tuple[EditLine, ...]) -> str:
    """What was typed as plain text, for copying when it can no longer be saved."""
    return "\n".join(f"{row.start} {row.end} {row.text}" for row in rows if row.text.strip())


def _row(values: dict[str, str]) -> EditLine:
    return EditLine(
        values.get("start", "").strip(),
        values.get("end", "").strip(),
        values.get("text", "").replace("\r\n", "\n"),
        values.get("before", "").replace("\r\n", "\n"),
        values.get("doubt", ""),
        values.get("unsure", ""),
        kept="kept" in values,
        drop="drop" in values,
    )


def _ranges(text: str, of: str) -> tuple[tuple[int, int], ...]:
    found = ((int(match[1]), int(match[2])) for match in _RANGE.finditer(text))
    return tuple((start, end) for start, end in found if start < end <= len(of))


def _plain(text: str) -> str:
    """The words alone: a line broken elsewhere is still what the machine heard."""
    return " ".join(clean_text(text).split())
