"""Whisper, window by window. Imports torch: only ``media.speech`` may import this, and late.

openai-whisper's own ``transcribe()`` throws lines away (silent windows, lines without length) and
tells its progress to a terminal only. This is the same walk with nothing thrown away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from whisper.audio import (
    FRAMES_PER_SECOND,
    N_FRAMES,
    N_SAMPLES,
    SAMPLE_RATE,
    log_mel_spectrogram,
    pad_or_trim,
)
from whisper.decoding import DecodingOptions, DecodingResult
from whisper.tokenizer import Tokenizer, get_tokenizer

from media.doubts import LOOP_COMPRESSION, LOW_LOGPROB, NO_SPEECH, Heard
from media.errors import SpeechUnavailable

# Five hypotheses side by side, as the authors' command line does: slower than one, fewer errors.
BEAM_SIZE = 5

# A failed window is tried again with some chance in the choice of words, which breaks loops; more
# steps than these cost a full decoding each and seldom help.
TEMPERATURES = (0.0, 0.4, 0.8)

# A rest shorter than a tenth of a second holds no word, and a machine asked about it invents one.
MIN_WINDOW_FRAMES = FRAMES_PER_SECOND // 10

_MS_PER_FRAME = 1000 // FRAMES_PER_SECOND


class Walk:
    """One pass of one model over one recording."""

    def __init__(
        self, model: Any, language: str, *, glossary: Sequence[str] = (), seed: int = 0
    ) -> None:
        """``glossary`` are names and places put before every window, as far as there is room."""
        self._model, self._seed = model, seed
        self._half = model.device.type == "cuda"
        self._tokenizer: Tokenizer = get_tokenizer(
            model.is_multilingual,
            num_languages=model.num_languages,
            language=language,
            task="transcribe",
        )
        self._language = language
        self._prompt = self._tokenizer.encode(" " + ", ".join(glossary)) if glossary else []
        self._prompt = self._prompt[: model.dims.n_text_ctx // 2 - 1]
        # Sound is encoded at half the rate of its frames.
        self._frames_per_tick = N_FRAMES // model.dims.n_audio_ctx

    def lines(
        self, audio: np.ndarray, on_window: Callable[[int, int], None] | None = None
    ) -> Iterator[Heard]:
        """Lines in order. ``on_window`` gets windows done and windows in all, first with none done.

        Raises ``SpeechUnavailable`` (``speech_failed``).
        """
        mel = log_mel_spectrogram(audio, self._model.dims.n_mels, padding=N_SAMPLES)
        frames, seek = mel.shape[-1] - N_FRAMES, 0
        total = max(-(-frames // N_FRAMES), 1)
        while True:
            if on_window is not None:
                on_window(min(seek // N_FRAMES, total), total)
            if frames - seek < MIN_WINDOW_FRAMES:
                break
            size = min(N_FRAMES, frames - seek)
            result = self._decode(mel[:, seek : seek + size])
            heard, advance = self._cut(result, seek, size)
            yield from heard
            # Never stand still, whatever the marks say.
            seek += advance if advance > 0 else size
        if on_window is not None:
            on_window(total, total)

    def _decode(self, mel: torch.Tensor) -> DecodingResult:
        window = pad_or_trim(mel, N_FRAMES).to(self._model.device)
        window = window.to(torch.float16 if self._half else torch.float32)
        tries: list[DecodingResult] = []
        torch.manual_seed(self._seed)  # the same recording gives the same text
        for temperature in TEMPERATURES:
            try:
                tries.append(self._model.decode(window, self._options(temperature)))
            except (RuntimeError, MemoryError) as error:
                raise SpeechUnavailable("speech_failed", detail=str(error)[:300]) from error
            if _is_good(tries[-1]):
                return tries[-1]
        return max(tries, key=lambda one: (not _is_loop(one), one.avg_logprob))

    def _options(self, temperature: float) -> DecodingOptions:
        return DecodingOptions(
            task="transcribe",
            language=self._language,
            temperature=temperature,
            beam_size=BEAM_SIZE if temperature == 0 else None,
            prompt=self._prompt or None,
            fp16=self._half,
        )

    def _cut(self, result: DecodingResult, seek: int, size: int) -> tuple[list[Heard], int]:
        """A window's tokens as lines, and how many frames further the next window starts.

        Lines stand between two time marks. What comes after the last closed line may have been
        cut by the window's end, so it is left to the next window, which starts there.
        """
        tokens, begin = result.tokens, self._tokenizer.timestamp_begin
        marks = [token >= begin for token in tokens]
        ends = [i + 1 for i in range(len(tokens) - 1) if marks[i] and marks[i + 1]]
        closed = marks[-2:] == [False, True]
        if not ends:
            return self._whole(result, seek, size), size
        if closed:
            ends.append(len(tokens))
        heard = []
        for start, end in zip([0, *ends], ends, strict=False):
            part = tokens[start:end]
            first, last = part[0] - begin, part[-1] - begin
            heard += self._heard(result, part, seek, *(self._frames(t) for t in (first, last)))
        return heard, size if closed else self._frames(tokens[ends[-1] - 1] - begin)

    def _whole(self, result: DecodingResult, seek: int, size: int) -> list[Heard]:
        begin = self._tokenizer.timestamp_begin
        marks = [token - begin for token in result.tokens if token > begin]
        return self._heard(
            result, result.tokens, seek, 0, self._frames(marks[-1]) if marks else size
        )

    def _heard(
        self, result: DecodingResult, tokens: list[int], seek: int, start: int, end: int
    ) -> list[Heard]:
        words = [token for token in tokens if token < self._tokenizer.eot]
        text = self._tokenizer.decode(words).strip()
        if not text:
            return []
        return [
            Heard(
                start_ms=(seek + start) * _MS_PER_FRAME,
                end_ms=(seek + end) * _MS_PER_FRAME,
                text=text,
                no_speech=result.no_speech_prob,
                mean_logprob=result.avg_logprob,
                compression=result.compression_ratio,
            )
        ]

    def _frames(self, ticks: int) -> int:
        return ticks * self._frames_per_tick


def loudness_dbfs(audio: np.ndarray, start_ms: int, end_ms: int) -> float:
    """Root mean square of a stretch of sound, in decibels of full scale; -120 for nothing."""
    part = audio[start_ms * SAMPLE_RATE // 1000 : end_ms * SAMPLE_RATE // 1000]
    power = float(np.mean(np.square(part, dtype=np.float64))) if part.size else 0.0
    return 10 * float(np.log10(max(power, 1e-12)))


def _is_loop(result: DecodingResult) -> bool:
    return bool(result.compression_ratio > LOOP_COMPRESSION)


def _is_good(result: DecodingResult) -> bool:
    """Whether trying again is useless: it went well, or nobody speaks."""
    poor = result.avg_logprob < LOW_LOGPROB
    return bool((not poor and not _is_loop(result)) or (poor and result.no_speech_prob > NO_SPEECH))
