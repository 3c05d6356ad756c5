"""What is made beside the video, from exactly the file that is signed: sound, pictures of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from media import face, ffmpeg, levels, limits, loudness
from media.errors import ToolFailed
from media.profiles import LOUDSPEAKER_BIT_RATE, LOUDSPEAKERS, WAVEFORM_SIZE, Sheet
from media.results import Probe
from media.sheets import tiles_of

STEP = "extras"


def make_loudspeaker(publication: Path, probe: Probe, out: Path) -> None:
    """The sound of ``publication`` as a mono MP3 for loudspeakers, without any metadata.

    ``probe`` are the publication's own facts; it must have sound. Raises ``ToolFailed``.
    """
    assert probe.audio_index is not None
    limit_ms = probe.duration_ms + limits.DURATION_GRACE_MS
    heard = levels.measure(
        publication,
        index=probe.audio_index,
        channels=probe.audio_channels,
        limit_ms=limit_ms,
        mono=True,
    )
    sound = ffmpeg.open_input(publication, limit_ms=limit_ms)[str(probe.audio_index)]
    sound = sound.filter("aformat", channel_layouts="mono")
    sound = sound.filter("aresample", LOUDSPEAKERS.sample_rate)
    if not loudness.is_right(heard, LOUDSPEAKERS):
        sound = loudness.correct(sound, heard, LOUDSPEAKERS)
    options: dict[str, object] = {
        "f": "mp3",
        "c:a": "libmp3lame",
        "b:a": LOUDSPEAKER_BIT_RATE,
        "id3v2_version": 0,
        "write_xing": 0,
        "map_metadata": -1,
        "fflags": "+bitexact",
        "flags:a": "+bitexact",
    }
    _run(sound, probe, out, options)


def make_sheet(video: Path, probe: Probe, out: Path, sheet: Sheet) -> None:
    """Small pictures of ``video``, evenly spread over it, in one JPEG. Raises ``ToolFailed``."""
    count = tiles_of(probe.duration_ms, sheet)
    step = ffmpeg.seconds(max(probe.duration_ms // count, 1))
    wide = probe.width >= probe.height
    side = (sheet.tile, -2) if wide else (-2, sheet.tile)
    rows = -(-count // sheet.columns)
    picture = ffmpeg.open_input(video, limit_ms=probe.duration_ms + 1000)[str(probe.video_index)]
    picture = (
        picture.filter("select", f"isnan(prev_selected_t)+gte(t-prev_selected_t,{step}-0.001)")
        .filter("scale", *side, out_range="pc")
        .filter("setsar", "1")
    )
    if sheet.time_size and ffmpeg.has_filter("drawtext"):
        picture = picture.filter("drawtext", **_clock(sheet.time_size))
    picture = picture.filter("tile", f"{sheet.columns}x{rows}", nb_frames=count)
    options: dict[str, object] = {
        "f": "mjpeg",
        "frames:v": 1,
        "q:v": sheet.quality,
        "pix_fmt": "yuvj420p",
        "map_metadata": -1,
        "vsync": "vfr",
        "fflags": "+bitexact",
        "flags:v": "+bitexact",
    }
    _run(picture, probe, out, options)


def _clock(size: int) -> dict[str, object]:
    """The time of each picture in its lower left corner, minutes and seconds, light on dark."""
    return {
        "fontfile": str(face.FILE),
        "text": r"%{pts:gmtime:0:%M\:%S}",
        "fontsize": size,
        "fontcolor": "white",
        "box": 1,
        "boxcolor": "black@0.6",
        "boxborderw": size // 4,
        "x": size // 3,
        "y": f"h-th-{size // 2}",
    }


def make_waveform(publication: Path, probe: Probe, out: Path) -> None:
    """The loudness of ``publication`` over time as a picture without ground. It must have sound.

    Raises ``ToolFailed``.
    """
    limit_ms = probe.duration_ms + limits.DURATION_GRACE_MS
    sound = ffmpeg.open_input(publication, limit_ms=limit_ms)[str(probe.audio_index)]
    width, height = WAVEFORM_SIZE
    picture = sound.filter("aformat", channel_layouts="mono").filter(
        "showwavespic", s=f"{width}x{height}", colors="gray", scale="sqrt"
    )
    options: dict[str, object] = {"f": "image2pipe", "c:v": "png", "frames:v": 1}
    _run(picture, probe, out, options)


def _run(stream: Any, probe: Probe, out: Path, options: dict[str, object]) -> None:
    ffmpeg.run(
        ffmpeg.write_output(stream, out=out, duration_ms=probe.duration_ms + 1000, **options),
        step=STEP,
        wall_s=limits.light_wall_s(probe.duration_ms),
        out=out,
        file_bytes=limits.OUTPUT_BASE_BYTES,
    )
    if not out.is_file() or out.stat().st_size == 0:
        out.unlink(missing_ok=True)
        raise ToolFailed("output_wrong", step=STEP, fact="bytes", expected=True, actual=False)
