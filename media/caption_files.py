"""Caption files that people bring: SubRip and WebVTT, read to the letter or refused by the line.

Libraries for these formats repair silently: a cue with a mistyped time is left out or glued to the
one above, and lines that run backwards pass. A press transcript may lose nothing that way, so
whatever cannot be read is refused with the number of its line in the file.
"""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from media import limits
from media.captions import clean_text
from media.errors import CaptionError
from media.results import Line

_TIME = r"(?:(\d{1,3}):)?([0-5]?\d):([0-5]?\d)[.,](\d{1,3})"
_TIMES = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s.*)?", re.ASCII)
_NUMBER = re.compile(r"\s*\d+\s*", re.ASCII)
_VTT_HEAD = re.compile(r"WEBVTT(?:[ \t].*)?")
# In WebVTT a "<" of the text is escaped, so every tag is markup; in SubRip it may be a sign of the
# text, and only the tags that players know are markup.
_VTT_TAG = re.compile(r"<[^>]*>")
_SRT_TAG = re.compile(r"</?(?:b|i|u|s|font|c|v|span|ruby|rt)\b[^>]*>|\{\\[^}]*\}", re.IGNORECASE)
_VTT_ASIDE = re.compile(r"(?:NOTE|STYLE|REGION)(?:\s|$)")

# How Vietnamese looks when its bytes were read in the wrong code page. TCVN3 (ABC) puts these signs
# inside words; UTF-8 taken for Windows-1252 leaves these pairs.
_TCVN3 = re.compile(
    r"[^\W\d_][µ¸¶·¹¨¾¼½¦§¬\u00ad]"  # signs that no word ends with
    r"|[^\W\d_][»©®ª«°](?=[^\W\d_])"  # signs that stand before or after words, never inside
    r"|[a-z][ÆÇÊÈÉËÖÜ]"  # capitals in the middle of a small word
    r"|(?<!\w)®(?=[^\W\d_])"  # its đ
)
_TAKEN_TWICE = re.compile("\u00e1\u00bb|\u00e1\u00ba|\u00c6\u00b0|\u00c4\u2018")
# One word in ten is more than "30°C" and "Facebook®" ever come to, and TCVN3 breaks every second.
_BROKEN_SHARE = 10


@dataclass(frozen=True)
class _Cue:
    """A cue as it stands in the file; ``row`` is the line of its times."""

    row: int
    start_ms: int
    end_ms: int
    text: str


def read_captions(data: bytes, duration_ms: int = 0) -> tuple[Line, ...]:
    """The lines of a SubRip or WebVTT file, styling left out. ``duration_ms`` of 0: not known.

    Raises ``CaptionError``: ``caption_file_too_large`` (max_bytes), ``caption_file_encoding``,
    ``caption_file_kind``, ``caption_file_empty``; and with ``line``, counted in the file from 1:
    ``caption_file_unreadable``, ``caption_file_time_order`` (ends before it starts),
    ``caption_file_order`` (starts before the one above), ``caption_file_overlap``,
    ``caption_file_beyond`` (after the clip has ended), ``caption_file_too_long``.
    """
    if len(data) > limits.CAPTION_FILE_MAX_BYTES:
        raise CaptionError("caption_file_too_large", max_bytes=limits.CAPTION_FILE_MAX_BYTES)
    rows = re.split(r"\r\n|\r|\n", _decode(data))
    if rows and _VTT_HEAD.fullmatch(rows[0]):
        cues = [cue for cue in _cues(rows, 1, vtt=True) if cue.text]
    elif any("-->" in row for row in rows):
        cues = [cue for cue in _cues(rows, 0, vtt=False) if cue.text]
    else:
        raise CaptionError("caption_file_kind")
    if not cues:
        raise CaptionError("caption_file_empty")
    _check(cues, duration_ms)
    return tuple(Line(cue.start_ms, cue.end_ms, cue.text) for cue in cues)


def _decode(data: bytes) -> str:
    """The text of a Unicode file, by its mark, its zero bytes or as UTF-8."""
    try:
        text = data.decode(_encoding(data)).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise CaptionError("caption_file_encoding") from error
    words = len(text.split())
    broken = len(_TCVN3.findall(text)) + len(_TAKEN_TWICE.findall(text))
    if "\x00" in text or broken * _BROKEN_SHARE > words:
        raise CaptionError("caption_file_encoding")
    return text


def _encoding(data: bytes) -> str:
    if data.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    # Times are plain digits: in UTF-16 every second byte of them is zero.
    head = data[:64]
    if head[1::2].count(0) * 2 > len(head[1::2]):
        return "utf-16-le"
    if head[::2].count(0) * 2 > len(head[::2]):
        return "utf-16-be"
    return "utf-8"


def _cues(rows: list[str], skip: int, *, vtt: bool) -> Iterator[_Cue]:
    for first, block in _blocks(rows, skip):
        at = next((index for index, row in enumerate(block[:2]) if "-->" in row), None)
        if vtt and (_VTT_ASIDE.match(block[0]) or (first == skip and at is None)):
            continue  # a note or a style sheet, or the rest of the file's head
        numbered = at == 0 or vtt or _NUMBER.fullmatch(block[0])
        found = _TIMES.fullmatch(block[at]) if at is not None and numbered else None
        if at is None or found is None:
            raise CaptionError("caption_file_unreadable", line=first + 1 + (at or 0))
        yield _Cue(
            first + 1 + at,
            _milliseconds(found.groups()[:4]),
            _milliseconds(found.groups()[4:]),
            _plain("\n".join(block[at + 1 :]), vtt=vtt),
        )


def _blocks(rows: list[str], skip: int) -> Iterator[tuple[int, list[str]]]:
    """What stands between blank rows, with the index of its first row.

    Some programs leave blank rows inside a cue of SubRip: a block that holds neither a time nor a
    number is refused by the caller, because a reader cannot know where it belongs.
    """
    block: list[str] = []
    for index, row in enumerate([*rows[skip:], ""], skip):
        if row.strip():
            block.append(row)
        elif block:
            yield index - len(block), block
            block = []


def _milliseconds(parts: tuple[str | None, ...]) -> int:
    hours, minutes, seconds, rest = parts
    whole = (int(hours or 0) * 60 + int(minutes or 0)) * 60 + int(seconds or 0)
    return whole * 1000 + int(((rest or "") + "000")[:3])


def _plain(text: str, *, vtt: bool) -> str:
    if vtt:
        return clean_text(html.unescape(_VTT_TAG.sub("", text)))
    return clean_text(_SRT_TAG.sub("", text))


def _check(cues: list[_Cue], duration_ms: int) -> None:
    for cue in cues:
        if cue.end_ms <= cue.start_ms:
            raise CaptionError("caption_file_time_order", line=cue.row)
        if duration_ms and cue.end_ms > duration_ms + limits.DURATION_GRACE_MS:
            raise CaptionError("caption_file_beyond", line=cue.row, duration_ms=duration_ms)
        if len(cue.text) > limits.CAPTION_MAX_CHARS:
            raise CaptionError(
                "caption_file_too_long", line=cue.row, max_chars=limits.CAPTION_MAX_CHARS
            )
    for above, cue in pairwise(cues):
        if cue.start_ms < above.start_ms:
            raise CaptionError("caption_file_order", line=cue.row)
        if cue.start_ms < above.end_ms:
            raise CaptionError("caption_file_overlap", line=cue.row)
