"""Honest clips: what phones, cameras, editing programs and stations make, and what becomes of it.

Each row: the clip, the facts that the front door must find, and the publication file that must
come of it. A file name that a person gave is a row of its own.
"""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.media import surgery
from tests.media.clips import (
    AAC,
    CLAP_AT,
    COPY,
    PICTURE,
    UNEVEN,
    VP8,
    VP9,
    X264,
    X265,
    Maker,
    Shelf,
    ffmpeg,
    picture,
    sound,
    wide_colour,
)
from tests.media.surgery import Box

_SUBTITLE = "1\n00:00:00,000 --> 00:00:{end},000\nXin chào bà con\n"


@dataclass(frozen=True)
class Honest:
    """A clip, its facts, and its publication file: size, rate, and when the clapper falls in it.

    ``clap`` is ``None`` where picture or sound is missing or too short to have one; ``beep`` is
    when it is heard, where that is another moment; ``copied`` says whether its pictures must or
    must not be copied, where the row is about that.
    """

    name: str
    make: Maker
    facts: dict[str, object] = field(default_factory=dict)
    size: tuple[int, int] = (320, 180)
    rate: str = "25"
    clap: float | None = CLAP_AT
    beep: float | None = None
    seconds: float = 3.0
    copied: bool | None = None


def again(base: str, *options: str | Path, before: tuple[str, ...] = ()) -> Maker:
    """A clip made from another by rewrapping or by encoding it again."""

    def make(shelf: Shelf, out: Path) -> None:
        ffmpeg(*before, "-i", shelf(base), *options, out)

    return make


def renamed(base: str) -> Maker:
    """The same bytes under a name as people give them."""

    def make(shelf: Shelf, out: Path) -> None:
        shutil.copy(shelf(base), out)

    return make


def with_cover(base: str) -> Maker:
    """A picture stuck on in front, as on the sleeve of a record."""

    def make(shelf: Shelf, out: Path) -> None:
        both = ("-i", shelf("picture.jpg"), "-i", shelf(base), "-map", "0", "-map", "1")
        ffmpeg(*both, "-c", "copy", "-disposition:v:0", "attached_pic", out)

    return make


def with_text(base: str, end: int, codec: str) -> Maker:
    """A text track that stands until ``end`` seconds."""

    def make(shelf: Shelf, out: Path) -> None:
        text = out.with_suffix(".srt")
        text.write_text(_SUBTITLE.format(end=f"{end:02d}"), encoding="utf-8")
        both = ("-i", shelf(base), "-i", text, "-map", "0", "-map", "1")
        ffmpeg(*both, "-c", "copy", "-c:s", codec, out)

    return make


def by_hand(base: str, change: Callable[[Box], None]) -> Maker:
    """A clip whose index was changed by hand."""

    def make(shelf: Shelf, out: Path) -> None:
        out.write_bytes(surgery.operate(shelf(base).read_bytes(), change))

    return make


def late(track: str) -> Maker:
    """One track half a second late, by an empty edit."""

    def make(shelf: Shelf, out: Path) -> None:
        source, delay = shelf("clap.mp4"), ("-itsoffset", "0.5")
        first = (*delay, "-i", source) if track == "v" else ("-i", source)
        second = (*delay, "-i", source) if track == "a" else ("-i", source)
        ffmpeg(*first, *second, "-map", "0:v", "-map", "1:a", "-c", "copy", out)

    return make


BOTH = (*picture(), *sound())
FILM = (*BOTH, *X264, *AAC)
TURNED = {90: (180, 320), 180: (320, 180), 270: (180, 320)}
HDR = {"pixel_format": "yuv420p10le", "primaries": "bt2020", "matrix": "bt2020nc"}
GPS = (
    *("-metadata", "location=+21.9000+105.6000/", "-metadata", "make=Apple"),
    *("-metadata", "model=iPhone 15 Pro", "-metadata", "artist=Người quay Bí Mật"),
    *("-metadata", "com.apple.quicktime.location.ISO6709=+21.9000+105.6000+030/"),
    *("-metadata", "com.apple.quicktime.make=Apple"),
    *("-metadata", "com.apple.quicktime.model=iPhone 15 Pro"),
    *("-metadata:s:v", "handler_name=Máy của An", "-metadata", "comment=Ở nhà chị Hoa"),
)
NAMES = ("Bí Mật", "Máy của An", "chị Hoa")
SECRETS = ("21.9000", "105.6000", "Apple", "iPhone", *NAMES)

