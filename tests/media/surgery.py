"""Cutting MP4 files open: boxes taken apart, changed and put together again.

Honest tools do not write hostile files. The clips operated on have their index at the end, so
that nothing in it has to be moved when it grows.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

# Boxes that hold nothing but boxes.
_FOLDERS = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"udta", b"dinf")


@dataclass
class Box:
    """One box: its four letters, and its bytes or the boxes in it."""

    kind: bytes
    body: bytes = b""
    inside: list[Box] = field(default_factory=list)

    def pack(self) -> bytes:
        """The box as it stands in a file."""
        body = b"".join(box.pack() for box in self.inside) or self.body
        return struct.pack(">I4s", len(body) + 8, self.kind) + body

    def every(self, kind: bytes) -> Iterator[Box]:
        """All boxes of that kind within this one, however deep."""
        for box in self.inside:
            if box.kind == kind:
                yield box
            yield from box.every(kind)

    def first(self, kind: bytes) -> Box:
        """The first of them."""
        return next(self.every(kind))

    def patch(self, at: int, form: str, *values: object) -> None:
        """Write ``values`` (as for ``struct``) over its bytes from ``at`` on."""
        new = struct.pack(form, *values)
        self.body = self.body[:at] + new + self.body[at + len(new) :]


def take_apart(data: bytes) -> list[Box]:
    """The boxes of a file, or of a folder's body."""
    boxes, at = [], 0
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + size]
        folder = kind in _FOLDERS
        boxes.append(Box(kind, b"" if folder else body, take_apart(body) if folder else []))
        at += size
    return boxes


def operate(data: bytes, change: Callable[[Box], None]) -> bytes:
    """The file with ``change`` made to its ``moov``."""
    boxes = take_apart(data)
    for box in boxes:
        if box.kind == b"moov":
            change(box)
    return b"".join(box.pack() for box in boxes)


def without(data: bytes, kind: bytes) -> bytes:
    """The file without its top boxes of that kind."""
    return b"".join(box.pack() for box in take_apart(data) if box.kind != kind)


def claim_length(seconds: int, *kinds: bytes) -> Callable[[Box], None]:
    """Write another length into the headers named: ``mvhd``, ``tkhd``, ``mdhd``."""

    def change(moov: Box) -> None:
        scale = struct.unpack(">I", moov.first(b"mvhd").body[12:16])[0]
        for kind in kinds:
            for box in moov.every(kind):
                own = struct.unpack(">I", box.body[12:16])[0] if kind != b"tkhd" else scale
                box.patch(20 if kind == b"tkhd" else 16, ">I", seconds * own)
        show_all(moov)

    return change


def show_all(moov: Box) -> None:
    """No edit list hides anything any more."""
    for edits in moov.every(b"edts"):
        edits.kind = b"free"


def many_tracks(count: int) -> Callable[[Box], None]:
    """The first track again and again, ``count`` in all."""

    def change(moov: Box) -> None:
        track = moov.first(b"trak")
        for number in range(count - len(list(moov.every(b"trak")))):
            copy = take_apart(track.pack())[0]
            copy.first(b"tkhd").patch(12, ">I", number + 10)
            moov.inside.append(copy)

    return change


def many_samples(count: int, track: int = 0) -> Callable[[Box], None]:
    """One track cut into ``count`` samples of one byte each, all told of in a few bytes."""

    def change(moov: Box) -> None:
        table = list(moov.every(b"stbl"))[track]
        table.first(b"stsz").body = struct.pack(">III", 0, 1, count)
        # A duration of one tick would mean raw sound, which is read in larger pieces.
        table.first(b"stts").body = struct.pack(">IIII", 0, 1, count, 2)
        table.first(b"stsc").body = struct.pack(">IIIII", 0, 1, 1, count, 1)
        table.first(b"stco").patch(4, ">I", 1)
        show_all(moov)

    return change


def claim_entries(kind: bytes, count: int) -> Callable[[Box], None]:
    """A table that says it has ``count`` entries and has a handful."""

    def change(moov: Box) -> None:
        for box in moov.every(kind):
            box.patch(8 if kind == b"stsz" else 4, ">I", count)

    return change


def refer_to(place: str) -> Callable[[Box], None]:
    """All samples lie in another file: an alias that names ``place``, as QuickTime knew them."""

    def change(moov: Box) -> None:
        name = place.encode()
        # Alias records: volume, folder and file names of fixed width, then typed strings, of which
        # number 2 is the whole path and 18 the path below the volume.
        record = struct.pack(">IHH", 0, 150, 2) + b"\0" * 2 + bytes([1]) + b"v".ljust(27, b"\0")
        record += b"\0" * 12 + bytes([min(len(name), 63)]) + name[:63].ljust(63, b"\0")
        record += b"\0" * 16 + struct.pack(">hh", 0, 0) + b"\0" * 16
        for number in (2, 18):
            record += struct.pack(">hH", number, len(name)) + name + b"\0" * (len(name) % 2)
        alias = struct.pack(">I", 0) + record + struct.pack(">hH", -1, 0)
        for box in moov.every(b"dref"):
            box.body = struct.pack(">II", 0, 1) + Box(b"alis", alias).pack()

    return change


def squeezed_index(data: bytes, swell_to: int, claim: int) -> bytes:
    """The index as a compressed one that holds ``swell_to`` bytes of nothing and says ``claim``."""
    packed = struct.pack(">I", claim) + zlib.compress(b"\0" * swell_to)
    inside = Box(b"dcom", b"zlib").pack() + Box(b"cmvd", packed).pack()
    index = Box(b"moov", Box(b"cmov", inside).pack())
    return without(data, b"moov") + index.pack()
