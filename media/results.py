"""What the workshop hands back: frozen facts that turn into plain JSON and back without loss.

No floating point anywhere: times are whole milliseconds, frame rates are a numerator and a
denominator (30000/1001 is not 29.97).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class _Facts:
    def to_json(self) -> dict[str, Any]:
        """A plain dict of strings, integers, booleans, nulls and lists."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The same facts again. Unknown names are ignored, so that older code reads newer rows;
        a missing name without a default raises ``TypeError``."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in data.items() if name in known})


@dataclass(frozen=True, slots=True)
class StoredFile(_Facts):
    """A file behind the gate: its server-made key, the SHA-256 of its bytes in hex, its size."""

    key: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Track(_Facts):
    """One track of a file: its kind (``video``, ``audio``, ``cover``, ``subtitle``, ``data``,
    ``attachment``) and codec."""

    kind: str
    codec: str


@dataclass(frozen=True, slots=True)
class Loudness(_Facts):
    """Loudness by EBU R128 of the sound as two loudspeakers play it, in hundredths.

    ``integrated`` in LUFS × 100, ``None`` where all is below the gate or shorter than 400 ms;
    ``true_peak`` in dBTP × 100, ``None`` for digital silence; ``range`` in LU × 100;
    ``threshold`` in LUFS × 100.
    """

    integrated: int | None
    true_peak: int | None
    range: int
    threshold: int

    @property
    def silent(self) -> bool:
        """Whether there is nothing at all to hear."""
        return self.true_peak is None


@dataclass(frozen=True, slots=True)
class Probe(_Facts):
    """What a clip is. Width and height are as displayed: after rotation and pixel shape.

    ``rotation`` is clockwise degrees (0, 90, 180, 270) that a player applies;
    ``rotation_by_tag`` says that only an old-style tag asks for it, which ffmpeg does not obey.
    ``sample_aspect`` is ``"num:den"``. ``bit_rate`` is that of the pictures, in bits per second,
    counted from the packets. ``key_gap_ms`` is the longest way between two key frames.
    ``hidden_frames`` says that an edit list keeps recorded pictures out of sight.
    ``transfer``, ``primaries`` and ``matrix`` are the file's labels, ``unknown`` where it has none.
    ``audio_layout`` is the name of the channel layout. ``loudness`` is ``None`` without sound, and
    in facts that were taken without listening. ``tracks`` are all of the file's, in its order;
    ``video_index`` and ``audio_index`` say which two are the clip.
    """

    container: str
    duration_ms: int
    width: int
    height: int
    rotation: int
    fps_num: int
    fps_den: int
    variable_rate: bool
    video_codec: str
    pixel_format: str
    transfer: str
    audio_codec: str | None
    audio_channels: int
    sample_aspect: str
    has_cover: bool
    video_profile: str = ""
    video_level: int = 0
    interlaced: bool = False
    bit_rate: int = 0
    key_gap_ms: int = 0
    start_ms: int = 0
    hidden_frames: bool = False
    rotation_by_tag: bool = False
    audio_rate: int = 0
    audio_profile: str = ""
    video_index: int = 0
    audio_index: int | None = None
    audio_layout: str = ""
    primaries: str = "unknown"
    matrix: str = "unknown"
    loudness: Loudness | None = None
    tracks: tuple[Track, ...] = ()

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The same facts again, the records within them too."""
        heard, tracks = data.get("loudness"), data.get("tracks", ())
        within = {
            "loudness": None if heard is None else Loudness.from_json(heard),
            "tracks": tuple(Track.from_json(track) for track in tracks),
        }
        # With slots, the class that super() without arguments looks for is not this one.
        return super(Probe, cls).from_json({**data, **within})

    @property
    def has_audio(self) -> bool:
        """Whether there is a sound track at all; it may still be silent."""
        return self.audio_codec is not None

    @property
    def vertical(self) -> bool:
        """Whether the displayed picture is taller than wide."""
        return self.height > self.width


@dataclass(frozen=True, slots=True)
class Line(_Facts):
    """One caption line, times in milliseconds from the clip's start.

    ``doubt`` is a reason code when the machine is not to be trusted here, else ``None``:
    ``low_confidence``, ``no_speech``, ``known_phrase``, ``loop``. ``kept`` says that a person
    listened and lets the line stand all the same. ``unsure`` are the words the machine hesitated
    at, as half-open ranges of characters of ``text``.
    """

    start_ms: int
    end_ms: int
    text: str
    doubt: str | None = None
    kept: bool = False
    unsure: tuple[tuple[int, int], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As for the others; what is as usual is left out, so that old rows keep their form."""
        data = asdict(self)
        data["unsure"] = [list(span) for span in self.unsure]
        return {
            name: value for name, value in data.items() if value or name not in ("kept", "unsure")
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The line again."""
        return cls(
            start_ms=data["start_ms"],
            end_ms=data["end_ms"],
            text=data["text"],
            doubt=data.get("doubt"),
            kept=data.get("kept", False),
            unsure=tuple((start, end) for start, end in data.get("unsure", ())),
        )

    @property
    def published(self) -> bool:
        """Whether the line goes out: nothing that a machine is doubted to have heard does, unless
        a person keeps it."""
        return self.doubt is None or self.kept


@dataclass(frozen=True, slots=True)
class Transcript(_Facts):
    """What a recogniser heard, and which one it was. ``label`` is shown wherever the text is."""

    language: str
    engine: str
    model: str
    label: str
    lines: tuple[Line, ...]

    def to_json(self) -> dict[str, Any]:
        """As for the others, the lines as a list of dicts."""
        return {**asdict(self), "lines": [line.to_json() for line in self.lines]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The transcript again, with its lines."""
        return cls(
            language=data["language"],
            engine=data["engine"],
            model=data["model"],
            label=data["label"],
            lines=tuple(Line.from_json(line) for line in data["lines"]),
        )
