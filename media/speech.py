"""What is said in a clip: Vietnamese speech to lines with times, by Whisper.

Sound is decoded through our own door, never by the library's loader, which would start an unfenced
ffmpeg. The language is always passed. Nothing that was heard is dropped: what the machine may have
made up is kept and marked with the reason, and a person decides.

torch and whisper are imported inside `load`, so that importing this module costs nothing.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from media import ffmpeg, limits
from media.errors import SpeechUnavailable
from media.results import Line, Probe, Transcript

STEP = "transcribe"
ENGINES = ("openai",)
# Whisper hears half a minute at a time.
WINDOW_SAMPLES = 30 * limits.SPEECH_SAMPLE_RATE
BYTES_PER_SAMPLE = 2

# Marks of doubt. Whisper's own thresholds for "no speech" and "a guess"; a text that zlib squeezes
# below a 2.4th says the same thing over and over (openai/whisper, transcribe()).
NO_SPEECH = 0.6
LOW_LOGPROB = -1.0
LOOP_RATIO = 2.4
# Sentences that Vietnamese Whisper says over silence and music at every model size, learnt from
# the ends of other people's films.
KNOWN_PHRASES = re.compile(
    r"subscribe|ghiền mì gõ|la la school|bỏ lỡ những video|đăng ký kênh|hẹn gặp lại các bạn",
    re.IGNORECASE,
)
# The sample model that comes with the repository, known by its bytes wherever it is copied to.
SAMPLE_SHA256 = "c9db5a4c9c925a0d2262bf6171a0f710eb6079c843e5f500cad79c0a5895d746"
SAMPLE_LABEL = "mô hình thử nghiệm, chỉ hiểu câu mẫu"
# Greedy: on two cores a beam of five takes twice as long for a fraction of a per cent.
BEAM_SIZE: int | None = None

Windows = Callable[[int, int], None]


class Recognizer:
    """A loaded model. Keep it: loading takes longer than most clips."""

    def __init__(self, model: Any, name: str, label: str, *, half: bool) -> None:
        self._model, self.name, self.label, self._half = model, name, label, half

    def transcribe(
        self,
        path: Path,
        *,
        language: str,
        probe: Probe,
        on_progress: Windows | None = None,
        glossary: Iterable[str] = (),
    ) -> Transcript:
        """Hears the sound of `path`; `on_progress` gets (windows done, windows in all).

        A clip without sound gives no lines. What `on_progress` raises stops the work. Raises
        SpeechUnavailable('speech_language_unknown' | 'speech_failed'), ToolFailed.
        """
        import numpy
        from whisper.tokenizer import LANGUAGES

        if language not in LANGUAGES:
            raise SpeechUnavailable("speech_language_unknown", language=language)
        lines: tuple[Line, ...] = ()
        if probe.has_audio:
            samples = numpy.frombuffer(decode(path, probe), numpy.int16)
            sound = samples.astype(numpy.float32) / 32_768
            lines = tuple(_lines(self._hear(sound, language, glossary, on_progress), probe))
        return Transcript(language, "openai-whisper", self.name, self.label, lines)

    def _hear(
        self, sound: Any, language: str, glossary: Iterable[str], on_progress: Windows | None
    ) -> list[dict[str, Any]]:
        import whisper

        total = max(-(-len(sound) // WINDOW_SAMPLES), 1)
        prompt = ", ".join(glossary) or None
        try:
            with _told_of_windows(on_progress, total):
                result = whisper.transcribe(
                    self._model,
                    sound,
                    language=language,
                    task="transcribe",
                    fp16=self._half,
                    beam_size=BEAM_SIZE,
                    condition_on_previous_text=False,
                    initial_prompt=prompt,
                    carry_initial_prompt=prompt is not None,
                    verbose=None,
                )
        except RuntimeError as error:
            # torch says everything this way: out of memory, a broken kernel, a lost device.
            raise SpeechUnavailable("speech_failed", detail=str(error)[:200]) from error
        segments: list[dict[str, Any]] = result["segments"]
        return segments


def load(model: str, *, engine: str = "openai", device: str = "auto") -> Recognizer:
    """Loads the weights called `model`, a name of openai-whisper's or the path of a file.

    Raises SpeechUnavailable('speech_engine_missing' | 'speech_model_missing') with the reason.
    """
    if engine not in ENGINES:
        raise SpeechUnavailable("speech_engine_missing", engine=engine)
    import torch
    import whisper

    # The encoder keeps every core busy by itself; ffmpeg next door needs one too.
    torch.set_num_threads(max((os.cpu_count() or 2) - 1, 1))
    where = ("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device
    try:
        loaded = whisper.load_model(model, device=where)
    except Exception as error:
        # The library, urllib, torch and pickle each have their own way to fail here; all of them
        # mean that there are no weights to work with.
        detail = f"{type(error).__name__}: {error}"[:200]
        raise SpeechUnavailable("speech_model_missing", model=model, detail=detail) from error
    path = Path(model)
    label = SAMPLE_LABEL if path.is_file() and _sha256(path) == SAMPLE_SHA256 else ""
    return Recognizer(loaded, path.stem if path.is_file() else model, label, half=where != "cpu")


def decode(path: Path, probe: Probe) -> bytes:
    """The sound of `path` as 16-bit mono samples at 16 kHz. Raises ToolFailed."""
    rate, length = limits.SPEECH_SAMPLE_RATE, probe.duration_ms + 1_000
    track = ffmpeg.open_input(path, limit_ms=length)[str(probe.audio_index)]
    node = ffmpeg.write_output(
        track, out=None, duration_ms=length, format="s16le", acodec="pcm_s16le", ac=1, ar=rate
    )
    most = (length // 1000 + 1) * rate * BYTES_PER_SAMPLE
    return ffmpeg.run(
        node, step=STEP, wall_s=limits.light_wall_s(probe.duration_ms), capture_bytes=most
    )


def doubt_of(segment: dict[str, Any], before: str) -> str | None:
    """Why a segment may have been made up, or None. `before` is the text just before it."""
    text = _clean(segment["text"])
    if KNOWN_PHRASES.search(text):
        return "known_phrase"
    if segment["compression_ratio"] > LOOP_RATIO or (text and text == before):
        return "loop"
    if segment["no_speech_prob"] > NO_SPEECH:
        return "no_speech"
    return "low_confidence" if segment["avg_logprob"] < LOW_LOGPROB else None


def _lines(segments: list[dict[str, Any]], probe: Probe) -> Iterator[Line]:
    end, before = 0, ""
    for segment in segments:
        text = _clean(segment["text"])
        # Times are seconds as floats, may overlap by a rounding, and run past the clip's end in
        # the last, padded window.
        start = max(round(segment["start"] * 1000), end)
        end = min(max(round(segment["end"] * 1000), start + 1), max(probe.duration_ms, start + 1))
        if text:
            yield Line(start, end, text, doubt_of(segment, before))
        before = text


@contextmanager
def _told_of_windows(on_progress: Windows | None, total: int) -> Iterator[None]:
    """Turns the bar that whisper draws for a terminal into (windows done, windows in all).

    The library offers no callback; its bar advances by frames after each window.
    """
    if on_progress is None:
        yield
        return
    import whisper  # noqa: F401 - fills sys.modules

    # `whisper.transcribe` is the function; the module of that name is only to be had here.
    library: Any = sys.modules["whisper.transcribe"]
    drawn = library.tqdm
    library.tqdm = SimpleNamespace(tqdm=lambda **bar: _Bar(on_progress, bar["total"], total))
    try:
        yield
    finally:
        library.tqdm = drawn


class _Bar:
    """What whisper takes for a progress bar."""

    def __init__(self, on_progress: Windows, frames: int, windows: int) -> None:
        self._tell, self._frames, self._windows, self._done = on_progress, frames, windows, 0

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def update(self, frames: int) -> None:
        """`frames` more are done."""
        self._done += frames
        self._tell(
            min(self._done * self._windows // max(self._frames, 1), self._windows), self._windows
        )


def _clean(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


@cache
def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
