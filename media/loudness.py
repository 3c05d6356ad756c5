"""Brings sound to a wanted loudness, by EBU R128 in two passes.

`media.levels` is the first pass and measures; this is the second, which corrects: one gain for the
whole clip, so that loud and quiet keep their distance, and a limiter only where peaks would go
over. ffmpeg's loudnorm does the same with a moving gain at 192 kHz, for four times the work.
"""

from __future__ import annotations

from typing import Any

from media.profiles import Loud
from media.results import Loudness

# Nobody hears less than this, and every new encoding costs quality (LUFS × 100).
TOLERANCE = 100

# What is quieter than this gain can mend (dB × 100) is mostly room noise, and would become loud
# noise. It stays quieter than the others, and the person who listens hears why.
MAX_GAIN = 2_000

# An encoder's rounding lifts peaks by up to this (dB × 100).
CODEC_ROOM = 50

# What lies between two samples may stand higher than both by this (dB × 100), in speech and music.
BETWEEN_SAMPLES = 50

# The limiter is quick to catch a clap and slow enough to let go that nobody hears it (ms).
_ATTACK_MS, _RELEASE_MS = 5, 80


def goal(heard: Loudness, want: Loud) -> int:
    """The loudness to reach, in LUFS × 100: what is wanted, or as near as `MAX_GAIN` comes.

    ``heard`` must have an ``integrated`` loudness.
    """
    assert heard.integrated is not None
    return min(want.integrated, heard.integrated + MAX_GAIN)


def is_right(heard: Loudness | None, want: Loud) -> bool:
    """Whether the sound can stay as it is. Silence can: there is nothing to bring anywhere."""
    if heard is None or heard.integrated is None or heard.true_peak is None:
        return True
    near = abs(heard.integrated - goal(heard, want)) <= TOLERANCE
    return near and heard.true_peak <= want.true_peak


def correct(sound: Any, heard: Loudness, want: Loud) -> Any:
    """The filters from ``sound``, measured as ``heard``, to ``want``.

    ``sound`` has the channels of the product already: two, or one that two loudspeakers play.
    """
    assert heard.integrated is not None
    assert heard.true_peak is not None
    gain = goal(heard, want) - heard.integrated
    louder = sound.filter("volume", f"{_decimal(gain)}dB", precision="float")
    ceiling = want.true_peak - CODEC_ROOM
    if heard.true_peak + gain <= ceiling:
        return louder
    highest = 10 ** ((ceiling - BETWEEN_SAMPLES) / 2_000)
    return louder.filter(
        "alimiter", limit=f"{highest:.4f}", attack=_ATTACK_MS, release=_RELEASE_MS, level="false"
    )


def _decimal(hundredths: int) -> str:
    sign, size = ("-" if hundredths < 0 else ""), abs(hundredths)
    return f"{sign}{size // 100}.{size % 100:02d}"
