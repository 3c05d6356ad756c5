"""What platforms want: told where a clip does not fit, silent where it does."""

from __future__ import annotations

import pytest

from review.operations.agencies import CHANNEL_KINDS
from review.platforms import PLATFORMS, advise
from review.renditions import KINDS, demanded
from review.words import knows, say

UPRIGHT, WIDE = (1080, 1920), (1920, 1080)


@pytest.mark.parametrize(
    ("kind", "seconds", "size", "codes"),
    [
        ("facebook", 42, UPRIGHT, []),
        ("facebook", 90, (540, 960), []),
        ("facebook", 91, UPRIGHT, ["advice_too_long"]),
        ("facebook", 2, UPRIGHT, ["advice_too_short"]),
        ("facebook", 42, WIDE, ["advice_not_vertical"]),
        ("facebook", 42, (360, 640), ["advice_too_small"]),
        (
            "facebook",
            120,
            (640, 360),
            ["advice_too_long", "advice_not_vertical", "advice_too_small"],
        ),
        ("youtube", 180, (1080, 1080), []),
        ("youtube", 181, WIDE, ["advice_too_long", "advice_not_square_or_taller"]),
        ("tiktok", 42, WIDE, []),
        ("tiktok", 601, UPRIGHT, ["advice_too_long"]),
        ("website", 3_000, WIDE, []),
        ("facebook", 0, (0, 0), []),
    ],
)
def test_advice(kind: str, seconds: int, size: tuple[int, int], codes: list[str]) -> None:
    """By channel, length and shape; nothing is said of a clip that is not known yet."""
    assert [one.code for one in advise(kind, seconds * 1000, *size)] == codes


def test_every_platform_is_a_kind_of_channel_and_has_words() -> None:
    """Advice for a channel that cannot be registered would never be read."""
    assert set(PLATFORMS) <= set(CHANNEL_KINDS)
    for kind in PLATFORMS:
        for one in advise(kind, 10_000_000, 64, 32):
            assert knows(one.code)
            assert "{" not in say(one.code, "vi", channel="Trang", **one.params)


def test_loudspeakers_demand_sound() -> None:
    """Everything else posts the video alone."""
    assert demanded([]) == demanded(["facebook", "zalo_group"]) == ("publication",)
    assert demanded(["facebook", "loudspeaker"]) == ("loudspeaker", "publication")
    assert "loudspeaker" in CHANNEL_KINDS
    assert {kind for channel in CHANNEL_KINDS for kind in demanded([channel])} <= set(KINDS)
