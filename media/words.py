"""What an engine heard, word by word, before anything is judged or cut. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """A word with its punctuation. `sure` is the engine's own probability, from 0 to 1.

    `glued`: written without a blank before it, as in languages that know none between words.
    """

    text: str
    start_ms: int
    end_ms: int
    sure: float = 1.0
    glued: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """Words between two time marks of one window, with the engine's misgivings about it."""

    start_ms: int
    end_ms: int
    words: tuple[Word, ...]
    no_speech: float
    mean_logprob: float
    compression: float

    @property
    def text(self) -> str:
        """The words as they are written."""
        return written(self.words)


def written(words: Iterable[Word]) -> str:
    """Words as running text."""
    return "".join(
        word.text if word.glued or place == 0 else f" {word.text}"
        for place, word in enumerate(words)
    )


def shared_out(words: Sequence[Word], start_ms: int, end_ms: int) -> tuple[Word, ...]:
    """The words with the stretch divided among them by their letters: for want of real times."""
    total = sum(len(word.text) for word in words) or 1
    lasts, before = end_ms - start_ms, 0
    found = []
    for word in words:
        begins = start_ms + lasts * before // total
        before += len(word.text)
        ends = start_ms + lasts * before // total
        found.append(Word(word.text, begins, ends, word.sure, word.glued))
    return tuple(found)


def within(words: Sequence[Word], start_ms: int, end_ms: int) -> tuple[Word, ...]:
    """The words with their times kept in order and inside the stretch."""
    found, at = [], start_ms
    for word in words:
        begins = min(max(word.start_ms, at), end_ms)
        at = min(max(word.end_ms, begins), end_ms)
        found.append(Word(word.text, begins, at, word.sure, word.glued))
    return tuple(found)
