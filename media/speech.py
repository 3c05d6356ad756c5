"""From a clip to lines of text, by a Whisper model that is loaded once and kept.

torch and whisper are imported on first use, never by importing this module.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from media import ffmpeg, limits, models
from media.cutting import Spoken, cut
from media.doubts import doubts
from media.engines import Engine
from media.errors import SpeechUnavailable
from media.models import load_engine
from media.results import Line, Probe, Transcript
from media.sentences import Sentence, sentences

if TYPE_CHECKING:
    import numpy as np

STEP = "speech"

_SAMPLE_BYTES = 4  # 32 bit floating point, as the model wants it


class Recognizer:
    """A loaded model. Not for several threads at once."""

    def __init__(self, engine: Engine, *, name: str, label: str) -> None:
        self._engine = engine
        self.engine, self.model, self.label = engine.name, name, label

    def transcribe(
        self,
        path: Path,
        *,
        language: str,
        probe: Probe,
        on_progress: Callable[[int, int], None] | None = None,
        glossary: Sequence[str] = (),
    ) -> Transcript:
        """What is said in the clip at ``path``, in ``language`` (never guessed).

        Nothing is left out: a line that is not to be trusted carries a ``doubt``, words that the
        model hesitated at are marked, and the lines are cut for a screen. A clip without a sound
        track gives no lines. ``on_progress`` gets windows done and in all; what it raises stops
        the work. Raises ``SpeechUnavailable`` (``speech_language_unknown``, ``speech_failed``)
        and ``ToolFailed`` from decoding.
        """
        if language not in self._languages():
            raise SpeechUnavailable("speech_language_unknown", language=language)
        lines: tuple[Line, ...] = ()
        if probe.audio_index is not None:
            audio = decode_sound(path, probe)
            lines = self.lines(
                audio,
                language=language,
                duration_ms=probe.duration_ms,
                on_progress=on_progress,
                glossary=glossary,
            )
        return Transcript(language, self.engine, self.model, self.label, lines)

    def _languages(self) -> Sequence[str]:
        """What this model has learned: a model for English writes English whatever it hears."""
        from whisper.tokenizer import LANGUAGES  # slow to import, see the module's docstring

        shape = self._engine.shape
        return list(LANGUAGES)[: shape.num_languages] if shape.multilingual else ["en"]

    def lines(
        self,
        audio: np.ndarray,
        *,
        language: str,
        duration_ms: int,
        on_progress: Callable[[int, int], None] | None = None,
        glossary: Sequence[str] = (),
    ) -> tuple[Line, ...]:
        """The same for sound that is decoded already (16 kHz, mono, 32 bit floating point)."""
        from media import voice, windows  # import torch

        sound = voice.Soundscape(audio)
        walk = windows.Walk(self._engine, language, glossary=glossary)
        said: list[Sentence] = []
        for heard in walk.heard(audio, sound, on_progress):
            said += sentences(heard)
        judged = zip(said, doubts(said, sound.under), strict=True)
        spoken = (Spoken(one.words, one.start_ms, one.end_ms, doubt) for one, doubt in judged)
        return cut(spoken, duration_ms)


def load(
    model: str, *, engine: str = "openai", device: str = "auto", folder: Path | None = None
) -> Recognizer:
    """Load ``model``, the path of a checkpoint or one of Whisper's names, and keep it in memory.

    A name may be fetched from the internet once. ``device`` is ``auto``, ``cpu`` or ``cuda``.
    The engine ``faster`` converts a checkpoint once and keeps the result in ``folder``; it also
    takes a converted folder. Raises ``SpeechUnavailable``: ``speech_engine_missing``,
    ``speech_device_missing``, ``speech_model_missing`` with the reason as ``detail``.
    """
    loaded, source = load_engine(model, engine, device, folder)
    return Recognizer(loaded, name=source.name, label=models.label_of(source))


def decode_sound(path: Path, probe: Probe) -> np.ndarray:
    """The clip's sound as 16 kHz mono, in step with its pictures, through our own door.

    Raises ``ToolFailed``.
    """
    import numpy as np

    limit_ms = probe.duration_ms + limits.DURATION_GRACE_MS
    node = ffmpeg.open_input(path, limit_ms=limit_ms)[str(probe.audio_index)]
    steady: dict[str, object] = {"async": 1, "first_pts": 0}
    sound = node.filter("aresample", limits.SPEECH_SAMPLE_RATE, **steady)
    data = ffmpeg.run(
        ffmpeg.write_output(
            sound, out=None, duration_ms=limit_ms, f="f32le", ac=1, ar=limits.SPEECH_SAMPLE_RATE
        ),
        step=STEP,
        wall_s=limits.light_wall_s(probe.duration_ms),
        capture_bytes=(limit_ms // 1000 + 1) * limits.SPEECH_SAMPLE_RATE * _SAMPLE_BYTES,
    )
    return np.frombuffer(data, np.float32).copy()
