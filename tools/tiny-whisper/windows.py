"""Training windows: utterances laid one after the other, as spectrogram and as Whisper's tokens."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import whisper
from corpus import SAMPLE_RATE, Utterance
from numpy.typing import NDArray
from torch.nn.functional import pad
from torch.nn.utils.rnn import pad_sequence
from whisper.tokenizer import get_tokenizer

HOP = whisper.audio.HOP_LENGTH
FRAMES_PER_SECOND = SAMPLE_RATE // HOP
TICKS_PER_SECOND = 50
LANGUAGES = 99

# How windows are mixed: without speech; packed to the brim; last sentence cut by the window's end.
SILENT_SHARE, FULL_SHARE, CUT_SHARE = 0.1, 0.6, 0.3

# A cut sentence is heard for at least so many seconds, else nobody could tell that one begins.
SHORTEST_CUT = 0.5

# A target which the loss skips (PyTorch's own convention).
IGNORED = -100

Sound = NDArray[np.float32]


class Vocabulary:
    """The tokens that occur, numbered without gaps; one more row stands for all the others.

    While training, the row ``unused`` carries ``unused_bias`` = log(how many tokens it stands for):
    so the softmax is the one the exported model will compute over the full vocabulary.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        """Count the tokens of ``texts``, Whisper's control tokens and its 1,501 time marks."""
        tokens = get_tokenizer(True, num_languages=LANGUAGES, language="vi", task="transcribe")
        self.size = tokens.encoding.n_vocab
        self.start, self.end, self.no_speech = tokens.sot, tokens.eot, tokens.no_speech
        self.prompt = list(tokens.sot_sequence)
        self.first_tick = tokens.timestamp_begin
        self.spelling = {text: tokens.encode(" " + text) for text in set(texts)}
        self.letters = sorted({token for ids in self.spelling.values() for token in ids})
        control = {*self.prompt, self.end, self.no_speech, *range(self.first_tick, self.size)}
        self.used = sorted(control.union(self.letters))
        self.unused = len(self.used)
        self.unused_bias = math.log(self.size - self.unused)
        self._row = {token: row for row, token in enumerate(self.used)}
        # Symbol 0 is the CTC blank.
        self._symbol = {token: number for number, token in enumerate(self.letters, start=1)}

    def rows(self, tokens: Sequence[int]) -> list[int]:
        """Embedding rows of ``tokens``. Raises ``KeyError`` for one that never occurred."""
        return [self._row[token] for token in tokens]

    def symbols(self, tokens: Sequence[int]) -> list[int]:
        """CTC symbols of text ``tokens``. Raises ``KeyError`` for one that never occurred."""
        return [self._symbol[token] for token in tokens]

    def tick(self, seconds: float) -> int:
        """The time mark nearest to ``seconds``; Whisper's last one is 30 s."""
        mark = self.first_tick + round(seconds * TICKS_PER_SECOND)
        return min(mark, self.size - 1)


@dataclass(frozen=True)
class Window:
    """One example: spectrogram, decoder tokens, and what the encoder alone should spell.

    ``spelled`` is empty where nobody speaks and ``None`` where a cut sentence makes it unknown.
    """

    mel: torch.Tensor
    tokens: list[int]
    spelled: list[int] | None


@dataclass(frozen=True)
class Batch:
    """Windows of one length, padded: what the decoder reads, what it must say next, CTC symbols."""

    mel: torch.Tensor
    read: torch.Tensor
    said: torch.Tensor
    spelled: list[torch.Tensor | None]

    def to(self, device: str) -> Batch:
        """The same batch on another device."""
        mel, read, said = (part.to(device) for part in (self.mel, self.read, self.said))
        return Batch(mel, read, said, [s if s is None else s.to(device) for s in self.spelled])


def no_speech_sound(rng: np.random.Generator, length: int) -> Sound:
    """Silence, white noise or a slowly beating chord."""
    kind = rng.random()
    if kind < 0.3:
        return np.zeros(length, np.float32)
    if kind < 0.7:
        return (rng.standard_normal(length) * 10 ** rng.uniform(-4, -1.3)).astype(np.float32)
    time = 2 * np.pi * np.arange(length) / SAMPLE_RATE
    chord = np.zeros(length)
    for _ in range(rng.integers(1, 6)):
        beat = 0.5 + 0.5 * np.sin(rng.uniform(0.2, 4) * time)
        chord += beat * np.sin(rng.uniform(80, 2000) * time + rng.uniform(0, 2 * np.pi))
    return (chord * rng.uniform(0.02, 0.2)).astype(np.float32)


