"""The front door's own rules; what it says of each kind of clip is in the tables beside it."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from media import headers
from media.errors import Refused
from media.probe import probe
from media.results import Probe

Clip = Callable[[str], Path]


def look(path: Path, max_seconds: int = 60) -> Probe:
    return probe(path, max_seconds=max_seconds)


def refusal(path: Path, max_seconds: int = 60) -> Refused:
    with pytest.raises(Refused) as failure:
        probe(path, max_seconds=max_seconds)
    return failure.value


def test_an_ordinary_clip(clip: Clip) -> None:
    """All facts of a clip whose making we know."""
    facts = look(clip("plain.mp4"))
    assert (facts.container, facts.video_codec, facts.audio_codec) == ("mp4", "h264", "aac")
    assert (facts.width, facts.height, facts.rotation) == (320, 180, 0)
    assert (facts.fps_num, facts.fps_den, facts.variable_rate) == (25, 1, False)
    assert facts.duration_ms == pytest.approx(3000, abs=50)
    assert (facts.audio_channels, facts.audio_rate) == (2, 48_000)
    assert (facts.sample_aspect, facts.has_cover, facts.interlaced) == ("1:1", False, False)
    assert facts.key_gap_ms == 2000
    assert facts.vertical is False
    assert [(track.kind, track.codec) for track in facts.tracks] == [
        ("video", "h264"),
        ("audio", "aac"),
    ]
    assert facts.audio_layout == "stereo"
    assert facts.loudness is not None
    assert not facts.loudness.silent
    assert Probe.from_json(facts.to_json()) == facts


def test_too_long_tells_both_lengths(clip: Clip) -> None:
    """The sender learns how long the clip is and what is allowed."""
    refused = refusal(clip("plain.mp4"), max_seconds=2)
    assert refused.code == "too_long"
    assert refused.params["max_ms"] == 2000
    assert refused.params["duration_ms"] == pytest.approx(3000, abs=50)
    assert look(clip("plain.mp4"), max_seconds=3)


def test_a_length_that_no_header_tells_is_limited_too(clip: Clip) -> None:
    """A live recording cannot hide its length."""
    assert refusal(clip("stream.mkv"), max_seconds=2).code == "too_long"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("30000/1001", Fraction(30_000, 1001)),
        ("1.5", Fraction(3, 2)),
        ("0/0", 0),
        ("1/000", 0),
        ("N/A", 0),
        ("1e999999999", 0),
        ("nan", 0),
        (None, 0),
        ("9" * 5000, 0),
    ],
)
def test_numbers_in_headers_are_read_with_care(text: object, number: Fraction) -> None:
    """A hostile header neither stops us nor keeps us busy."""
    assert headers.fraction(text) == number


@pytest.mark.parametrize("tag", ["--5", "²", "9" * 5000, "90°", "", "ninety"])
def test_a_turn_that_is_no_angle_is_none(tag: str) -> None:
    """Tags are free text."""
    assert headers.rotation_of({"tags": {"Rotate": tag}}) == (0, False)
