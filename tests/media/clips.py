"""Recipes for clips: ffmpeg's arguments for each, made when first asked for, never downloaded.

Pictures flash white and the sound beeps at the same moment, like a clapperboard, so that a product
can be asked whether the two still stand together.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

Clip = Callable[[str], Path]
Recipe = tuple[str | Path, ...]

# When the clapper falls, in seconds, and how long it is seen and heard.
CLAP_AT, CLAP_FOR = 1.0, 0.2
_CLAP = f"between(t,{CLAP_AT},{CLAP_AT + CLAP_FOR - 0.001})"


def picture(size: str = "320x180", rate: str = "25", seconds: float = 3, chain: str = "") -> Recipe:
    """Moving pictures with the flash; ``chain`` are further filters, each with a comma before."""
    white = f"drawbox=c=white:t=fill:enable='{_CLAP}'"
    graph = f"testsrc2=size={size}:rate={rate}:duration={seconds},{white}{chain}"
    return ("-f", "lavfi", "-i", graph)


def sound(channels: int = 2, rate: int = 48_000, seconds: float = 3) -> Recipe:
    """A beep with the flash, the same on every channel, and a hum below it."""
    wave = f"0.02*sin(2*PI*220*t)+0.5*sin(2*PI*880*t)*{_CLAP}".replace(",", r"\,")
    layout = {1: "mono", 2: "stereo", 4: "4.0", 6: "5.1"}[channels]
    each = "|".join([wave] * channels)
    return ("-f", "lavfi", "-i", f"aevalsrc={each}:c={layout}:s={rate}:d={seconds}")


PICTURE = ("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=3")
SOUND = ("-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=3")
X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
X265 = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none")
AAC = ("-c:a", "aac", "-b:a", "64k", "-ac", "2")
VP8 = ("-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "500k")
VP9 = ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "500k")
# Frames 0, 1 and 3 of every four: what a phone does in the dark.
UNEVEN = ("-vf", "select='not(eq(mod(n,4),2))'", "-vsync", "vfr")
COPY = ("-map", "0", "-c", "copy")


def wide_colour(transfer: str) -> Recipe:
    """Ten bits, BT.2020, and a transfer curve brighter than screens."""
    labels = f"color_primaries=bt2020:color_trc={transfer}:colorspace=bt2020nc"
    return ("-vf", f"format=yuv420p10le,setparams={labels}", *X265, "-tag:v", "hvc1")


BASIC: dict[str, Maker] = {
    "plain.mp4": (*PICTURE, *SOUND, *X264, *AAC, "-g", "50"),
    "clap.mp4": (*picture(), *sound(), *X264, *AAC, "-g", "50"),
    "mute.mp4": (*PICTURE, *X264),
    "sixty.mp4": ("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=60:duration=2", *X264),
    "audio-only.m4a": (*SOUND, *AAC),
    "picture.jpg": (*PICTURE, "-frames:v", "1"),
    "named.mp4": (
        *(*PICTURE, *SOUND, *X264, *AAC),
        *("-metadata", "title=Bí mật"),
        *("-metadata", "location=+21.9000+105.6000/"),
        *("-metadata", "comment=người quay"),
        *("-metadata:s:v", "handler_name=Máy của An"),
        *("-movflags", "+use_metadata_tags"),
    ),
}


def ffmpeg(*arguments: str | Path) -> None:
    """Run ffmpeg by hand; tests must not trust the door that they test."""
    subprocess.run(
        ["ffmpeg", "-nostdin", "-loglevel", "error", "-y", *map(str, arguments)],
        check=True,
        stdin=subprocess.DEVNULL,
    )


class Shelf:
    """A folder of clips, each made once: from a recipe, or from others by a function of its own."""

    def __init__(self, folder: Path, makers: Mapping[str, Maker]) -> None:
        self._folder, self._makers = folder, makers

    def __call__(self, name: str) -> Path:
        """The clip of that name, made when first asked for."""
        path = self._folder / name
        if not path.exists():
            maker = self._makers[name]
            if isinstance(maker, tuple):
                ffmpeg(*maker, path)
            else:
                maker(self, path)
        return path


Maker = Recipe | Callable[[Shelf, Path], None]
