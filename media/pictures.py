"""Still pictures cut from a clip."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

from media import ffmpeg, limits
from media.errors import ToolFailed
from media.fitting import frame_at, middle_of_frame
from media.profiles import POSTER, POSTER_AT_PERCENT, Still
from media.results import Probe

STEP = "poster"

# A JPEG that says nothing of anybody, the same bytes from the same frame.
_JPEG: dict[str, object] = {
    "pix_fmt": "yuvj420p",
    "map_metadata": -1,
    "fflags": "+bitexact",
    "flags:v": "+bitexact",
}


def make_poster(source_mp4: Path, probe: Probe, out: Path) -> None:
    """Cut the frame a third into ``source_mp4`` as a JPEG without metadata.

    The long side is at most that of ``profiles.POSTER``. Raises ``ToolFailed``.
    """
    wanted = probe.duration_ms * POSTER_AT_PERCENT // 100
    start = ffmpeg.seconds(min(wanted, max(probe.duration_ms - 1000, 0)))
    node = ffmpeg.open_input(source_mp4, limit_ms=probe.duration_ms + 1000, ss=start)
    options = _JPEG | {"f": "mjpeg", "frames:v": 1, "q:v": POSTER.quality}
    _cut(_shrunk(node["v:0"], probe, POSTER), probe, out, options)


def make_cover(publication: Path, probe: Probe, out: Path, at_ms: int) -> None:
    """Cut the frame that players show at ``at_ms`` as a JPEG without metadata.

    ``probe`` are the publication's own facts: its frames follow each other evenly. Where the
    pictures end before the sound, players keep showing the last one, and so does this.
    Raises ``ToolFailed``.
    """
    rate = Fraction(probe.fps_num, probe.fps_den)
    ends = middle_of_frame(frame_at(at_ms, rate), rate)
    begins = max(ends - limits.COVER_WINDOW_MS, 0)
    # Everything up to the middle of the frame is written over and over; what stays is the last.
    node = ffmpeg.open_input(publication, limit_ms=max(ends - begins, 1), ss=ffmpeg.seconds(begins))
    options = _JPEG | {"f": "image2", "update": 1, "vsync": "passthrough", "q:v": POSTER.quality}
    _cut(_shrunk(node[str(probe.video_index)], probe, POSTER), probe, out, options)


def _shrunk(picture: Any, probe: Probe, still: Still) -> Any:
    shrink = min(still.long_side, max(probe.width, probe.height))
    side = (shrink, -2) if probe.width >= probe.height else (-2, shrink)
    return picture.filter("scale", *side, out_range="pc").filter("setsar", "1")


def _cut(picture: Any, probe: Probe, out: Path, options: dict[str, object]) -> None:
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
