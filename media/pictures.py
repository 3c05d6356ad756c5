"""Still pictures cut from a clip."""

from __future__ import annotations

from pathlib import Path

from media import ffmpeg, limits
from media.errors import ToolFailed
from media.profiles import POSTER, POSTER_AT_PERCENT
from media.results import Probe

STEP = "poster"


def make_poster(source_mp4: Path, probe: Probe, out: Path, at_ms: int | None = None) -> None:
    """Cut one frame of ``source_mp4`` at ``at_ms`` as a JPEG without metadata.

    Without ``at_ms`` a frame a third into the clip; past the end, the last second's. The long
    side is at most that of ``profiles.POSTER``. Raises ``ToolFailed``.
    """
    wanted = probe.duration_ms * POSTER_AT_PERCENT // 100 if at_ms is None else at_ms
    latest = max(probe.duration_ms - 1000, 0)
    start = ffmpeg.seconds(min(max(wanted, 0), latest))
    shrink = min(POSTER.long_side, max(probe.width, probe.height))
    side = (shrink, -2) if probe.width >= probe.height else (-2, shrink)
    node = ffmpeg.open_input(source_mp4, limit_ms=probe.duration_ms + 1000, ss=start)
    picture = node["v:0"].filter("scale", *side, out_range="pc").filter("setsar", "1")
    options: dict[str, object] = {
        "f": "mjpeg",
        "frames:v": 1,
        "q:v": POSTER.quality,
        "pix_fmt": "yuvj420p",
        "map_metadata": -1,
        "fflags": "+bitexact",
        "flags:v": "+bitexact",
    }
    ffmpeg.run(
        ffmpeg.write_output(picture, out=out, duration_ms=probe.duration_ms + 1000, **options),
        step=STEP,
        wall_s=limits.light_wall_s(probe.duration_ms),
        out=out,
        file_bytes=limits.OUTPUT_BASE_BYTES,
    )
    if not out.is_file() or out.stat().st_size == 0:
        out.unlink(missing_ok=True)
        raise ToolFailed("output_wrong", step=STEP, fact="picture", expected=True, actual=False)
