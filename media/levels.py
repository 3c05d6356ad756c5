"""How loud a clip is, by EBU R128, as two loudspeakers would play it.

Measured once, at the front door: the facts of a clip then say whether its sound track is silent,
and whoever brings it to a wanted loudness needs no first pass of his own. ebur128 reads five
minutes in under two seconds; loudnorm's own first pass takes six times that.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from media import ffmpeg, limits
from media.errors import Refused, ToolFailed
from media.results import Loudness

STEP = "loudness"

_SUMMARY = re.compile(
    r"Integrated loudness:\s+I:\s+(?P<integrated>\S+) LUFS\s+Threshold:\s+(?P<threshold>\S+) LUFS"
    r"\s+Loudness range:\s+LRA:\s+(?P<range>\S+) LU\s.*?True peak:\s+Peak:\s+(?P<peak>\S+) dBFS",
    re.DOTALL,
)

# The lowest that R128 knows: what reads so is below its gate, or shorter than its window.
_GATE = -7000


def measure(
    path: Path,
    *,
    index: int,
    channels: int,
    limit_ms: int,
    mono: bool = False,
    on_progress: Callable[[int], None] | None = None,
) -> Loudness:
    """The loudness of the sound track ``index``, folded to stereo as our products are, or to
    ``mono`` as two loudspeakers play it.

    ``on_progress`` gets the milliseconds heard; what it raises stops the work and comes through.
    Raises ``Refused`` (``damaged``) where the sound cannot be decoded, and ``ToolFailed``.
    """
    sound = ffmpeg.open_input(path, limit_ms=limit_ms)[str(index)]
    options: dict[str, object] = {"peak": "true", "framelog": "verbose"}
    if channels > 1:
        sound = sound.filter("aformat", channel_layouts="mono" if mono else "stereo")
    if channels == 1 or mono:
        # One channel on two loudspeakers is twice as strong.
        options["dualmono"] = "true"
    node = ffmpeg.write_output(
        sound.filter("ebur128", **options), out=None, duration_ms=limit_ms, f="null"
    )
    try:
        wall_s = limits.light_wall_s(limit_ms)
        said = ffmpeg.hear(node, step=STEP, wall_s=wall_s, on_progress=on_progress)
    except ToolFailed as failure:
        if failure.code not in ("ffmpeg_failed", "damaged"):
            raise
        raise Refused("damaged", detail=str(failure.params.get("detail", ""))) from failure
    return read(said)


def read(said: str) -> Loudness:
    """The figures in ebur128's summary. Raises ``Refused`` (``damaged``) where there is none."""
    # The file's own texts are printed before it: only the last can be the filter's.
    summaries = list(_SUMMARY.finditer(said))
    if not summaries:
        raise Refused("damaged", detail="the sound cannot be decoded")
    found = summaries[-1]
    integrated = _hundredths(found["integrated"])
    return Loudness(
        integrated=integrated if integrated is not None and integrated > _GATE else None,
        true_peak=_hundredths(found["peak"]),
        range=_hundredths(found["range"]) or 0,
        threshold=_hundredths(found["threshold"]) or _GATE,
    )


def _hundredths(text: str) -> int | None:
    number = Decimal(text) if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text) else None
    return None if number is None else round(number * 100)
