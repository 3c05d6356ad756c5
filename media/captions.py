"""Caption lines as text: checked, put in order of the trade, written as WebVTT and SubRip. Pure."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from media import limits
from media.errors import CaptionError
from media.results import Line

_SPACES = re.compile(r"[^\S\n]+")

# Signs that steer a screen or a reading direction, and those that nobody sees: in a caption they
# can only hide something. The joiners (U+200C, U+200D) are letters to some languages and stay.
_UNSEEN = re.compile(r"[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")


def clean_text(text: str) -> str:
    """``text`` composed (NFC), without unseen signs, blanks single, no blank line, trimmed."""
    composed = unicodedata.normalize("NFC", text)
    newlines = composed.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    seen = _UNSEEN.sub("", newlines)
    plain = "".join(
        char
        if char == "\n" or not unicodedata.category(char).startswith("C") or char in "\u200c\u200d"
        else " "
        for char in seen
    )
    rows = (_SPACES.sub(" ", row).strip() for row in plain.split("\n"))
    return "\n".join(row for row in rows if row)


def normalise(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The same lines with clean text, times checked; doubts are kept.

    Raises ``CaptionError`` with ``line`` counting from 1: ``caption_empty``,
    ``caption_too_long``, ``caption_time_negative``, ``caption_time_order`` (a line ends before it
    starts, or starts before the one above), ``caption_overlap``.
    """
    done: list[Line] = []
    for number, line in enumerate(lines, 1):
        clean = replace(line, text=clean_text(line.text))
        if clean.text != line.text:
            clean = replace(clean, unsure=())  # the ranges were of another text
        _check(clean, done[-1] if done else None, number)
        done.append(clean)
    return tuple(done)


def _check(line: Line, above: Line | None, number: int) -> None:
    if not line.text:
        raise CaptionError("caption_empty", line=number)
    if len(line.text) > limits.CAPTION_MAX_CHARS:
        raise CaptionError("caption_too_long", line=number, max_chars=limits.CAPTION_MAX_CHARS)
    if line.start_ms < 0:
        raise CaptionError("caption_time_negative", line=number)
    if line.end_ms <= line.start_ms or (above and line.start_ms < above.start_ms):
        raise CaptionError("caption_time_order", line=number)
    if above and line.start_ms < above.end_ms:
        raise CaptionError("caption_overlap", line=number)


def published(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The lines that go out, and the only rule about it: everything but what a machine is doubted
    to have heard and nobody has kept. Whatever leaves the house, is digested or is burnt into a
    picture goes through here; the editor's view alone shows the rest."""
    return tuple(line for line in lines if line.published)


@dataclass(frozen=True, slots=True)
class Complaint:
    """Something about a line that viewers will mind. ``code``: ``caption_warn_rows`` (rows, max),
    ``caption_warn_fast`` (rate, max), ``caption_warn_overlap``, ``caption_warn_order``,
    ``caption_warn_beyond``."""

    code: str
    params: Mapping[str, int]


def warnings(lines: Sequence[Line], duration_ms: int = 0) -> tuple[tuple[Complaint, ...], ...]:
    """What viewers would mind, line by line; nothing here keeps a line from being saved.

    ``duration_ms`` is the clip's, 0 where it is not known.
    """
    above: list[Line | None] = [None, *lines[:-1]] if lines else []
    return tuple(
        tuple(_warnings(line, before, duration_ms))
        for line, before in zip(lines, above, strict=True)
    )


def _warnings(line: Line, above: Line | None, duration_ms: int) -> Iterator[Complaint]:
    rows = screen_rows(line.text)
    if rows > limits.SCREEN_LINES:
        yield Complaint("caption_warn_rows", {"rows": rows, "max": limits.SCREEN_LINES})
    if line.end_ms <= line.start_ms:
        yield Complaint("caption_warn_order", {})
    else:
        rate = round(len(line.text) * 1000 / (line.end_ms - line.start_ms))
        if rate > limits.READING_CHARS_PER_SECOND:
            params = {"rate": rate, "max": limits.READING_CHARS_PER_SECOND}
            yield Complaint("caption_warn_fast", params)
    if above is not None and line.start_ms < above.end_ms:
        yield Complaint("caption_warn_overlap", {})
    if duration_ms and line.end_ms > duration_ms + limits.DURATION_GRACE_MS:
        yield Complaint("caption_warn_beyond", {})


def screen_rows(text: str) -> int:
    """How many rows of at most 42 characters ``text`` fills, its own line breaks kept."""
    return sum(len(_rows(row.split())) for row in text.split("\n"))


def canonical_bytes(lines: Sequence[Line]) -> bytes:
    """The bytes a digest is taken over: times and normalised text of the published lines.

    Marks are left out: they are for the editor and are not sent. Raises ``CaptionError``.
    """
    rows = [[line.start_ms, line.end_ms, line.text] for line in normalise(published(lines))]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()


def to_vtt(lines: Sequence[Line]) -> str:
    """The lines as WebVTT (W3C), with the three signs that it reserves escaped."""
    cues = [
        f"{number}\n{_time(line.start_ms, '.')} --> {_time(line.end_ms, '.')}\n{_vtt_text(line)}\n"
        for number, line in enumerate(lines, 1)
    ]
    return "\n".join(["WEBVTT\n", *cues])


def to_srt(lines: Sequence[Line]) -> str:
    """The lines as SubRip. It has no escapes: an arrow in the text is written as one sign."""
    cues = [
        f"{number}\n{_time(line.start_ms, ',')} --> {_time(line.end_ms, ',')}\n"
        f"{clean_text(line.text).replace('-->', '→')}\n"
        for number, line in enumerate(lines, 1)
    ]
    return "\n".join(cues)


def _vtt_text(line: Line) -> str:
    # A blank line would end the cue, and what follows would be read as the next one's time.
    text = clean_text(line.text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _time(ms: int, point: str) -> str:
    seconds, rest = divmod(ms, 1000)
    minutes, second = divmod(seconds, 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{second:02d}{point}{rest:03d}"


def split_for_screen(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Lines short enough for a screen: at most two rows of 42 characters, broken between words.

    A longer line becomes several in a row, each with time in proportion to its characters.
    """
    return tuple(part for line in lines for part in _split(line))


def _split(line: Line) -> list[Line]:
    rows = _rows(line.text.split())
    texts = [
        "\n".join(rows[at : at + limits.SCREEN_LINES])
        for at in range(0, len(rows), limits.SCREEN_LINES)
    ]
    total, lasts = sum(map(len, texts)), line.end_ms - line.start_ms
    if len(texts) > lasts:
        return [line]  # not a millisecond for each part: nothing to gain
    parts, shown = [], 0
    for text in texts:
        start = line.start_ms + lasts * shown // total
        shown += len(text)
        end = line.start_ms + lasts * shown // total
        parts.append(Line(start, end, text, line.doubt, line.kept))
    return parts


def _rows(words: Sequence[str]) -> list[str]:
    rows: list[str] = []
    for word in words:
        if rows and len(rows[-1]) + 1 + len(word) <= limits.SCREEN_LINE_CHARS:
            rows[-1] += f" {word}"
        else:
            rows.append(word)
    return rows
