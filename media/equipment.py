"""What this machine lacks of what the workshop can use; asked once, when a worker starts."""

from __future__ import annotations

from functools import cache

from media import ffmpeg, process
from media.errors import ToolFailed


@cache
def lacking() -> tuple[str, ...]:
    """Codes of what is missing here; none on a machine that has everything.

    ``ffmpeg_missing``: no clip can be worked on. ``tonemap_missing``: this build of ffmpeg has no
    zscale, and HDR clips fail. ``burning_missing``: it has no libass, and captions cannot be drawn
    into a picture. ``network_fence_missing``: the tools run with the network within
    reach, and only the list of protocols keeps them from it.
    """
    missing = [] if process.has_network_fence() else ["network_fence_missing"]
    try:
        for name, code in (("zscale", "tonemap_missing"), ("ass", "burning_missing")):
            if not ffmpeg.has_filter(name):
                missing.append(code)
    except ToolFailed as failure:
        missing.append(failure.code)
    return tuple(missing)
