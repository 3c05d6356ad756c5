"""Captions as text: checked lines, WebVTT, SRT. Pure; starts nothing and opens nothing.

WebVTT follows W3C "WebVTT: The Web Video Text Tracks Format"; SRT has no standard and follows
what every player reads: counted cues, a comma before the milliseconds.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Sequence

from media.errors import CaptionError
from media.limits import CAPTION_MAX_CHARS, SCREEN_LINE_CHARS, SCREEN_LINES
from media.results import Line


def normalise(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The lines in NFC, with single spaces. Raises CaptionError with the number of the line.

    Times must be whole, not negative, rising, and must not overlap the line before.
    """
    made: list[Line] = []
    for number, line in enumerate(lines, start=1):
        text = clean(line.text)
        if not text:
            raise CaptionError("caption_empty", line=number)
        if len(text) > CAPTION_MAX_CHARS:
            raise CaptionError("caption_too_long", line=number, max_chars=CAPTION_MAX_CHARS)
        if line.start_ms < 0:
            raise CaptionError("caption_time_negative", line=number)
        if line.end_ms <= line.start_ms:
            raise CaptionError("caption_time_order", line=number)
        if made and line.start_ms < made[-1].end_ms:
            raise CaptionError("caption_overlap", line=number)
        made.append(Line(line.start_ms, line.end_ms, text, line.doubt))
    return tuple(made)


def clean(text: str) -> str:
    """`text` in NFC on one line, without control characters."""
    composed = unicodedata.normalize("NFC", text)
    bare = "".join(" " if unicodedata.category(mark) == "Cc" else mark for mark in composed)
    return " ".join(bare.split())


def to_vtt(lines: Sequence[Line]) -> str:
    """The lines as a WebVTT file; the header alone when there are none."""
    cues = (
        f"{_time(line.start_ms, '.')} --> {_time(line.end_ms, '.')}\n{_escaped(line.text)}\n"
        for line in lines
    )
    return "\n".join(("WEBVTT\n", *cues))


def to_srt(lines: Sequence[Line]) -> str:
    """The lines as an SRT file."""
    cues = (
        f"{number}\n{_time(line.start_ms, ',')} --> {_time(line.end_ms, ',')}\n"
        f"{split_for_screen(line.text)}\n"
        for number, line in enumerate(lines, start=1)
    )
    return "\n".join(cues)


def canonical_bytes(lines: Sequence[Line]) -> bytes:
    """The lines as compact JSON in UTF-8, the same bytes for the same lines."""
    plain = [line.to_json() for line in lines]
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def split_for_screen(text: str) -> str:
    """`text` broken between words into at most two lines of 42 characters, where it fits at all.

    Longer text keeps its words: the last line takes what is left rather than losing anything.
    """
    rows: list[str] = []
    for word in text.split():
        fits = rows and len(rows[-1]) + 1 + len(word) <= SCREEN_LINE_CHARS
        if fits or len(rows) == SCREEN_LINES:
            rows[-1] = f"{rows[-1]} {word}"
        else:
            rows.append(word)
    return "\n".join(rows)


def _escaped(text: str) -> str:
    spread = split_for_screen(text)
    return spread.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _time(milliseconds: int, point: str) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}{point}{rest:03d}"
