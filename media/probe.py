"""The front door: says what a clip is, or why we do not take it. Nothing else touches it before.

Looks twice: at the headers, which are quick and may lie; and at every packet of the picture and
the sound, which are the film. Meanwhile it listens how loud the sound is, on another core.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from media import ffmpeg, headers, levels, limits, packets, refusals, tracks
from media.errors import Refused, ToolFailed
from media.results import Loudness, Probe

# ffprobe names a demuxer by all its aliases; these are the ones a person would use.
_CONTAINERS = {
    "mov,mp4,m4a,3gp,3g2,mj2": "mp4",
    "matroska,webm": "matroska",
    "mpegts": "mpegts",
    "avi": "avi",
}


def probe(path: Path, *, max_seconds: int, listen: bool = True) -> Probe:
    """The facts of the clip at ``path``, at most ``max_seconds`` long.

    ``listen`` also decodes the sound to say how loud it is; without it nothing is decoded.
    Raises ``Refused`` with one of its codes; ``ToolFailed`` when the tools themselves could not
    be run or took too long.
    """
    if path.stat().st_size == 0:
        raise Refused("empty_file")
    film = _open(path, max_seconds)
    with _listening(path, film.audio if listen else None, max_seconds) as loudness:
        facts = _facts(_walked(path, film, max_seconds), max_seconds)
        return facts if facts.audio_index is None else replace(facts, loudness=loudness())


class _Enough(Exception):
    """Nobody waits for the loudness any more."""


@contextmanager
def _listening(
    path: Path, audio: dict[str, Any] | None, max_seconds: int
) -> Iterator[Callable[[], Loudness | None]]:
    """Measures the loudness of ``audio`` in a thread of its own while the block runs; what it
    yields waits for the answer. Whoever leaves the block without asking stops the measuring."""
    if audio is None:
        yield lambda: None
        return
    enough = threading.Event()

    def go_on(_done_ms: int) -> None:
        if enough.is_set():
            raise _Enough

    with ThreadPoolExecutor(1, "loudness") as pool:
        heard = pool.submit(
            levels.measure,
            path,
            index=audio["index"],
            channels=audio["channels"],
            limit_ms=max_seconds * 1000 + limits.DURATION_GRACE_MS,
            on_progress=go_on,
        )
        try:
            yield heard.result
        finally:
            enough.set()


@dataclass(frozen=True, slots=True)
class _Film:
    """What was read of a file: its headers, the two tracks we use, and their packets.

    ``walk`` is empty until the packets have been read.
    """

    container: dict[str, Any]
    streams: list[dict[str, Any]]
    video: dict[str, Any]
    audio: dict[str, Any] | None
    promised: Fraction
    walk: list[packets.Packet] = field(default_factory=list)

    @property
    def frames(self) -> list[packets.Packet]:
        """The shown frames in the order of showing."""
        return packets.in_order(self.walk, self.video["index"])


def _open(path: Path, max_seconds: int) -> _Film:
    try:
        described = ffmpeg.read_headers(path)
    except ToolFailed as failure:
        raise refusals.from_failure(path, failure) from failure
    container, streams = described.get("format", {}), described.get("streams", [])
    if not streams:
        raise refusals.unreadable(path, "no tracks")
    tracks.every(streams)
    video, audio = tracks.picture(streams), tracks.sound(streams)
    promised = headers.promised_length(container, video, audio)
    _refuse_too_long(promised, max_seconds)
    return _Film(container, streams, video, audio, promised)


def _walked(path: Path, film: _Film, max_seconds: int) -> _Film:
    with ThreadPoolExecutor(1, "walk") as pool:
        hearing = pool.submit(_walk, path, film.audio, max_seconds) if film.audio else None
        walk = _walk(path, film.video, max_seconds)
        heard = hearing.result() if hearing else []
    # A track that was opened and never written to is no sound.
    return replace(film, audio=film.audio if heard else None, walk=[*walk, *heard])


def _walk(path: Path, stream: dict[str, Any], max_seconds: int) -> list[packets.Packet]:
    """Every packet of one track; a few seconds past the limit is far enough to see it."""
    chosen = ("-select_streams", str(stream["index"]))
    asked = ("-show_entries", packets.ENTRIES, "-of", "csv=print_section=0")
    reach = ("-read_intervals", f"%+{max_seconds + 5}")
    try:
        said = ffmpeg.run_probe(path, *chosen, *asked, *reach, step="walk")
    except ToolFailed as failure:
        raise refusals.from_failure(path, failure) from failure
    return packets.read(said.decode("ascii", "replace"), packets.time_bases([stream]))


def _refuse_too_long(length: Fraction, max_seconds: int) -> None:
    if length * 1000 > max_seconds * 1000 + limits.DURATION_GRACE_MS:
        raise Refused(
            "too_long", duration_ms=headers.milliseconds(length), max_ms=max_seconds * 1000
        )


def _facts(film: _Film, max_seconds: int) -> Probe:
    frames = film.frames
    if not frames:
        raise Refused("damaged", detail="no frames")
    length = _length(film, max_seconds)
    return Probe(
        container=_CONTAINERS.get(film.container.get("format_name", ""), "other"),
        duration_ms=headers.milliseconds(length),
        has_cover=any(packets.is_cover(stream) for stream in film.streams),
        bit_rate=int(sum(frame.size for frame in frames) * 8 / length),
        key_gap_ms=headers.milliseconds(packets.longest_key_gap(frames)),
        start_ms=headers.milliseconds(frames[0].time),
        hidden_frames=any(p.hidden for p in film.walk if p.stream == film.video["index"]),
        tracks=tracks.every(film.streams),
        **_picture_facts(film.video, frames),
        **_sound_facts(film.audio),
    )


def _picture_facts(video: dict[str, Any], frames: list[packets.Packet]) -> dict[str, Any]:
    uneven = packets.is_uneven(frames, Fraction(video["time_base"]))
    rate = headers.frame_rate(video, frames, uneven)
    if rate > limits.MAX_FPS:
        raise refusals.too_complex()
    rotation, by_tag = headers.rotation_of(video)
    width, height, aspect = headers.displayed(video, rotation)
    tracks.refuse_size(width, height)
    return {
        "width": width,
        "height": height,
        "rotation": rotation,
        "rotation_by_tag": by_tag,
        "fps_num": rate.numerator,
        "fps_den": rate.denominator,
        "variable_rate": uneven,
        "sample_aspect": f"{aspect.numerator}:{aspect.denominator}",
        "video_codec": video["codec_name"],
        "video_profile": video.get("profile", ""),
        "video_level": video.get("level", 0),
        "video_index": video["index"],
        "interlaced": headers.is_interlaced(video),
        **headers.colour(video),
    }


def _sound_facts(audio: dict[str, Any] | None) -> dict[str, Any]:
    if audio is None:
        return {"audio_codec": None, "audio_channels": 0, "audio_index": None}
    return {
        "audio_codec": audio["codec_name"],
        "audio_channels": audio["channels"],
        "audio_layout": headers.layout(audio),
        "audio_rate": int(audio.get("sample_rate", 0)),
        "audio_profile": audio.get("profile", ""),
        "audio_index": audio["index"],
    }


def _length(film: _Film, max_seconds: int) -> Fraction:
    """How long the clip plays. Raises ``Refused``: ``too_long``, ``damaged`` when cut off."""
    shown = [packet for packet in film.walk if not packet.hidden]
    # Sound that starts before zero is the encoder's run-up and is not heard.
    first = max(min(packet.time for packet in shown), Fraction(0))
    walked = max(packet.end for packet in shown) - first
    _refuse_too_long(walked, max_seconds)
    missing_ms = (film.promised - walked) * 1000
    share = film.promised * 1000 * limits.TRUNCATED_SHARE_PERCENT / 100
    if missing_ms > limits.TRUNCATED_MS and missing_ms > share:
        raise Refused(
            "damaged",
            promised_ms=headers.milliseconds(film.promised),
            found_ms=headers.milliseconds(walked),
        )
    agreed = abs(missing_ms) <= limits.DURATION_GRACE_MS
    length = film.promised if film.promised and agreed else walked
    if length <= 0:
        raise Refused("damaged", detail="no length")
    return length
