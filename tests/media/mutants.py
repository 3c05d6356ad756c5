"""Honest clips changed at random, the same way for the same number."""

from __future__ import annotations

import os
import random
import struct
from collections.abc import Callable

from tests.media.clips import AAC, VP8, X264, Clip, Maker, picture, sound

# How many there are to try. The setting is for a night's run; docs/testing.md tells of it.
COUNT = int(os.environ.get("CLIP_MUTATIONS", "40"))

_SMALL = (*picture("160x90", seconds=1), *sound(seconds=1))

MAKERS: dict[str, Maker] = {
    "small.mp4": (*_SMALL, *X264, *AAC),
    "small-first.mp4": (*_SMALL, *X264, *AAC, "-movflags", "+faststart", "-bf", "2"),
    "small-pieces.mp4": (*_SMALL, *X264, *AAC, "-movflags", "frag_keyframe+empty_moov"),
    "small.mov": (*_SMALL, "-c:v", "mjpeg", "-c:a", "pcm_s16le"),
    "small.mkv": (*_SMALL, *X264, *AAC),
    "small.webm": (*_SMALL, *VP8, "-c:a", "libopus"),
    "small.ts": (*_SMALL, "-c:v", "mpeg2video", "-c:a", "mp2"),
    "small.avi": (*_SMALL, "-c:v", "mpeg4", "-c:a", "libmp3lame"),
}

# Numbers at which arithmetic turns over.
_EDGES = (0, 1, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFE, 0xFFFF_FFFF)
_ATOMS = (b"moov", b"trak", b"stbl", b"stts", b"edts", b"udta", b"cmov", b"moof", b"uuid", b"free")
_ELEMENTS = (
    b"\x1a\x45\xdf\xa3",
    b"\x18\x53\x80\x67",
    b"\x1f\x43\xb6\x75",
    b"\xae\xff",
    b"\xec\xff",
)
_INDEX_BYTES = 3_000

Mutation = Callable[[bytearray, random.Random], None]


def _somewhere(data: bytearray, dice: random.Random) -> int:
    """A place in the file: mostly where indexes are, at one end or the other."""
    near = min(_INDEX_BYTES, len(data))
    place = dice.choice((dice.randrange(near), len(data) - 1 - dice.randrange(near), None))
    return dice.randrange(len(data)) if place is None else place


def _flip(data: bytearray, dice: random.Random) -> None:
    for _ in range(dice.choice((1, 3, 20, 200))):
        data[_somewhere(data, dice)] ^= 1 << dice.randrange(8)


def _overwrite(data: bytearray, dice: random.Random) -> None:
    at = _somewhere(data, dice)
    data[at : at + 4] = struct.pack(">I", dice.choice(_EDGES))


def _blank(data: bytearray, dice: random.Random) -> None:
    at, length = _somewhere(data, dice), dice.choice((16, 500, 5_000))
    data[at : at + length] = bytes(len(data[at : at + length]))


def _swap(data: bytearray, dice: random.Random) -> None:
    size = dice.choice((64, 1_000))
    a, b = sorted(_somewhere(data, dice) for _ in range(2))
    if a + size <= b and b + size <= len(data):
        data[a : a + size], data[b : b + size] = data[b : b + size], data[a : a + size]


def _repeat(data: bytearray, dice: random.Random) -> None:
    at = _somewhere(data, dice)
    data[at:at] = data[at : at + dice.choice((188, 4_000))]


def _cut(data: bytearray, dice: random.Random) -> None:
    del data[dice.randrange(1, len(data)) :]


def _drop(data: bytearray, dice: random.Random) -> None:
    at = _somewhere(data, dice)
    del data[at : at + dice.choice((1, 188, 3_000))]


def _insert_atom(data: bytearray, dice: random.Random) -> None:
    at, size = _somewhere(data, dice), dice.choice((0, 8, 100, *_EDGES))
    data[at:at] = struct.pack(">I4s", size, dice.choice(_ATOMS)) + dice.randbytes(92)


def _insert_element(data: bytearray, dice: random.Random) -> None:
    at = _somewhere(data, dice)
    data[at:at] = dice.choice(_ELEMENTS) + b"\x01" + dice.randbytes(60)


_MUTATIONS: tuple[Mutation, ...] = (
    *(_flip, _flip, _overwrite, _overwrite, _blank, _swap, _repeat, _cut, _drop),
    *(_insert_atom, _insert_element),
)


def mutant(number: int, clip: Clip) -> tuple[str, bytes]:
    """The name of the clip behind mutant ``number``, and its changed bytes."""
    dice = random.Random(number)
    name = sorted(MAKERS)[number % len(MAKERS)]
    data = bytearray(clip(name).read_bytes())
    for _ in range(dice.choice((1, 1, 2, 4))):
        dice.choice(_MUTATIONS)(data, dice)
        if not data:
            break
    return name, bytes(data)
