"""When a machine's line is not to be trusted. It is marked, never removed. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

# Whisper's own measure of "nobody speaks here", and its authors' threshold. They let confident
# text pass all the same; for news, being sure of a sentence in silence is no excuse.
NO_SPEECH = 0.6

# Mean log-probability of the words below which the authors call a decoding failed.
LOW_LOGPROB = -1.0

# Text that packs this well repeats itself (zlib, the authors' threshold).
LOOP_COMPRESSION = 2.4

# The same line so many times running is a stuck machine; a refrain comes twice.
LOOP_REPEATS = 3

# Root mean square below this, in decibels of full scale, is room noise at the most.
SILENCE_DBFS = -55.0

# What Vietnamese Whisper says when nobody speaks: farewells of video channels it was trained on.
_KNOWN_PHRASES = re.compile(
    r"subscribe|đăng ký kênh|ghiền mì gõ|la la school"
    r"|bỏ lỡ những video|cảm ơn các bạn đã (?:theo dõi|xem)"
    r"|hẹn gặp lại các bạn trong (?:các|những) video|phụ đề (?:được thực hiện )?bởi"
)


@dataclass(frozen=True, slots=True)
class Heard:
    """One line as an engine gave it, with the engine's own misgivings."""

    start_ms: int
    end_ms: int
    text: str
    no_speech: float
    mean_logprob: float
    compression: float


def doubt_about(heard: Heard, loudness_dbfs: float, before: Sequence[str]) -> str | None:
    """The reason code for not trusting ``heard``, or ``None``.

    ``loudness_dbfs`` is that of the sound under the line; ``before`` are the texts of the lines
    above. The gravest reason wins: ``known_phrase``, ``no_speech``, ``loop``, ``low_confidence``.
    """
    if _KNOWN_PHRASES.search(unicodedata.normalize("NFC", heard.text).casefold()):
        return "known_phrase"
    if heard.no_speech > NO_SPEECH or loudness_dbfs < SILENCE_DBFS:
        return "no_speech"
    last = [text.casefold() for text in before[-(LOOP_REPEATS - 1) :]]
    stuck = last == [heard.text.casefold()] * (LOOP_REPEATS - 1)
    if stuck or heard.compression > LOOP_COMPRESSION:
        return "loop"
    return "low_confidence" if heard.mean_logprob < LOW_LOGPROB else None
