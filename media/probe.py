"""The front door: says what a clip is, or why we do not take it. Nothing else touches it before.

Looks twice: at the headers, which are quick and may lie, then at every packet, which is the film.
Decodes nothing.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

from media import ffmpeg, headers, limits, packets, profiles
from media.errors import Refused, ToolFailed
from media.results import Probe

# How the files that we take begin: (offset, bytes). What begins so and still cannot be read is a
# broken clip; what does not is no clip at all.
_SIGNATURES = (
    (4, b"ftyp"),
    (4, b"moov"),
    (4, b"mdat"),
    (4, b"wide"),
    (4, b"free"),
    (0, b"\x1a\x45\xdf\xa3"),
    (8, b"AVI "),
    (0, b"\x47\x40"),
)

# Brands of still pictures in a film's container (HEIC, AVIF).
_PICTURE_BRANDS = (b"heic", b"heix", b"mif1", b"msf1", b"avif", b"avis")

# ffprobe names a demuxer by all its aliases; these are the ones a person would use.
_CONTAINERS = {
    "mov,mp4,m4a,3gp,3g2,mj2": "mp4",
    "matroska,webm": "matroska",
    "mpegts": "mpegts",
    "avi": "avi",
}

_INTERLACED = frozenset({"tt", "bb", "tb", "bt"})


def probe(path: Path, *, max_seconds: int) -> Probe:
    """The facts of the clip at ``path``, at most ``max_seconds`` long.

    Raises ``Refused`` with one of its codes; ``ToolFailed`` when ffprobe itself could not be run
    or took too long.
    """
    if path.stat().st_size == 0:
        raise Refused("empty_file")
    described = _describe(path)
    container, streams = described.get("format", {}), described.get("streams", [])
    video = _choose_video(streams)
    audio = _choose_audio(streams)
    _refuse_picture_size(video)
    promised = headers.seconds(container.get("duration"))
    _refuse_too_long(promised, max_seconds)
    walk = _walk(path, streams, max_seconds)
    return _facts(container, streams, video, audio, walk, promised, max_seconds)


def _describe(path: Path) -> dict[str, Any]:
    try:
        return ffmpeg.read_headers(path)
    except ToolFailed as failure:
        if failure.code != "ffmpeg_failed":
            raise
        raise _why_unreadable(path, str(failure.params.get("detail", ""))) from failure


def _why_unreadable(path: Path, detail: str) -> Refused:
    if codec := ffmpeg.FENCED_CODEC.search(detail):
        return Refused("codec_not_allowed", codec=codec["codec"])
    if size := ffmpeg.FENCED_SIZE.search(detail):
        return _too_many_pixels(int(size["width"]), int(size["height"]))
    with path.open("rb") as file:
        head = file.read(16)
    known = any(head[at : at + len(sign)] == sign for at, sign in _SIGNATURES)
    film = known and head[8:12] not in _PICTURE_BRANDS
    return Refused("damaged" if film else "not_a_video", detail=detail)


def _too_many_pixels(width: int, height: int) -> Refused:
    return Refused("picture_too_large", width=width, height=height, max_pixels=limits.MAX_PIXELS)


def _choose_video(streams: list[dict[str, Any]]) -> dict[str, Any]:
    """The first moving picture; a cover is none. Raises ``Refused``."""
    moving = [s for s in streams if s.get("codec_type") == "video" and not packets.is_cover(s)]
    if not moving:
        audible = any(s.get("codec_type") == "audio" for s in streams)
        raise Refused("no_video_track" if audible else "not_a_video")
    for stream in moving:
        if stream.get("codec_name") in profiles.VIDEO_CODECS:
            return stream
    raise Refused("codec_not_allowed", codec=str(moving[0].get("codec_name", "unknown")))


def _choose_audio(streams: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The first sound track we can decode: phones add others that only they know."""
    tracks = [s for s in streams if s.get("codec_type") == "audio"]
    for stream in tracks:
        if stream.get("codec_name") in profiles.AUDIO_CODECS and stream.get("channels"):
            return stream
    if tracks:
        raise Refused("codec_not_allowed", codec=str(tracks[0].get("codec_name", "unknown")))
    return None


