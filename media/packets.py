"""What a walk over a clip's packets tells: true length, evenness of frames, where one can seek.

Headers may lie or be silent; the packets are the film. Pure: takes ffprobe's text, gives facts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

# The order in which ffprobe prints these fields, whatever order they are asked for in.
ENTRIES = "packet=stream_index,pts,dts,duration,size,flags"

# Containers that count in milliseconds show 33, 33, 34 for an even 30 frames a second.
_ROUNDING_S = Fraction(1, 1000)


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet: when it is shown and how long, in seconds as fractions, and its size in bytes."""

    stream: int
    time: Fraction
    duration: Fraction
    size: int
    key: bool
    hidden: bool

    @property
    def end(self) -> Fraction:
        """When what is in it has been shown."""
        return self.time + self.duration


def time_bases(streams: Iterable[dict[str, Any]]) -> dict[int, Fraction]:
    """The length of a tick of every stream of pictures or sound, in seconds."""
    wanted = ("video", "audio")
    return {
        stream["index"]: Fraction(stream["time_base"])
        for stream in streams
        if stream.get("codec_type") in wanted and not is_cover(stream)
    }


def is_cover(stream: dict[str, Any]) -> bool:
    """Whether a "video" stream is only a picture stuck on, as on the sleeve of a record."""
    return bool(stream.get("disposition", {}).get("attached_pic"))


def read(text: str, ticks: dict[int, Fraction]) -> list[Packet]:
    """The packets of the streams named in ``ticks``; those without any time are left out."""
    packets = []
    for line in text.splitlines():
        stream, pts, dts, duration, size, flags, *_ = [*line.split(","), *[""] * 6]
        when = pts if _is_number(pts) else dts
        if stream.isdigit() and int(stream) in ticks and _is_number(when):
            tick = ticks[int(stream)]
            lasts = int(duration) * tick if _is_number(duration) else Fraction(0)
            key, hidden = "K" in flags, "D" in flags
            packets.append(
                Packet(int(stream), int(when) * tick, lasts, int(size or 0), key, hidden)
            )
    return packets


def _is_number(text: str) -> bool:
    return text.lstrip("-").isdigit()


def in_order(packets: Iterable[Packet], stream: int) -> list[Packet]:
    """The shown packets of one stream in the order of showing."""
    shown = (packet for packet in packets if packet.stream == stream and not packet.hidden)
    return sorted(shown, key=lambda packet: packet.time)


def is_uneven(ordered: list[Packet], tick: Fraction) -> bool:
    """Whether any frame stands longer or shorter than the middling one, beyond rounding."""
    gaps = sorted(b.time - a.time for a, b in pairwise(ordered))
    if not gaps:
        return False
    middling = gaps[len(gaps) // 2]
    # Where a tick is a whole frame (AVI), half of one is already a frame that is missing.
    slack = min(max(tick, _ROUNDING_S), middling / 2)
    return gaps[0] < middling - slack or gaps[-1] > middling + slack


def longest_key_gap(ordered: list[Packet]) -> Fraction:
    """The longest time between two key frames, or from the last one to the end, in seconds."""
    if not ordered:
        return Fraction(0)
    keys = [packet.time for packet in ordered if packet.key]
    points = [ordered[0].time, *keys, ordered[-1].end]
    return max(b - a for a, b in pairwise(points))


def mean_rate(ordered: list[Packet]) -> Fraction:
    """Frames per second over the whole stream; zero where it cannot be told."""
    if len(ordered) < 2 or ordered[-1].time == ordered[0].time:
        return Fraction(0)
    return (len(ordered) - 1) / (ordered[-1].time - ordered[0].time)
