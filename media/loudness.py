"""Brings sound to a wanted loudness, by EBU R128 in two passes.

`media.levels` is the first pass and measures; this is the second, which corrects. Where the wanted
loudness can be had by a plain gain, that is all that happens; where peaks stand in the way,
ffmpeg's loudnorm also takes care of them.
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

# loudnorm's own bounds for the wanted range, in LU × 100; below the source's range it would
# compress what needs only a gain.
_RANGE_LOW, _RANGE_HIGH = 700, 5_000


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
    """The filters from ``sound``, measured as ``heard``, to ``want``; 48 kHz comes out of them.

    ``sound`` has the channels of the product already: two, or one that two loudspeakers play.
    """
    assert heard.integrated is not None
    assert heard.true_peak is not None
    normal = sound.filter(
        "loudnorm",
        I=_decimal(goal(heard, want)),
        TP=_decimal(want.true_peak - CODEC_ROOM),
        LRA=_decimal(min(max(heard.range, _RANGE_LOW), _RANGE_HIGH)),
        measured_I=_decimal(min(heard.integrated, 0)),
        measured_TP=_decimal(heard.true_peak),
        measured_LRA=_decimal(heard.range),
        measured_thresh=_decimal(min(heard.threshold, 0)),
        linear="true",
        dual_mono="true" if want.mono else "false",
    )
    # Where loudnorm has to follow peaks it works, and answers, at 192 kHz.
    return normal.filter("aresample", want.sample_rate)


def _decimal(hundredths: int) -> str:
    sign, size = ("-" if hundredths < 0 else ""), abs(hundredths)
    return f"{sign}{size // 100}.{size % 100:02d}"
