"""What the platforms of the planned channels take, as data, and where a clip does not fit. Pure.

Advice, never a refusal: limits are the platforms' own, as their scheduling partners describe them,
and change without notice.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from review.words.figures import length


@dataclass(frozen=True)
class Wanted:
    """Bounds of a platform: seconds; pixels of the short and the long side; width by height."""

    shortest_s: int = 0
    longest_s: int = 0
    smallest: tuple[int, int] = (0, 0)
    widest: Fraction | None = None
    widest_code: str = "advice_not_square_or_taller"


PLATFORMS: dict[str, Wanted] = {
    # Reels, the form in which Facebook shows short clips.
    "facebook": Wanted(3, 90, (540, 960), Fraction(9, 16), "advice_not_vertical"),
    # Shorts.
    "youtube": Wanted(longest_s=180, widest=Fraction(1)),
    "tiktok": Wanted(3, 600),
}


@dataclass(frozen=True)
class Advice:
    """One sentence of advice: its code and parameters in words and figures."""

    code: str
    params: dict[str, str]


def advise(kind: str, duration_ms: int, width: int, height: int) -> tuple[Advice, ...]:
    """Where a clip does not fit the platform of a channel's `kind`; empty when it does.

    `width` and `height` are in pixels as displayed.
    """
    wanted = PLATFORMS.get(kind)
    if wanted is None or not (duration_ms and width and height):
        return ()
    size, found = f"{width}×{height}", list[Advice]()
    if wanted.longest_s and duration_ms > wanted.longest_s * 1000:
        found.append(_about_length("advice_too_long", duration_ms, wanted.longest_s))
    if duration_ms < wanted.shortest_s * 1000:
        found.append(_about_length("advice_too_short", duration_ms, wanted.shortest_s))
    if wanted.widest is not None and Fraction(width, height) > wanted.widest:
        found.append(Advice(wanted.widest_code, {"size": size}))
    short, long = sorted((width, height))
    if short < wanted.smallest[0] or long < wanted.smallest[1]:
        smallest = "{}×{}".format(*wanted.smallest)
        found.append(Advice("advice_too_small", {"size": size, "wanted": smallest}))
    return tuple(found)


def _about_length(code: str, duration_ms: int, limit_s: int) -> Advice:
    return Advice(code, {"length": length(duration_ms), "limit": length(limit_s * 1000)})