def _refuse_picture_size(video: dict[str, Any]) -> None:
    width, height = video.get("width", 0), video.get("height", 0)
    if width * height > limits.MAX_PIXELS:
        raise _too_many_pixels(width, height)
    if min(width, height) == 0:
        raise Refused("damaged", detail="no picture size")
    if min(width, height) < limits.MIN_SIDE_PIXELS:
        raise Refused("picture_too_small", width=width, height=height)


def _refuse_too_long(length: Fraction, max_seconds: int) -> None:
    if length * 1000 > max_seconds * 1000 + limits.DURATION_GRACE_MS:
        raise Refused(
            "too_long", duration_ms=headers.milliseconds(length), max_ms=max_seconds * 1000
        )


def _walk(path: Path, streams: list[dict[str, Any]], max_seconds: int) -> list[packets.Packet]:
    """Every packet of picture and sound; a few seconds past the limit is far enough to see it."""
    asked = ("-show_entries", packets.ENTRIES, "-of", "csv=print_section=0")
    reach = ("-read_intervals", f"%+{max_seconds + 5}")
    try:
        said = ffmpeg.run_probe(path, *asked, *reach, step="walk")
    except ToolFailed as failure:
        if failure.code != "ffmpeg_failed":
            raise
        raise Refused("damaged", detail=str(failure.params.get("detail", ""))) from failure
    return packets.read(said.decode("ascii", "replace"), packets.time_bases(streams))


def _facts(
    container: dict[str, Any],
    streams: list[dict[str, Any]],
    video: dict[str, Any],
    audio: dict[str, Any] | None,
    walk: list[packets.Packet],
    promised: Fraction,
    max_seconds: int,
) -> Probe:
    frames = packets.in_order(walk, video["index"])
    if not frames:
        raise Refused("damaged", detail="no frames")
    length = _length(walk, promised, max_seconds)
    uneven = packets.is_uneven(frames, Fraction(video["time_base"]))
    rate = headers.frame_rate(video, frames, uneven)
    rotation, by_tag = headers.rotation_of(video)
    width, height, aspect = headers.displayed(video, rotation)
    return Probe(
        container=_CONTAINERS.get(container.get("format_name", ""), "other"),
        duration_ms=headers.milliseconds(length),
        width=width,
        height=height,
        rotation=rotation,
        fps_num=rate.numerator,
        fps_den=rate.denominator,
        variable_rate=uneven,
        video_codec=video["codec_name"],
        pixel_format=video.get("pix_fmt", ""),
        transfer=video.get("color_transfer", "unknown"),
        audio_codec=audio["codec_name"] if audio else None,
        audio_channels=audio["channels"] if audio else 0,
        sample_aspect=f"{aspect.numerator}:{aspect.denominator}",
        has_cover=any(packets.is_cover(stream) for stream in streams),
        video_profile=video.get("profile", ""),
        video_level=video.get("level", 0),
        interlaced=video.get("field_order") in _INTERLACED,
        bit_rate=int(sum(frame.size for frame in frames) * 8 / length),
        key_gap_ms=headers.milliseconds(packets.longest_key_gap(frames)),
        start_ms=headers.milliseconds(frames[0].time),
        hidden_frames=any(p.hidden for p in walk if p.stream == video["index"]),
        rotation_by_tag=by_tag,
        audio_rate=int(audio.get("sample_rate", 0)) if audio else 0,
        audio_profile=audio.get("profile", "") if audio else "",
        video_index=video["index"],
        audio_index=audio["index"] if audio else None,
    )


def _length(walk: list[packets.Packet], promised: Fraction, max_seconds: int) -> Fraction:
    """How long the clip plays. Raises ``Refused``: ``too_long``, ``damaged`` when cut off."""
    shown = [packet for packet in walk if not packet.hidden]
    # Sound that starts before zero is the encoder's run-up and is not heard.
    first = max(min(packet.time for packet in shown), Fraction(0))
    walked = max(packet.end for packet in shown) - first
    _refuse_too_long(walked, max_seconds)
    missing_ms = (promised - walked) * 1000
    share = promised * 1000 * limits.TRUNCATED_SHARE_PERCENT / 100
    if missing_ms > limits.TRUNCATED_MS and missing_ms > share:
        raise Refused(
            "damaged",
            promised_ms=headers.milliseconds(promised),
            found_ms=headers.milliseconds(walked),
        )
    length = promised or walked
    if length <= 0:
        raise Refused("damaged", detail="no length")
    return length
