"""Moments, lengths and sizes as people read them: local time, dd/mm/yyyy, decimal comma."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from review import clock
from review.words import DEFAULT_LOCALE, say

MINUTE, HOUR, DAY = 60, 3600, 86_400
_TIMECODE = re.compile(r"\[(\d{1,3}):([0-5]\d)\]", re.ASCII)
SIZES = ((1024**3, "GB"), (1024**2, "MB"), (1024, "kB"))


def day(moment: datetime) -> str:
    """The local day, e.g. 05/03/2026."""
    return clock.local(moment).strftime("%d/%m/%Y")


def plain_day(value: date) -> str:
    """A day of the calendar, e.g. 05/03/2026."""
    return value.strftime("%d/%m/%Y")


def hour(moment: datetime) -> str:
    """The local time of day to the minute, e.g. 09:12."""
    return clock.local(moment).strftime("%H:%M")


def minute(moment: datetime) -> str:
    """Local day and time, e.g. 05/03/2026 09:12."""
    return clock.local(moment).strftime("%d/%m/%Y %H:%M")


def short(moment: datetime, now: datetime | None = None) -> str:
    """As little as is needed today: 09:12; this year: 09:12 05/03; else the whole date."""
    here, today = clock.local(moment), clock.local(now or clock.now())
    if here.date() == today.date():
        return here.strftime("%H:%M")
    return here.strftime("%H:%M %d/%m" if here.year == today.year else "%H:%M %d/%m/%Y")


def span(length: timedelta, locale: str = DEFAULT_LOCALE) -> str:
    """A stretch of time in its largest fitting unit, e.g. "3 giờ"; never negative."""
    seconds = max(0, int(length.total_seconds()))
    if seconds < MINUTE:
        return say("span_now", locale)
    for unit, code in ((DAY, "span_days"), (HOUR, "span_hours"), (MINUTE, "span_minutes")):
        if seconds >= unit:
            return say(code, locale, count=seconds // unit)
    raise AssertionError("unreachable: a minute is the smallest unit")


def timecode(ms: int) -> str:
    """A place in a clip, minutes and seconds: 01:07. Whole seconds, rounded down as players do."""
    return f"{ms // 60_000:02d}:{ms // 1000 % 60:02d}"


def exact_timecode(ms: int) -> str:
    """A place in a clip to the millisecond, so that saving moves nothing: 01:07.345."""
    return f"{timecode(ms)}.{ms % 1000:03d}"


def length(ms: int) -> str:
    """How long a clip runs: 0:42."""
    return f"{ms // 60_000}:{ms // 1000 % 60:02d}"


def size(count: int) -> str:
    """Bytes in the unit people know, with a decimal comma: 12,4 MB."""
    for unit, name in SIZES:
        if count >= unit:
            return f"{count / unit:.1f}".removesuffix(".0").replace(".", ",") + f" {name}"
    return f"{count} B"


def milliseconds(text: str) -> int | None:
    """What somebody typed as a time (1:07, 00:01:07.3, 67.3, 1:07,3) in milliseconds, else None."""
    parts = text.strip().replace(",", ".").split(":")
    if not 1 <= len(parts) <= 3:
        return None
    *wholes, last = parts
    whole, _, tail = last.partition(".")
    numbers = [*wholes, whole]
    if not all(part.isdecimal() and part.isascii() for part in numbers):
        return None
    if tail and not (tail.isdecimal() and tail.isascii()):
        return None
    seconds = 0
    for part in numbers:
        seconds = seconds * 60 + int(part)
    return seconds * 1000 + int((tail + "000")[:3])


def split_timecodes(text: str) -> list[str | int]:
    """`text` cut at each [mm:ss]: strings as they stand, and places in the clip in milliseconds."""
    pieces: list[str | int] = []
    end = 0
    for found in _TIMECODE.finditer(text):
        pieces.append(text[end : found.start()])
        pieces.append((int(found[1]) * 60 + int(found[2])) * 1000)
        end = found.end()
    pieces.append(text[end:])
    return [piece for piece in pieces if piece != ""]


def readable(params: Mapping[str, object]) -> dict[str, object]:
    """`params` for a sentence: what is named …_bytes or …_ms turned into what people read."""
    shown: dict[str, object] = {}
    for name, value in params.items():
        number = value if isinstance(value, int) else None
        if number is not None and name.endswith("_bytes"):
            shown[name] = size(number)
        elif number is not None and name.endswith("_ms"):
            shown[name] = length(number)
        else:
            shown[name] = value
    return shown