TABLE = (
    Honest(
        "plain-clap.mp4",
        (*FILM, "-g", "50"),
        {
            "container": "mp4",
            "video_codec": "h264",
            "audio_codec": "aac",
            "audio_layout": "stereo",
            "variable_rate": False,
            "hidden_frames": False,
            "interlaced": False,
            "has_cover": False,
            "vertical": False,
            "key_gap_ms": 2000,
        },
        copied=True,
    ),
    Honest("index-first.mp4", (*FILM, "-g", "50", "-movflags", "+faststart"), copied=True),
    Honest(
        "b-frames.mp4",
        (*BOTH, "-c:v", "libx264", "-preset", "fast", "-bf", "3", "-g", "50", *AAC),
        {"video_profile": "High", "start_ms": 0},
        copied=True,
    ),
    # Written in pieces, as recorders do that may lose their power.
    Honest(
        "pieces.mp4",
        (*FILM, "-g", "50", "-movflags", "frag_keyframe+empty_moov+default_base_moof"),
        {"variable_rate": True},
    ),
    # ── which way up ──
    Honest(
        "vertical.mp4",
        (*picture("180x320", "30"), *sound(), *X264, *AAC),
        {"width": 180, "height": 320, "vertical": True},
        size=(180, 320),
        rate="30",
    ),
    *(
        Honest(
            f"turned{degrees}.mp4",
            # This ffmpeg writes the matrix the other way round than its old tag was read.
            again("clap.mp4", *COPY, "-metadata:s:v", f"rotate={360 - degrees}"),
            {"rotation": degrees, "rotation_by_tag": False},
            size=size,
        )
        for degrees, size in TURNED.items()
    ),
    *(
        Honest(
            f"tagged{degrees}.mkv",
            again("clap.mp4", *COPY, "-metadata:s:v", f"ROTATE={degrees}"),
            {"rotation": degrees % 360, "rotation_by_tag": True},
            size=TURNED[degrees % 360],
        )
        for degrees in (90, -90)
    ),
    # ── light ──
    Honest(
        "hlg.mp4",
        (*BOTH, *wide_colour("arib-std-b67"), *AAC),
        {"transfer": "arib-std-b67", "video_codec": "hevc", **HDR},
    ),
    Honest(
        "pq.mp4",
        (*BOTH, *wide_colour("smpte2084"), *AAC),
        {"transfer": "smpte2084", **HDR},
    ),
    Honest(
        "ten-bit.mp4",
        (*BOTH, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le", *AAC),
        {"pixel_format": "yuv420p10le", "transfer": "unknown"},
    ),
    Honest(
        "full-range.mp4",
        (*BOTH, *X264[:-1], "yuvj420p", *AAC),
        {"pixel_format": "yuvj420p"},
    ),
    # ── time ──
    Honest("uneven.mp4", (*BOTH, *UNEVEN, *X264, *AAC), {"variable_rate": True}, rate="24000/1001"),
    Honest(
        "uneven.webm",
        (*BOTH, *UNEVEN, *VP8, "-c:a", "libopus"),
        {"variable_rate": True},
        rate="24000/1001",
    ),
    Honest(
        "ntsc.mp4",
        (*picture(rate="30000/1001"), *sound(), *X264, *AAC),
        {"fps_num": 30_000, "fps_den": 1001, "variable_rate": False},
        rate="30000/1001",
    ),
    Honest(
        "film-rate.mkv",
        (*picture(rate="24000/1001"), *sound(), *X264, *AAC),
        {"fps_num": 24_000, "fps_den": 1001, "variable_rate": False},
        rate="24000/1001",
    ),
    Honest(
        "sixty-ntsc.mp4",
        (*picture(rate="60000/1001"), *sound(), *X264, *AAC),
        {"fps_num": 60_000, "fps_den": 1001},
        rate="30000/1001",
    ),
    Honest(
        "slow-motion.mov",
        (*picture("160x90", "240"), *sound(), *X265, "-tag:v", "hvc1", *AAC),
        {"fps_num": 240, "video_codec": "hevc"},
        size=(160, 90),
        rate="30",
    ),
    Honest(
        "trimmed.mp4",
        again("b-frames.mp4", *COPY, before=("-ss", "0.6")),
        {"hidden_frames": True},
        clap=0.4,
        seconds=2.4,
    ),
    Honest("late-picture.mp4", late("v"), {"start_ms": 500}, clap=1.5, beep=1.0, seconds=3.5),
    Honest("late-sound.mp4", late("a"), {"start_ms": 0}, beep=1.5, seconds=3.5),
    Honest(
        "one-frame.mp4",
        (*PICTURE, *X264, "-frames:v", "1"),
        {"duration_ms": 40, "audio_codec": None},
        clap=None,
        seconds=0.04,
    ),
    Honest(
        "blink.mp4",
        (*picture(seconds=0.2), *sound(seconds=0.2), *X264, *AAC),
        {"has_audio": True},
        clap=None,
        seconds=0.2,
    ),
    # ── sound ──
    Honest(
        "mono.mp4",
        (*picture(), *sound(1, 44_100), *X264, "-c:a", "aac"),
        {"audio_channels": 1, "audio_layout": "mono", "audio_rate": 44_100},
    ),
    Honest(
        "surround.mp4",
        (*picture(), *sound(6), *X264, "-c:a", "aac"),
        {"audio_channels": 6, "audio_layout": "5.1"},
    ),
    Honest(
        "six.mkv",
        (*picture(), *sound(6), *X264, "-c:a", "ac3"),
        {"audio_codec": "ac3", "audio_channels": 6, "container": "matroska"},
    ),
    Honest(
        "four-microphones.mov",
        (*picture(), *sound(4), *X264, "-c:a", "pcm_s24le"),
        {"audio_codec": "pcm_s24le", "audio_channels": 4},
    ),
    Honest(
        "no-sound.mp4",
        (*picture(), *X264),
        {"audio_codec": None, "audio_channels": 0, "audio_index": None, "loudness": None},
        clap=None,
    ),
    Honest(
        "silent.mp4",
        (*picture(), "-f", "lavfi", "-i", "anullsrc=r=44100:cl=mono", "-t", "3", *X264, *AAC),
        {"audio_codec": "aac", "silent": True},
        clap=None,
    ),
    Honest(
        "second-microphone.mp4",
        (*BOTH, *sound(1, seconds=6), "-map", "0", "-map", "1", "-map", "2", *X264, "-c:a", "aac"),
        {"audio_layout": "stereo", "kinds": ("video", "audio", "audio")},
    ),
    Honest("alac.mov", (*BOTH, *X264, "-c:a", "alac"), {"audio_codec": "alac"}),
    # ── other tracks ──
    Honest(
        "covered.mp4",
        with_cover("clap.mp4"),
        {"has_cover": True, "video_codec": "h264", "kinds": ("video", "audio", "cover")},
    ),
    Honest(
        "text.mp4",
        with_text("clap.mp4", 2, "mov_text"),
        {"kinds": ("video", "audio", "subtitle")},
    ),
    Honest("text-runs-on.mp4", with_text("clap.mp4", 9, "mov_text")),
    Honest(
        "timecode.mov",
        (*FILM, "-timecode", "10:00:00:00"),
        {"kinds": ("video", "audio", "data")},
    ),
    # ── shape ──
    Honest(
        "odd.webm",
        (*picture(chain=",scale=321:181,setsar=1"), *sound(), *VP9, "-c:a", "libopus"),
        {"width": 321, "height": 181},
        size=(320, 180),
    ),
    Honest(
        "wide-pixels.mp4",
        (*BOTH, "-vf", "setsar=4/3", *X264, *AAC),
        {"width": 427, "height": 180, "sample_aspect": "4:3"},
        size=(426, 180),
    ),
    Honest(
        "tall-pixels-turned.mp4",
        again("narrow.mp4", *COPY, "-metadata:s:v", "rotate=270"),
        {"width": 180, "height": 240, "sample_aspect": "3:4", "rotation": 90},
        size=(180, 240),
    ),
    Honest(
        "interlaced.mp4",
        (*BOTH, *X264, "-flags", "+ilme+ildct", "-x264-params", "tff=1", *AAC),
        {"interlaced": True},
    ),
    # ── where it comes from ──
    Honest(
        "station.ts",
        (*BOTH, "-c:v", "mpeg2video", "-flags", "+ilme+ildct", "-c:a", "mp2"),
        {"video_codec": "mpeg2video", "audio_codec": "mp2", "container": "mpegts"},
    ),
    Honest(
        # The station's clock of 33 bits starts again in the middle of the clip.
        "station-midnight.ts",
        (*FILM, "-output_ts_offset", "95442"),
        {"container": "mpegts"},
    ),
    Honest(
        "stream.mkv",
        (*FILM, "-live", "1"),
        {"container": "matroska", "fps_num": 25, "fps_den": 1},
    ),
    Honest("stream.webm", (*BOTH, *VP8, "-c:a", "libopus", "-live", "1"), {"video_codec": "vp8"}),
    Honest(
        "old-camera.avi",
        (*BOTH, "-c:v", "mjpeg", "-c:a", "pcm_s16le"),
        {"container": "avi", "video_codec": "mjpeg", "audio_codec": "pcm_s16le"},
    ),
    Honest("old.avi", (*BOTH, "-c:v", "mpeg4", "-c:a", "libmp3lame"), {"audio_codec": "mp3"}),
    Honest("small-phone.3gp", (*BOTH, "-c:v", "mpeg4", *AAC), {"container": "mp4"}),
    Honest(
        "editing.mov",
        (*BOTH, "-c:v", "prores_ks", "-c:a", "pcm_s16le"),
        {"video_codec": "prores", "pixel_format": "yuv422p10le"},
    ),
    Honest(
        "iphone.mov",
        (*BOTH, *X265, "-tag:v", "hvc1", *AAC, *GPS, "-movflags", "+use_metadata_tags"),
        {"video_codec": "hevc"},
    ),
    Honest("android.mp4", (*FILM, "-g", "50", *GPS), copied=True),
    Honest("av1.mp4", (*BOTH, "-c:v", "libsvtav1", "-preset", "12", *AAC), {"video_codec": "av1"}),
    # A text track of millions of pieces, which nobody reads.
    Honest("endless-text.mp4", by_hand("text.mp4", surgery.many_samples(5_000_000, track=2))),
    # ── headers that say what is not so, and cost nothing ──
    Honest(
        "claims-hours.mp4",
        by_hand("clap.mp4", surgery.claim_length(9 * 3600, b"mvhd", b"tkhd", b"mdhd")),
        {"duration_ms": 3021},
        clap=None,
    ),
    # ── names ──
    *(
        Honest(name, renamed("clap.mp4"), copied=True)
        for name in (
            " Ngày hội % 'văn hóa' : tập 1.mp4",
            unicodedata.normalize("NFD", "-i Ngày hội Định Hóa, tập 2.mp4"),
            "xuống\ndòng.mp4",
            "-y.mp4",
            "http:#clip?.mp4",
        )
    ),
)

MAKERS: dict[str, Maker] = {row.name: row.make for row in TABLE} | {
    "narrow.mp4": (*BOTH, "-vf", "setsar=3/4", *X264, *AAC),
}
