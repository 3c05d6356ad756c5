"""What an engine of recognition can do: the one interface behind which there are two.

Both are given the same windows of the same spectrogram and the same rules for what may be written,
so that the same weights give the same text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    from whisper.tokenizer import Tokenizer

OPENAI, FASTER = "openai", "faster"
ENGINES = (OPENAI, FASTER)

# Five hypotheses side by side, as the authors' command line does: slower than one, fewer errors.
BEAM_SIZE = 5


@dataclass(frozen=True, slots=True)
class Decoded:
    """One reading of a window: tokens without the final one, and how it was come by."""

    tokens: list[int]
    mean_logprob: float
    no_speech: float


@dataclass(frozen=True, slots=True)
class Aligned:
    """For each token of a reading its probability and when it begins and ends, in ticks of 20 ms.

    ``None`` for the times where they would not be worth anything.
    """

    sure: list[float]
    begins: list[int] | None = None
    ends: list[int] | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """What the walk over a recording must know of a model.

    ``follows_words``: it is known which attention heads follow the sound word by word.
    """

    n_mels: int
    n_text_ctx: int
    multilingual: bool
    num_languages: int
    follows_words: bool


class Engine(Protocol):
    """A loaded model. Not for several threads at once."""

    name: str
    shape: Shape

    def encode(self, mel: np.ndarray) -> Any:
        """The features of one window, `mel` being of 3000 frames; for the methods below."""

    def search(
        self, features: Any, tokenizer: Tokenizer, prompt: list[int], temperature: float, seed: int
    ) -> Decoded:
        """The best reading: by beams at temperature 0; above, by another way that the engine has of
        getting out of a loop. The same sound gives the same reading. ``prompt`` are tokens of a
        text that stands before. Raises RuntimeError, MemoryError."""

    def align(self, features: Any, tokenizer: Tokenizer, tokens: list[int], frames: int) -> Aligned:
        """How sure each of ``tokens`` is and, where the model can tell, when it is said. ``frames``
        of the window are sound, the rest is padding. Raises RuntimeError, MemoryError."""


def longest_reading(shape: Shape) -> int:
    """How many tokens a window may have: half the context, as the authors have it."""
    return shape.n_text_ctx // 2
