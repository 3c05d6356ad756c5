"""Which of a file's tracks are the clip: its picture, its sound. Pure: takes ffprobe's JSON."""

from __future__ import annotations

from typing import Any

from media import limits, profiles, refusals
from media.errors import Refused
from media.packets import is_cover
from media.results import Track

Stream = dict[str, Any]


def every(streams: list[Stream]) -> tuple[Track, ...]:
    """All tracks in the file's order. Raises ``Refused`` (``too_complex``) for too many."""
    if len(streams) > limits.MAX_TRACKS:
        raise refusals.too_complex()
    return tuple(Track(_kind(stream), _codec(stream)) for stream in streams)


def picture(streams: list[Stream]) -> Stream:
    """The first moving picture; a cover is none.

    Raises ``Refused``: ``not_a_video``, ``no_video_track``, ``codec_not_allowed``, ``damaged``,
    ``picture_too_large``, ``picture_too_small``.
    """
    moving = [s for s in streams if s.get("codec_type") == "video" and not is_cover(s)]
    if not moving:
        audible = any(s.get("codec_type") == "audio" for s in streams)
        raise Refused("no_video_track" if audible else "not_a_video")
    for stream in moving:
        if stream.get("codec_name") in profiles.VIDEO_CODECS:
            refuse_size(stream.get("width", 0), stream.get("height", 0))
            if not stream.get("pix_fmt"):
                # ffprobe has tried to decode the first pictures, and could not.
                raise Refused("damaged", detail="no picture can be decoded")
            return stream
    raise Refused("codec_not_allowed", codec=_codec(moving[0]))


def sound(streams: list[Stream]) -> Stream | None:
    """The first sound track that we can decode: phones add others that only they know.

    Raises ``Refused`` (``codec_not_allowed``) where there is sound and none that we can decode.
    """
    heard = [s for s in streams if s.get("codec_type") == "audio"]
    for stream in heard:
        if stream.get("codec_name") in profiles.AUDIO_CODECS and stream.get("channels"):
            return stream
    if heard:
        raise Refused("codec_not_allowed", codec=_codec(heard[0]))
    return None


def refuse_size(width: int, height: int) -> None:
    """Raises ``Refused`` for a picture too large, too small or of no size at all."""
    if width * height > limits.MAX_PIXELS:
        raise refusals.too_many_pixels(width, height)
    if min(width, height) <= 0:
        raise Refused("damaged", detail="no picture size")
    if min(width, height) < limits.MIN_SIDE_PIXELS:
        raise Refused("picture_too_small", width=width, height=height)


def _kind(stream: Stream) -> str:
    return "cover" if is_cover(stream) else str(stream.get("codec_type", "data"))


def _codec(stream: Stream) -> str:
    return str(stream.get("codec_name", "unknown"))
