"""Reading ffprobe's description of a picture track. Pure: takes its JSON, gives facts."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from media import packets

# Tags are written by whoever made the file: only what is plainly an angle is read as one.
_DEGREES = re.compile(r"-?[0-9]{1,3}")

# Digits, a sign, a point or a bar. No exponents: a few letters could mean a billion digits.
_NUMBER = re.compile(r"-?[0-9]{1,20}(?:[./][0-9]{1,20})?")


_INTERLACED = frozenset({"tt", "bb", "tb", "bt"})


def frame_rate(video: dict[str, Any], frames: list[packets.Packet], uneven: bool) -> Fraction:
    """The nominal rate where frames are even and it agrees with them, else the mean of them."""
    mean, nominal = packets.mean_rate(frames), fraction(video.get("r_frame_rate"))
    close = mean == 0 or abs(nominal - mean) * 100 <= mean
    if nominal > 0 and close and not uneven:
        return nominal
    return (mean or nominal or Fraction(1)).limit_denominator(1001)


def rotation_of(video: dict[str, Any]) -> tuple[int, bool]:
    """Clockwise degrees to the nearest quarter turn, and whether only a tag says so."""
    for side in video.get("side_data_list", []):
        if "rotation" in side:
            # The display matrix counts the other way round.
            return round(-float(side["rotation"]) / 90) * 90 % 360, False
    tags = {name.lower(): str(value) for name, value in video.get("tags", {}).items()}
    tag = tags.get("rotate", "")
    turn = round(int(tag) / 90) * 90 % 360 if _DEGREES.fullmatch(tag) else 0
    return turn, turn != 0


def displayed(video: dict[str, Any], rotation: int) -> tuple[int, int, Fraction]:
    """Width, height and pixel shape as the viewer sees them."""
    aspect = fraction(str(video.get("sample_aspect_ratio", "1:1")).replace(":", "/"))
    # Beyond 4:1 no camera goes; it is a damaged or hostile header, and square is the safe reading.
    if not Fraction(1, 4) <= aspect <= 4:
        aspect = Fraction(1)
    width, height = round(video["width"] * aspect), video["height"]
    return (height, width, aspect) if rotation in (90, 270) else (width, height, aspect)


def promised_length(
    container: dict[str, Any], video: dict[str, Any], audio: dict[str, Any] | None
) -> Fraction:
    """The length that the headers promise of the tracks we use, in seconds; zero for none.

    By track where each says so: a text track or a second microphone may run on. Else the
    container's (Matroska and MPEG-TS know no other).
    """
    used = [stream for stream in (video, audio) if stream]
    if not all(seconds(stream.get("duration")) for stream in used):
        return seconds(container.get("duration"))
    starts = [seconds(stream.get("start_time")) for stream in used]
    ends = [seconds(stream["duration"]) + at for stream, at in zip(used, starts, strict=True)]
    return max(ends) - min(starts)


def is_interlaced(video: dict[str, Any]) -> bool:
    """Whether each picture is two half pictures, one moment after the other."""
    return video.get("field_order") in _INTERLACED


def colour(video: dict[str, Any]) -> dict[str, Any]:
    """Pixel format, transfer curve, primaries and matrix as labelled; phones leave some out."""
    return {
        "pixel_format": video.get("pix_fmt", ""),
        "transfer": video.get("color_transfer", "unknown"),
        "primaries": video.get("color_primaries", "unknown"),
        "matrix": video.get("color_space", "unknown"),
    }


def layout(audio: dict[str, Any]) -> str:
    """The name of a channel layout (``mono``, ``stereo``, ``5.1``); by count where it has none."""
    return str(audio.get("channel_layout") or f"{audio['channels']} channels")


def fraction(text: object) -> Fraction:
    """A number as ffprobe prints it (``25``, ``1.5``, ``30000/1001``); zero for anything else."""
    number = str(text)
    if not _NUMBER.fullmatch(number) or set(number.partition("/")[2]) == {"0"}:
        return Fraction(0)
    return Fraction(number)


def seconds(text: object) -> Fraction:
    """A length in seconds, never negative; zero where none is told."""
    return max(fraction(text), Fraction(0))


def milliseconds(seconds: Fraction) -> int:
    """Seconds as whole milliseconds."""
    return round(seconds * 1000)