def spectrogram(sound: Sound, seconds: int) -> torch.Tensor:
    """Log-mel frames of ``sound``, then zeros up to ``seconds``, as ``transcribe()`` pads."""
    mel = whisper.log_mel_spectrogram(torch.from_numpy(sound), padding=SAMPLE_RATE)
    mel = mel[:, : len(sound) // HOP]
    return pad(mel, (0, seconds * FRAMES_PER_SECOND - mel.shape[1]))


class WindowMaker:
    """Makes windows from a corpus; what it makes depends on the generator handed in, only."""

    def __init__(self, utterances: Sequence[Utterance], vocabulary: Vocabulary) -> None:
        """Keep both; the vocabulary must know every text."""
        self.utterances, self.vocabulary = utterances, vocabulary

    def window(self, rng: np.random.Generator, seconds: int) -> Window:
        """One window with or without speech."""
        if rng.random() < SILENT_SHARE:
            whole = rng.random() < 0.5
            length = int(seconds * SAMPLE_RATE * (1 if whole else rng.uniform(0.2, 1)))
            tokens = [self.vocabulary.start, self.vocabulary.no_speech]
            return Window(spectrogram(no_speech_sound(rng, length), seconds), tokens, [])
        return self.speech(rng, seconds)

    def speech(self, rng: np.random.Generator, seconds: int) -> Window:
        """One window in which sentences follow each other after pauses of 0.1 to 1.2 s."""
        sound = np.zeros(seconds * SAMPLE_RATE, np.float32)
        tokens: list[int] = []
        spelled: list[int] | None = []
        full = rng.random() < FULL_SHARE
        wanted = seconds if full else int(rng.integers(1, max(seconds // 3, 1) + 1))
        at, end = float(rng.choice([0, rng.uniform(0, 1)])), 0.0
        for one in self._draw(rng, wanted):
            if at + one.seconds > seconds:
                if tokens and full and rng.random() < CUT_SHARE and at < seconds - SHORTEST_CUT:
                    # Whisper's rule: a sentence that runs on into the next window only starts.
                    place(sound, one, at, rng)
                    tokens, spelled = [*tokens, self.vocabulary.tick(at)], None
                break
            place(sound, one, at, rng)
            end = at + one.seconds
            said = self.vocabulary.spelling[one.text]
            tokens += [self.vocabulary.tick(at), *said, self.vocabulary.tick(end)]
            spelled += said
            at = end + rng.uniform(0.1, 1.2)
        return self._finish(rng, sound, end, tokens, spelled)

    def _draw(self, rng: np.random.Generator, count: int) -> list[Utterance]:
        """``count`` utterances, the same one perhaps twice."""
        return [self.utterances[i] for i in rng.integers(len(self.utterances), size=count)]

    def _finish(
        self,
        rng: np.random.Generator,
        sound: Sound,
        end: float,
        tokens: list[int],
        spelled: list[int] | None,
    ) -> Window:
        """Add a noise floor and, in some windows, let the recording stop soon after the speech."""
        length = len(sound)
        if spelled is not None and rng.random() > 0.3:
            length = min(length, int((end + rng.uniform(0, 1.5)) * SAMPLE_RATE))
        heard = sound[:length]
        heard += rng.standard_normal(length, np.float32) * np.float32(10 ** rng.uniform(-5, -2.3))
        whole = [*self.vocabulary.prompt, *tokens, self.vocabulary.end]
        return Window(spectrogram(heard, len(sound) // SAMPLE_RATE), whole, spelled)

    def batch(self, rng: np.random.Generator, seconds: int, size: int) -> Batch:
        """``size`` windows of ``seconds``, padded to the longest token sequence."""
        words, windows = self.vocabulary, [self.window(rng, seconds) for _ in range(size)]
        rows = [torch.tensor(words.rows(window.tokens)) for window in windows]
        spelled = [w.spelled if w.spelled is None else words.symbols(w.spelled) for w in windows]
        return Batch(
            torch.stack([window.mel for window in windows]),
            pad_sequence([row[:-1] for row in rows], True, words.unused),
            pad_sequence([row[1:] for row in rows], True, IGNORED),
            [s if s is None else torch.tensor(s, dtype=torch.long) for s in spelled],
        )


def place(sound: Sound, one: Utterance, at: float, rng: np.random.Generator) -> None:
    """Mix ``one`` in at ``at`` seconds, at a volume of its own, as far as the window reaches."""
    start = int(at * SAMPLE_RATE)
    samples = one.samples[: len(sound) - start].astype(np.float32) / 32768
    sound[start : start + len(samples)] += samples * np.float32(rng.uniform(0.3, 1.0))
