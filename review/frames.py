"""Pictures of a film by number: which is shown when. Pure.

A time from a player may lie anywhere in the picture that it shows, and rounding may put it just
before; a place that is sought lies in the middle of its picture, where no rounding can miss it.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from media.profiles import PUBLICATION

_MS = 1000
# A player's clock is kept in whole milliseconds: half of one may be missing.
_ROUNDING = Fraction(1, 2)


def rate_of(facts: Mapping[str, Any] | None) -> Fraction:
    """Pictures a second of the published file of an upload with these facts: faster films are
    halved until they fit (media.fitting.target_rate)."""
    num, den = ((facts or {}).get(name) for name in ("fps_num", "fps_den"))
    rate = Fraction(num, den) if num and den else Fraction(PUBLICATION.max_fps)
    while rate > PUBLICATION.max_fps:
        rate /= 2
    return rate


def frame_at(at_ms: int, rate: Fraction) -> int:
    """The number of the picture shown at ``at_ms``, from 0."""
    return int((max(at_ms, 0) + _ROUNDING) * rate / _MS)


def middle_ms(frame: int, rate: Fraction) -> int:
    """A time in the middle of a picture, in milliseconds."""
    return int((frame + Fraction(1, 2)) * _MS / rate)
