"""Clips for the tests, each made once a session, on first use, and never downloaded."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tools import make_clip

ROOT = Path(__file__).resolve().parents[2]
TINY_MODEL = ROOT / "tools" / "tiny-whisper" / "tiny-vi.pt"

SENTENCES = (
    "Hội phụ nữ tổ chức ngày hội văn hóa tại Chợ Chu.",
    "Tin vui đến với bà con.",
)

PICTURE = ("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=3")
SOUND = ("-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=3")
X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
AAC = ("-c:a", "aac", "-b:a", "64k", "-ac", "2")
# Frames 0, 1 and 3 of every four: what a phone does in the dark.
UNEVEN = ("-vf", "select='not(eq(mod(n,4),2))'", "-vsync", "vfr")
HLG = (
    "-vf",
    "format=yuv420p10le,setparams=color_primaries=bt2020:color_trc=arib-std-b67:colorspace=bt2020nc",
)


def ffmpeg(*arguments: str | Path) -> None:
    """Run ffmpeg by hand; tests must not trust the door that they test."""
    subprocess.run(
        ["ffmpeg", "-nostdin", "-loglevel", "error", "-y", *map(str, arguments)],
        check=True,
        stdin=subprocess.DEVNULL,
    )


RECIPES: dict[str, tuple[str | Path, ...]] = {
    "plain.mp4": (*PICTURE, *SOUND, *X264, *AAC, "-g", "50"),
    "vertical.mp4": ("-f", "lavfi", "-i", "testsrc2=size=180x320:rate=30:duration=2", *X264),
    "ntsc.mp4": ("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=30000/1001:duration=2", *X264),
    "sixty.mp4": ("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=60:duration=2", *X264),
    "uneven.mp4": (*PICTURE, *SOUND, *UNEVEN, *X264, *AAC),
    "mute.mp4": (*PICTURE, *X264),
    "silent.mp4": (
        *PICTURE,
        "-f",
        "lavfi",
        "-i",
        "anullsrc=r=44100:cl=mono",
        "-t",
        "3",
        *X264,
        "-c:a",
        "aac",
    ),
    "mono.mp4": (*PICTURE, *SOUND, *X264, "-c:a", "aac", "-ac", "1", "-ar", "44100"),
    "six.mkv": (*PICTURE, *SOUND, *X264, "-c:a", "ac3", "-ac", "6"),
    "audio-only.m4a": (*SOUND, *AAC),
    "audio.mp3": (*SOUND, "-c:a", "libmp3lame"),
    "stream.mkv": (*PICTURE, *SOUND, *X264, *AAC, "-live", "1"),
    "stream.webm": (
        *PICTURE,
        *SOUND,
        "-c:v",
        "libvpx",
        "-deadline",
        "realtime",
        "-c:a",
        "libopus",
        "-live",
        "1",
    ),
    "station.ts": (*PICTURE, *SOUND, "-c:v", "mpeg2video", "-flags", "+ilme+ildct", "-c:a", "mp2"),
    "wide-pixels.mp4": (*PICTURE, "-vf", "setsar=4/3", *X264),
    "hlg.mp4": (
        *PICTURE,
        *HLG,
        "-c:v",
        "libx265",
        "-preset",
        "ultrafast",
        "-x265-params",
        "log-level=none",
        "-tag:v",
        "hvc1",
    ),
    "magicyuv.mov": (*PICTURE, "-c:v", "magicyuv"),
    "huge.mp4": ("-f", "lavfi", "-i", "color=size=4400x2200:rate=1:duration=1", *X264),
    "picture.jpg": (*PICTURE, "-frames:v", "1"),
    "named.mp4": (
        *PICTURE,
        *SOUND,
        *X264,
        *AAC,
        "-metadata",
        "title=Bí mật",
        "-metadata",
        "location=+21.9000+105.6000/",
        "-metadata",
        "comment=người quay",
        "-metadata:s:v",
        "handler_name=Máy của An",
        "-movflags",
        "+use_metadata_tags",
    ),
}


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Gives the clip of a name in ``RECIPES``, made when first asked for."""
    folder = tmp_path_factory.mktemp("clips")

    def make(name: str) -> Path:
        path = folder / name
        if not path.exists():
            ffmpeg(*RECIPES[name], path)
        return path

    return make


@pytest.fixture(scope="session")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[make_clip.Spoken]]:
    """A clip in which two sentences are said, and what is said when."""
    path = tmp_path_factory.mktemp("spoken") / "spoken.mp4"
    return path, make_clip.make(path, SENTENCES, size=(320, 180), fps="25")
