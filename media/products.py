"""What is made beside the video, from exactly the file that is signed: sound, pictures of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from media import ffmpeg, levels, limits, loudness
from media.errors import ToolFailed
from media.profiles import LOUDSPEAKER_BIT_RATE, LOUDSPEAKERS, WAVEFORM_SIZE, Sheet
from media.results import Probe

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
    if loudness.is_right(heard, LOUDSPEAKERS):
        sound = sound.filter("aresample", LOUDSPEAKERS.sample_rate)
    else:
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
        .filter("tile", f"{sheet.columns}x{rows}", nb_frames=count)
    )
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


def tiles_of(duration_ms: int, sheet: Sheet) -> int:
    """How many pictures a sheet of a clip holds: one a second at the most, for a long sheet."""
    if sheet.tiles <= sheet.columns * 2:
        return sheet.tiles
    return max(min(sheet.tiles, duration_ms // 1000), 1)


def tile_size(width: int, height: int, sheet: Sheet) -> tuple[int, int]:
    """The pixels of one picture on a sheet of a clip of ``width`` × ``height``."""
    if width >= height:
        return sheet.tile, _even(sheet.tile * height, width)
    return _even(sheet.tile * width, height), sheet.tile


def _even(product: int, divisor: int) -> int:
    """As ffmpeg's ``scale=…:-2`` rounds: to the nearest even number."""
    return max((product + divisor) // (2 * divisor) * 2, 2)


def sprite_vtt(duration_ms: int, width: int, height: int, address: str, sheet: Sheet) -> str:
    """WebVTT in which each cue names its picture's place on the sprite: ``address#xywh=…``
    (W3C Media Fragments)."""
    count = tiles_of(duration_ms, sheet)
    across, down = tile_size(width, height, sheet)
    step = max(duration_ms // count, 1)
    cues = []
    for number in range(count):
        end = duration_ms if number == count - 1 else (number + 1) * step
        x, y = number % sheet.columns * across, number // sheet.columns * down
        cues.append(
            f"{_clock(number * step)} --> {_clock(end)}\n{address}#xywh={x},{y},{across},{down}\n"
        )
    return "\n".join(["WEBVTT\n", *cues])


def _clock(ms: int) -> str:
    seconds, rest = divmod(ms, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:03d}"


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
