"""Looking at a product as a stranger would: with plain ffprobe, plain ffmpeg and its bytes."""

from __future__ import annotations

import array
import json
import struct
import subprocess
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

# Marks that devices and programs leave in a file: places, names, and what made it.
TRACES = (
    *(b"\xa9xyz", b"\xa9mak", b"\xa9mod", b"\xa9too", b"\xa9nam", b"\xa9cmt", b"loci"),
    *(b"ISO6709", b"com.apple", b"com.android", b"GPSLatitude", b"Lavf"),
)
_HEAD = 1024
_SHORT_MARK = 4
_RATE = 48_000
_SIDE = 16


@dataclass(frozen=True)
class Seen:
    """A product's headers, as ffprobe tells them."""

    container: dict[str, Any]
    streams: list[dict[str, Any]]

    @property
    def video(self) -> dict[str, Any]:
        """The picture track."""
        return next(s for s in self.streams if s["codec_type"] == "video")

    @property
    def audio(self) -> dict[str, Any] | None:
        """The sound track, if there is one."""
        return next((s for s in self.streams if s["codec_type"] == "audio"), None)


def see(path: Path) -> Seen:
    """Ask plain ffprobe."""
    shown = ("-show_format", "-show_streams", "-of", "json")
    said = subprocess.run(["ffprobe", "-v", "error", *shown, path], capture_output=True, check=True)
    data = json.loads(said.stdout)
    return Seen(data["format"], data["streams"])


def top_boxes(path: Path) -> list[str]:
    """The names of the outermost boxes of an MP4, in order."""
    names, data, at = [], path.read_bytes(), 0
    while at < len(data):
        size, name = struct.unpack(">I4s", data[at : at + 8])
        names.append(name.decode())
        at += size
    return names


def traces(path: Path, *secrets: str) -> list[bytes]:
    """Which marks of people, places and devices stand in the file's bytes.

    Marks of three or four letters are looked for outside the film itself: among half a million
    bytes of compressed pictures every one of them stands somewhere by chance. A picture or a sound
    alone says such things in its head.
    """
    data = path.read_bytes()
    begins, ends = data.find(b"mdat"), data.rfind(b"moov")
    film = begins >= 0
    outside = data[:begins] + (data[ends:] if ends > begins else b"") if film else data[:_HEAD]
    marks = (*TRACES, *(secret.encode() for secret in secrets))
    return [mark for mark in marks if mark in (data if len(mark) > _SHORT_MARK else outside)]


def claps(path: Path, rate: str, folder: Path) -> tuple[float, float]:
    """When the flash is seen and the beep heard, in seconds, as a player would play them."""
    pictures, sounds = folder / "clap.gray", folder / "clap.s16"
    small = f"scale={_SIDE}:{_SIDE},format=gray"
    steady = "aresample=async=1:first_pts=0"
    subprocess.run(
        [
            *("ffmpeg", "-nostdin", "-v", "error", "-y", "-i", path),
            *("-map", "0:v", "-vf", small, "-f", "rawvideo", pictures),
            *("-map", "0:a", "-af", steady, "-ac", "1", "-ar", str(_RATE), "-f", "s16le", sounds),
        ],
        check=True,
    )
    return _flash(pictures.read_bytes()) / Fraction(rate), _beep(sounds.read_bytes())


def _flash(data: bytes) -> int:
    size = _SIDE * _SIDE
    lights = [sum(data[at : at + size]) / size for at in range(0, len(data) - size + 1, size)]
    edge = (max(lights) + sorted(lights)[len(lights) // 2]) / 2
    return next(number for number, light in enumerate(lights) if light > edge)


def _beep(data: bytes) -> float:
    samples = array.array("h", data)
    edge = max(abs(value) for value in samples) * 0.4
    return next(at for at, value in enumerate(samples) if abs(value) > edge) / _RATE
