"""Why a file cannot be read: the reason in our own codes, from what ffprobe said and how the file
begins. A person who sent a film of a kind that we do not take must not read that it is no film.
"""

from __future__ import annotations

from pathlib import Path

from media import ffmpeg, limits, profiles
from media.errors import Refused, ToolFailed
from media.watch import TOO_MUCH_OUTPUT

# How the files that we take begin: (offset, bytes). What begins so and still cannot be read is a
# broken clip; what does not is no clip at all.
_OURS = (
    (4, b"ftyp"),
    (4, b"moov"),
    (4, b"mdat"),
    (4, b"wide"),
    (4, b"free"),
    (4, b"skip"),
    (0, b"\x1a\x45\xdf\xa3"),
    (8, b"AVI "),
    (0, b"\x47\x40"),
)

# Brands of still pictures in a film's container (HEIC, AVIF).
_PICTURE_BRANDS = (b"heic", b"heix", b"mif1", b"msf1", b"avif", b"avis")

_HEAD_BYTES = 16

# What is said of an index that asks for more memory, or more tracks, than any clip needs.
_TOO_MUCH_ASKED = "Cannot allocate memory"


def from_failure(path: Path, failure: ToolFailed) -> Refused:
    """The refusal behind a failed reading of ``path``; raises ``failure`` where the tool, not the
    file, was at fault."""
    detail = str(failure.params.get("detail", ""))
    if failure.code != "ffmpeg_failed":
        raise failure
    if detail == TOO_MUCH_OUTPUT or _TOO_MUCH_ASKED in detail:
        return too_complex()
    return unreadable(path, detail)


def unreadable(path: Path, detail: str) -> Refused:
    """The refusal of a file about which ffprobe complained with ``detail``."""
    if codec := ffmpeg.FENCED_CODEC.search(detail):
        return Refused("codec_not_allowed", codec=codec["codec"])
    if size := ffmpeg.FENCED_SIZE.search(detail):
        return too_many_pixels(int(size["width"]), int(size["height"]))
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    for at, sign, name in profiles.FOREIGN_CONTAINERS:
        if head[at : at + len(sign)] == sign:
            return Refused("container_not_allowed", container=name)
    known = any(head[at : at + len(sign)] == sign for at, sign in _OURS)
    film = known and head[8:12] not in _PICTURE_BRANDS
    return Refused("damaged" if film else "not_a_video", detail=detail)


def too_many_pixels(width: int, height: int) -> Refused:
    """The refusal of a picture that no phone films."""
    return Refused("picture_too_large", width=width, height=height, max_pixels=limits.MAX_PIXELS)


def too_complex() -> Refused:
    """The refusal of a file of more tracks or frames than any honest clip has."""
    return Refused("too_complex")
