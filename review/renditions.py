"""What is made of a clip's file, by kind: its media type, its name outside, who demands it.

Pure. Renditions that no channel demands serve the pages alone and are not part of a sign-off.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """One kind of rendition. `name` is the file's, wherever it leaves the house."""

    media_type: str
    name: str


KINDS = {
    "publication": Kind("video/mp4", "publication.mp4"),
    "poster": Kind("image/jpeg", "poster.jpg"),
    "light": Kind("video/mp4", "light.mp4"),
    "loudspeaker": Kind("audio/mpeg", "loudspeaker.mp3"),
    "contact": Kind("image/jpeg", "contact.jpg"),
    "sprite": Kind("image/jpeg", "sprite.jpg"),
    "waveform": Kind("image/png", "waveform.png"),
    "cover": Kind("image/jpeg", "cover.jpg"),
    "captioned": Kind("video/mp4", "captioned.mp4"),
}

# Made when a person asks, one work row each, instead of for every clip. What was asked for goes
# out and is signed, so nothing rises while one of them is not there.
COVER = "cover"
CAPTIONED = "captioned"
ORDERED = (COVER, CAPTIONED)

# Every channel posts the video; a network of loudspeakers plays its sound as well.
_EVERYWHERE = frozenset({"publication"})
_DEMANDED = {"loudspeaker": frozenset({"loudspeaker"})}


def demanded(channel_kinds: Iterable[str]) -> tuple[str, ...]:
    """The kinds that must exist before a clip planned for these channels may be submitted."""
    more = (_DEMANDED.get(kind, frozenset()) for kind in channel_kinds)
    return tuple(sorted(_EVERYWHERE.union(*more)))
