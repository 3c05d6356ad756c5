"""From a clip to lines of text, by a Whisper model that is loaded once and kept.

torch and whisper are imported on first use, never by importing this module.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import unicodedata
import warnings
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from media import ffmpeg, limits
from media.doubts import Heard, doubt_about
from media.errors import SpeechUnavailable
from media.results import Line, Probe, Transcript

if TYPE_CHECKING:
    import numpy as np

STEP = "speech"

ENGINES = ("openai",)

# The sample model that comes with the project understands a few dozen sentences. Known by its
# bytes, so that it cannot lose its label on the way; the size spares hashing gigabytes of others.
TRIAL_MODEL_BYTES = 16_215_407
TRIAL_MODEL_SHA256 = "c9db5a4c9c925a0d2262bf6171a0f710eb6079c843e5f500cad79c0a5895d746"
TRIAL_MODEL_LABEL = "mô hình thử nghiệm, chỉ hiểu câu mẫu"

# A line that begins and ends on the same mark was heard all the same; half a second can be read.
MIN_LINE_MS = 500

_SAMPLE_BYTES = 4  # 32 bit floating point, as the model wants it


class Recognizer:
    """A loaded model. Not for several threads at once."""

    def __init__(self, model: Any, *, engine: str, name: str, label: str) -> None:
        self._model = model
        self.engine, self.model, self.label = engine, name, label

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

        Nothing is left out: a line that is not to be trusted carries a ``doubt``. A clip without
        a sound track gives no lines. ``on_progress`` gets windows done and in all; what it raises
        stops the work. Raises ``SpeechUnavailable`` (``speech_language_unknown``,
        ``speech_failed``) and ``ToolFailed`` from decoding.
        """
        from whisper.tokenizer import LANGUAGES  # slow to import, see the module's docstring

        if language not in LANGUAGES:
            raise SpeechUnavailable("speech_language_unknown", language=language)
        lines: tuple[Line, ...] = ()
        if probe.audio_index is not None:
            audio = decode_sound(path, probe)
            lines = self._lines(audio, probe.duration_ms, language, glossary, on_progress)
        return Transcript(language, self.engine, self.model, self.label, lines)

    def _lines(
        self,
        audio: np.ndarray,
        duration_ms: int,
        language: str,
        glossary: Sequence[str],
        on_progress: Callable[[int, int], None] | None,
    ) -> tuple[Line, ...]:
        from media import windows  # imports torch

        walk = windows.Walk(self._model, language, glossary=glossary)
        return _mark(
            walk.lines(audio, on_progress),
            duration_ms,
            lambda start_ms, end_ms: windows.loudness_dbfs(audio, start_ms, end_ms),
        )


def _mark(
    heard: Iterable[Heard], duration_ms: int, loudness: Callable[[int, int], float]
) -> tuple[Line, ...]:
    """Lines in order, apart and within the clip, each with its doubt if there is one.

    Whisper fills its last window with silence and may set a mark there; only a line that begins
    at the very end stands over it, by less than ``MIN_LINE_MS``.
    """
    lines: list[Line] = []
    for one in heard:
        text = unicodedata.normalize("NFC", one.text)
        start = max(one.start_ms, lines[-1].end_ms if lines else 0)
        end = max(min(one.end_ms, duration_ms), start + MIN_LINE_MS)
        doubt = doubt_about(one, loudness(start, end), [line.text for line in lines])
        lines.append(Line(start, end, text, doubt))
    return tuple(lines)


def load(model: str, *, engine: str = "openai", device: str = "auto") -> Recognizer:
    """Load ``model``, the path of a checkpoint or one of Whisper's names, and keep it in memory.

    A name may be fetched from the internet once. ``device`` is ``auto``, ``cpu`` or ``cuda``.
    Raises ``SpeechUnavailable``: ``speech_engine_missing``, ``speech_model_missing`` with the
    reason as ``detail``.
    """
    if engine not in ENGINES:
        raise SpeechUnavailable("speech_engine_missing", engine=engine)
    import torch
    import whisper

    torch.set_num_threads(max(physical_cores() - 1, 1))
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        loaded = whisper.load_model(model, device=device)
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise _missing(model, error) from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _missing(model, error) from error  # readable, and no checkpoint of Whisper's
    _read_vocabulary(loaded)
    path = Path(model)
    name = path.stem if path.is_file() else model
    return Recognizer(loaded, engine=engine, name=name, label=_label(path, name))


def _read_vocabulary(model: Any) -> None:
    """Fill whisper's own cache now: it leaves the file for the garbage collector to close, which
    Python complains of, and the first clip need not wait for it."""
    from whisper.tokenizer import get_tokenizer

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        get_tokenizer(model.is_multilingual, num_languages=model.num_languages)


def _missing(model: str, error: Exception) -> SpeechUnavailable:
    detail = f"{type(error).__name__}: {error}"[: limits.DETAIL_MAX_CHARS]
    return SpeechUnavailable("speech_model_missing", model=Path(model).name, detail=detail)


def _label(path: Path, name: str) -> str:
    if path.is_file() and path.stat().st_size == TRIAL_MODEL_BYTES:
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() == TRIAL_MODEL_SHA256:
                return TRIAL_MODEL_LABEL
    return f"Whisper {name}"


def physical_cores() -> int:
    """Cores that this process may use, two threads of one core counted once: whisper's arithmetic
    fills a core, and more threads than cores make it slower."""
    allowed = os.sched_getaffinity(0)
    cores = {_siblings(cpu) for cpu in allowed}
    return max(len(cores), 1)


def _siblings(cpu: int) -> str:
    listed = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")
    try:
        return listed.read_text().strip()
    except OSError:
        return str(cpu)  # no topology here: every thread counts as a core


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
