"""What is refused: files that are no clips, broken clips, and files made to do harm.

Each row: the file, the code of the refusal, and how long a clip may be where it is asked for.
"""

from __future__ import annotations

import io
import os
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.media import surgery
from tests.media.clips import AAC, PICTURE, SOUND, X264, Maker, Shelf
from tests.media.honest import by_hand, with_cover, with_text
from tests.media.surgery import Box


@dataclass(frozen=True)
class Hostile:
    """A file, and the code with which it is refused."""

    name: str
    make: Maker
    code: str
    max_seconds: int = 60


def written(content: bytes) -> Maker:
    """Just these bytes."""

    def make(_shelf: Shelf, out: Path) -> None:
        out.write_bytes(content)

    return make


def cut(base: str, percent: int) -> Maker:
    """The beginning of a clip, as after a lost connection."""

    def make(shelf: Shelf, out: Path) -> None:
        data = shelf(base).read_bytes()
        out.write_bytes(data[: len(data) * percent // 100])

    return make


def rewritten(base: str, change: Callable[[bytes], bytes]) -> Maker:
    """A clip whose bytes were changed by hand."""

    def make(shelf: Shelf, out: Path) -> None:
        out.write_bytes(change(shelf(base).read_bytes()))

    return make


def zipped() -> bytes:
    """An archive with a film's name in it."""
    with io.BytesIO() as buffer:
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("clip.mp4", b"\0" * 10_000)
        return buffer.getvalue()


def vast_jpeg(data: bytes) -> bytes:
    """Every picture of a film of JPEGs says that it is 65,500 pixels wide and high."""
    at = data.index(b"\xff\xc0")
    while at >= 0:
        data = data[: at + 5] + struct.pack(">HH", 65_500, 65_500) + data[at + 9 :]
        at = data.find(b"\xff\xc0", at + 9)
    return data


def vast_png(data: bytes) -> bytes:
    """A film of one PNG that says it is 60,000 pixels wide and high, its checksum right."""
    at = data.index(b"IHDR")
    head = b"IHDR" + struct.pack(">II", 60_000, 60_000) + data[at + 12 : at + 17]
    return data[:at] + head + struct.pack(">I", zlib.crc32(head)) + data[at + 21 :]


def short_claim(data: bytes) -> bytes:
    """A Matroska film that says it lasts one second."""
    at = data.index(b"\x44\x89\x88")
    return data[: at + 3] + struct.pack(">d", 1000.0) + data[at + 11 :]


def more_channels(moov: Box) -> None:
    """Plain sound of 60,000 channels."""
    sample = next(box for box in moov.every(b"stsd") if b"sowt" in box.body[:16])
    # Version, flags, count, the entry's size and name, eight bytes of its own, eight reserved.
    sample.patch(8 + 16 + 8, ">H", 60_000)


def crumbs_of_sound(data: bytes) -> bytes:
    """Sound in a million packets of one byte."""
    crumbs = surgery.operate(data, surgery.many_samples(1_000_000, track=1))
    return crumbs + Box(b"free", b"\0" * 1_000_000).pack()


def hours_of_frames(moov: Box) -> None:
    """Each frame stands for ten minutes, and no header says so."""
    for box in moov.every(b"stts"):
        count = struct.unpack(">I", box.body[8:12])[0]
        scale = struct.unpack(">I", moov.first(b"mdhd").body[12:16])[0]
        box.body = struct.pack(">IIII", 0, 1, count, 600 * scale)
    surgery.show_all(moov)


# A film's name, and inside the names of other things: {target} is a file of this machine, {port}
# one on which it listens.
PLAYLISTS = {
    "concat script": "ffconcat version 1.0\nfile '{target}'\n",
    "concat script to the network": "ffconcat version 1.0\nfile 'http://127.0.0.1:{port}/a.mp4'\n",
    "playlist": "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nfile:{target}\n#EXT-X-ENDLIST\n",
    "playlist to the network": "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\n"
    "http://127.0.0.1:{port}/a.ts\n#EXT-X-ENDLIST\n",
    "playlist with a key": '#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="http://127.0.0.1:{port}/k"\n'
    "#EXTINF:3,\nfile:{target}\n#EXT-X-ENDLIST\n",
    "playlist of pieces": "#EXTM3U\n#EXTINF:3,\nconcat:{target}|http://127.0.0.1:{port}/\n"
    "#EXT-X-ENDLIST\n",
    "playlist of data": "#EXTM3U\n#EXTINF:3,\ndata:video/mp4;base64,AAAA\n#EXT-X-ENDLIST\n",
    "DASH": "<?xml version='1.0'?><MPD xmlns='urn:mpeg:dash:schema:mpd:2011'>"
    "<BaseURL>http://127.0.0.1:{port}/</BaseURL><Period><AdaptationSet><Representation id='1'>"
    "<SegmentList><SegmentURL media='a.mp4'/></SegmentList></Representation></AdaptationSet>"
    "</Period></MPD>",
    "session description": "v=0\nc=IN IP4 127.0.0.1\nm=video {port} RTP/AVP 96\n"
    "a=rtpmap:96 H264/90000\n",
    "station list": "[playlist]\nFile1=http://127.0.0.1:{port}/a.mp4\nNumberOfEntries=1\n",
    "drawing": "<svg xmlns='http://www.w3.org/2000/svg' xmlns:x='http://www.w3.org/1999/xlink'>"
    "<image x:href='http://127.0.0.1:{port}/a.png'/></svg>",
}

TOO_MANY_FOR_FFMPEG = 1_200
MILLIONS = 5_000_000
ENDLESS = 0xFFFF_FFF0
SWOLLEN = 256 << 20
LONG = ("-f", "lavfi", "-i", "color=size=64x64:rate=1:duration=70")

TABLE = (
    # ── no clips ──
    Hostile("empty.mp4", written(b""), "empty_file"),
    Hostile("letter.mp4", written("Xin chào bà con\n".encode() * 100), "not_a_video"),
    Hostile("zeros.mp4", written(b"\0" * 4096), "not_a_video"),
    Hostile("noise.mp4", written(bytes(os.urandom(1)[0] | 1 for _ in range(9999))), "not_a_video"),
    Hostile("page.mp4", written(b"<!DOCTYPE html><html><video src=a.mp4>" * 50), "not_a_video"),
    Hostile("paper.mp4", written(b"%PDF-1.7\n" + b"1 0 obj <<>> endobj\n" * 90), "not_a_video"),
    Hostile("archive.mp4", written(zipped()), "not_a_video"),
    Hostile("script.mp4", written(b"#!/bin/sh\necho hi\n"), "not_a_video"),
    Hostile("program.mp4", written(b"MZ\x90\0" + b"\0" * 999), "not_a_video"),
    Hostile(
        "photo.mp4", written(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 99), "not_a_video"
    ),
    Hostile("picture.png", (*PICTURE, "-frames:v", "1"), "not_a_video"),
    Hostile("signature.mp4", written(b"\0\0\0\x18ftypisom\0\0\0\0isomiso2"), "damaged"),
    # ── sound only ──
    Hostile("song.mp3", (*SOUND, "-c:a", "libmp3lame"), "no_video_track"),
    Hostile("song.wav", SOUND, "no_video_track"),
    Hostile("song.mp4", (*SOUND, *AAC), "no_video_track"),
    Hostile("song-with-cover.mp4", with_cover("audio-only.m4a"), "no_video_track"),
    # ── kinds that we do not take ──
    Hostile("station.mxf", (*PICTURE, "-c:v", "mpeg2video"), "container_not_allowed"),
    Hostile("old.wmv", (*PICTURE, *SOUND), "container_not_allowed"),
    Hostile("old.flv", (*PICTURE, *SOUND, "-ar", "44100"), "container_not_allowed"),
    Hostile("disc.mpg", (*PICTURE, *SOUND), "container_not_allowed"),
    Hostile("fun.gif", (*PICTURE, "-frames:v", "3"), "container_not_allowed"),
    Hostile("magicyuv.mov", (*PICTURE, "-c:v", "magicyuv"), "codec_not_allowed"),
    Hostile("magicyuv.avi", (*PICTURE, "-c:v", "magicyuv"), "codec_not_allowed"),
    Hostile("lossless.mkv", (*PICTURE, "-c:v", "ffv1"), "codec_not_allowed"),
    Hostile("raw.avi", (*PICTURE, "-c:v", "rawvideo"), "codec_not_allowed"),
    Hostile("old-phone.3gp", (*PICTURE, "-c:v", "h263", "-s", "352x288"), "codec_not_allowed"),
    Hostile(
        "strange-sound.mov", (*PICTURE, *SOUND, *X264, "-c:a", "adpcm_ms"), "codec_not_allowed"
    ),
    Hostile("subtitles.mkv", with_text("plain.mp4", 2, "subrip"), "codec_not_allowed"),
    # ── broken ──
    Hostile("cut-before-its-index.mp4", cut("plain.mp4", 60), "damaged"),
    Hostile("cut-in-its-index.mp4", cut("plain.mp4", 99), "damaged"),
    Hostile("cut-behind-its-index.mp4", cut("long.mp4", 50), "damaged"),
    Hostile("cut.mkv", cut("long.mkv", 50), "damaged"),
    Hostile(
        "no-index.mp4", rewritten("plain.mp4", lambda d: surgery.without(d, b"moov")), "damaged"
    ),
    Hostile(
        "no-film.mp4", rewritten("plain.mp4", lambda d: surgery.without(d, b"mdat")), "damaged"
    ),
    # ── too long, and saying otherwise ──
    Hostile("too-long.mp4", (*LONG, *X264), "too_long"),
    Hostile("too-long-stream.mkv", (*LONG, *X264, "-live", "1"), "too_long"),
    Hostile("too-long-and-denied.mkv", rewritten("long.mkv", short_claim), "too_long", 5),
    Hostile("hours-of-frames.mp4", by_hand("plain.mp4", hours_of_frames), "too_long"),
    # ── too large, too small ──
    Hostile(
        "huge.mp4",
        ("-f", "lavfi", "-i", "color=size=4400x2200:rate=1:duration=1", *X264),
        "picture_too_large",
    ),
    Hostile("vast-jpegs.avi", rewritten("jpegs.avi", vast_jpeg), "damaged"),
    Hostile("vast-jpegs.mov", rewritten("jpegs.mov", vast_jpeg), "damaged"),
    Hostile("vast-png.mov", rewritten("pngs.mov", vast_png), "codec_not_allowed"),
    Hostile(
        "speck.mp4", ("-f", "lavfi", "-i", "color=size=8x8:duration=1", *X264), "picture_too_small"
    ),
    Hostile(
        "needle.mp4",
        ("-f", "lavfi", "-i", "color=size=16x200:duration=1,setsar=1/4", *X264),
        "picture_too_small",
    ),
    # ── made to fill memory, disk or time ──
    Hostile("fifty-tracks.mp4", by_hand("plain.mp4", surgery.many_tracks(50)), "too_complex"),
    *(
        Hostile(name, by_hand("plain.mp4", change), code)
        for name, change, code in (
            ("hundreds-of-tracks.mp4", surgery.many_tracks(TOO_MANY_FOR_FFMPEG), "too_complex"),
            ("millions-of-frames.mp4", surgery.many_samples(MILLIONS), "damaged"),
            ("billions-of-frames.mp4", surgery.many_samples(ENDLESS), "damaged"),
            ("endless-times.mp4", surgery.claim_entries(b"stts", ENDLESS), "too_complex"),
            ("endless-sizes.mp4", surgery.claim_entries(b"stsz", ENDLESS), "damaged"),
            ("endless-places.mp4", surgery.claim_entries(b"stco", ENDLESS), "too_complex"),
        )
    ),
    Hostile("millions-of-sounds.mp4", rewritten("plain.mp4", crumbs_of_sound), "too_complex"),
    Hostile(
        "index-that-swells.mp4",
        rewritten("plain.mp4", lambda d: surgery.squeezed_index(d, SWOLLEN, SWOLLEN)),
        "damaged",
    ),
    Hostile(
        "index-that-would-swell.mp4",
        rewritten("plain.mp4", lambda d: surgery.squeezed_index(d, 999, 0xFFFF_0000)),
        "too_complex",
    ),
    Hostile("sixty-thousand-channels.mp4", by_hand("plain-sound.mov", more_channels), "damaged"),
    # ── pointing elsewhere ──
    Hostile("alias.mov", by_hand("plain.mp4", surgery.refer_to("/nowhere/film.mp4")), "damaged"),
    *(
        Hostile(
            f"{name}.mp4", written(text.format(target="/nowhere", port=9).encode()), "not_a_video"
        )
        for name, text in PLAYLISTS.items()
    ),
)

MAKERS: dict[str, Maker] = {row.name: row.make for row in TABLE} | {
    "long.mp4": (
        *("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=12"),
        *(*X264, "-movflags", "+faststart"),
    ),
    "long.mkv": ("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=12", *X264),
    "jpegs.avi": (*PICTURE, "-c:v", "mjpeg"),
    "jpegs.mov": (*PICTURE, "-c:v", "mjpeg"),
    "plain-sound.mov": (*PICTURE, *SOUND, *X264, "-c:a", "pcm_s16le"),
    "pngs.mov": (*PICTURE, "-frames:v", "1", "-c:v", "png"),
}
