"""Where there is sound, and where a voice: Silero's detector and plain loudness.

Imports torch: late, on demand. The detector's weights come with its package.
"""

from __future__ import annotations

import warnings
from functools import lru_cache
from typing import Any

import numpy as np
import torch

from media import limits
from media.doubts import SILENCE_DBFS, Under

# The stretch of sound that the detector judges at once, in samples: 32 ms.
FRAME = 512
_RATE = limits.SPEECH_SAMPLE_RATE

# From here on the detector's authors speak of a voice.
VOICE = 0.5
# Where it holds a voice for this likely, nothing is skipped: a missed word is worse than a window
# listened to in vain.
MAYBE_VOICE = 0.2

_FAINTEST = 1e-12  # of full power: -120 dB, so that nothing has a logarithm too


@lru_cache(maxsize=1)
def _detector() -> Any:
    threads = torch.get_num_threads()
    import silero_vad  # sets torch to one thread as it is imported

    torch.set_num_threads(threads)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of torch.jit, which it is kept in
        return silero_vad.load_silero_vad()


def load() -> None:
    """Read the detector into memory now, so that the first clip need not wait for it."""
    _detector()


class Soundscape:
    """A recording at 16 kHz, by frames: how loud each is, and how likely there is a voice in it."""

    def __init__(self, audio: np.ndarray) -> None:
        frames = max(-(-audio.size // FRAME), 1)
        padded = np.zeros(frames * FRAME, np.float32)
        padded[: audio.size] = audio
        shaped = padded.reshape(frames, FRAME)
        self._audio = audio
        self._power = np.mean(np.square(shaped, dtype=np.float64), axis=1)
        with torch.no_grad():
            self._voice = _detector().audio_forward(torch.from_numpy(padded), _RATE)[0].numpy()

    def under(self, start_ms: int, end_ms: int) -> Under:
        """Loudness and voice between two times."""
        voiced = self._voice[_frame(start_ms) : _frame(end_ms) + 1] >= VOICE
        return Under(self.dbfs(start_ms, end_ms), int(voiced.sum()) * FRAME * 1000 // _RATE)

    def dbfs(self, start_ms: int, end_ms: int) -> float:
        """Root mean square of a stretch, in decibels of full scale; -120 for nothing."""
        part = self._audio[start_ms * _RATE // 1000 : end_ms * _RATE // 1000]
        power = float(np.mean(np.square(part, dtype=np.float64))) if part.size else 0.0
        return 10 * float(np.log10(max(power, _FAINTEST)))

    def next_sound_ms(self, from_ms: int) -> int | None:
        """When there is something to listen to again: energy, or perhaps a voice, however faint.

        ``from_ms`` itself where there is already; ``None`` where nothing comes any more.
        """
        first = _frame(from_ms)
        loud = 10 * np.log10(np.maximum(self._power[first:], _FAINTEST)) >= SILENCE_DBFS
        found = np.flatnonzero(loud | (self._voice[first : first + loud.size] >= MAYBE_VOICE))
        if not found.size:
            return None
        return max(int(first + found[0]) * FRAME * 1000 // _RATE, from_ms)


def _frame(ms: int) -> int:
    return ms * _RATE // 1000 // FRAME
