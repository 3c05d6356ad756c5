"""A recording, window by window, through either engine. Imports torch: only ``media.speech`` may
import this, and late.

openai-whisper's own ``transcribe()`` throws lines away (silent windows, lines without length) and
tells its progress to a terminal only. This is the same walk with nothing thrown away: what is not
listened to is what holds neither energy nor voice. No window is told what the one before it said:
that is how one invented sentence becomes twenty.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from whisper.audio import (
    FRAMES_PER_SECOND,
    N_FRAMES,
    N_SAMPLES,
    log_mel_spectrogram,
    pad_or_trim,
)
from whisper.tokenizer import Tokenizer, get_tokenizer

from media.captions import clean_text
from media.doubts import LOOP_COMPRESSION, LOW_LOGPROB, NO_SPEECH
from media.engines import Aligned, Decoded, Engine, longest_reading
from media.errors import SpeechUnavailable
from media.voice import Soundscape
from media.words import Heard, Word, shared_out, within

# A failed window is tried again with some chance in the choice of words, which breaks loops; more
# steps than these cost a full decoding each and seldom help.
TEMPERATURES = (0.0, 0.4, 0.8)

# A rest shorter than a tenth of a second holds no word, and a machine asked about it invents one.
MIN_WINDOW_FRAMES = FRAMES_PER_SECOND // 10

# Silence shorter than this is a pause for breath; the window goes on through it.
SKIPPED_MS = 1_000
# The next window begins a little before the sound does: consonants are quieter than vowels.
RUN_UP_MS = 300

# Languages that are written without blanks (the tokenizer's own list).
UNSPACED = frozenset({"zh", "ja", "th", "lo", "my", "yue"})

_MS_PER_FRAME = 1000 // FRAMES_PER_SECOND
_MS_PER_TICK = 20
_FRAMES_PER_TICK = 2
_SEED = 0


class Walk:
    """One pass of one model over one recording."""

    def __init__(self, engine: Engine, language: str, *, glossary: Sequence[str] = ()) -> None:
        """``glossary`` are names and places put before every window, as far as there is room."""
        self._engine = engine
        self._tokenizer = tokenizer_of(engine, language)
        self._prompt = _prompt(self._tokenizer, glossary, longest_reading(engine.shape) - 1)
        self._language = language

    def heard(
        self,
        audio: np.ndarray,
        sound: Soundscape,
        on_window: Callable[[int, int], None] | None = None,
    ) -> Iterator[Heard]:
        """Stretches of speech in order. ``on_window`` gets windows done and windows in all, first
        with none done.

        Raises ``SpeechUnavailable`` (``speech_failed``).
        """
        mel = log_mel_spectrogram(audio, self._engine.shape.n_mels, padding=N_SAMPLES)
        frames, seek = mel.shape[-1] - N_FRAMES, 0
        total = max(-(-frames // N_FRAMES), 1)
        while True:
            if on_window is not None:
                on_window(min(seek // N_FRAMES, total), total)
            seek = self._past_silence(sound, seek, frames)
            if frames - seek < MIN_WINDOW_FRAMES:
                break
            size = min(N_FRAMES, frames - seek)
            window = pad_or_trim(mel[:, seek : seek + size], N_FRAMES).numpy()
            found, advance = self._listen(window, seek, size)
            yield from found
            # Never stand still, whatever the marks say.
            seek += advance if advance > 0 else size
        if on_window is not None:
            on_window(total, total)

    @staticmethod
    def _past_silence(sound: Soundscape, seek: int, frames: int) -> int:
        """Where there is something to hear again."""
        here = seek * _MS_PER_FRAME
        there = sound.next_sound_ms(here)
        if there is None:
            return frames
        return seek if there - here < SKIPPED_MS else (there - RUN_UP_MS) // _MS_PER_FRAME

    def _listen(self, window: np.ndarray, seek: int, size: int) -> tuple[list[Heard], int]:
        try:
            features = self._engine.encode(window)
            read = self._decode(features)
            parts, advance = self._parts(read.tokens, size)
            timed = self._align(features, read.tokens, size)
        except (RuntimeError, MemoryError, ValueError) as error:
            raise SpeechUnavailable("speech_failed", detail=str(error)[:300]) from error
        packed = _compression(self._tokenizer.decode(read.tokens).strip())
        found = []
        for first, last, start, end in parts:
            words = self._words(read.tokens, timed, (first, last), seek, (start, end))
            if words:
                begins, ends = (seek + start) * _MS_PER_FRAME, (seek + end) * _MS_PER_FRAME
                found.append(Heard(begins, ends, words, read.no_speech, read.mean_logprob, packed))
        return found, advance

    def _decode(self, features: Any) -> Decoded:
        tries: list[Decoded] = []
        for temperature in TEMPERATURES:
            read = self._engine.search(features, self._tokenizer, self._prompt, temperature, _SEED)
            if self._is_good(read):
                return read
            if tries and read.tokens == tries[-1].tokens:
                break  # the engine has no other way of reading it
            tries.append(read)
        return max(tries, key=lambda one: (not self._is_loop(one), one.mean_logprob))

    def _is_loop(self, read: Decoded) -> bool:
        return _compression(self._tokenizer.decode(read.tokens).strip()) > LOOP_COMPRESSION

    def _is_good(self, read: Decoded) -> bool:
        """Whether trying again is useless: it went well, or nobody speaks."""
        poor = read.mean_logprob < LOW_LOGPROB
        return (not poor and not self._is_loop(read)) or (poor and read.no_speech > NO_SPEECH)

    def _parts(self, tokens: list[int], size: int) -> tuple[list[tuple[int, int, int, int]], int]:
        """A reading's stretches as (first token, last, start, end), times in frames of the window,
        and how many frames further the next window starts.

        A stretch stands between two time marks. What comes after the last closed one may have been
        cut by the window's end, so it is left to the next window, which starts there.
        """
        begin = self._tokenizer.timestamp_begin
        marks = [token >= begin for token in tokens]
        ends = [i + 1 for i in range(len(tokens) - 1) if marks[i] and marks[i + 1]]
        closed = marks[-2:] == [False, True]
        if not ends:
            later = [token - begin for token in tokens if token > begin]
            end = later[-1] * _FRAMES_PER_TICK if later else size
            return [(0, len(tokens), 0, end)], size
        if closed:
            ends.append(len(tokens))
        parts = []
        for first, last in zip([0, *ends], ends, strict=False):
            start, end = tokens[first] - begin, tokens[last - 1] - begin
            parts.append((first, last, start * _FRAMES_PER_TICK, end * _FRAMES_PER_TICK))
        return parts, size if closed else (tokens[ends[-1] - 1] - begin) * _FRAMES_PER_TICK

    def _align(self, features: Any, tokens: list[int], size: int) -> Aligned:
        """What the engine can tell of each of ``tokens``. A model that follows the sound is asked
        in the form that its authors ask in, without marks; any other about its reading as it is."""
        if not self._engine.shape.follows_words:
            return self._engine.align(features, self._tokenizer, tokens, size)
        places = [i for i, token in enumerate(tokens) if token < self._tokenizer.eot]
        if not places:
            return Aligned([1.0] * len(tokens))
        words = [tokens[i] for i in places]
        found = self._engine.align(features, self._tokenizer, words, size)
        assert found.begins is not None and found.ends is not None
        sure, begins, ends = [1.0] * len(tokens), [0] * len(tokens), [0] * len(tokens)
        for n, i in enumerate(places):
            sure[i], begins[i], ends[i] = found.sure[n], found.begins[n], found.ends[n]
        return Aligned(sure, begins, ends)

    def _words(
        self,
        tokens: list[int],
        timed: Aligned,
        part: tuple[int, int],
        seek: int,
        stretch: tuple[int, int],
    ) -> tuple[Word, ...]:
        """The words of a part, with the engine's times where it has any, else shared out."""
        places = [i for i in range(*part) if tokens[i] < self._tokenizer.eot]
        found: list[Word] = []
        offset = seek * _MS_PER_FRAME
        for text, group in self._groups([tokens[i] for i in places]):
            mine, places = places[: len(group)], places[len(group) :]
            sure = sum(timed.sure[i] for i in mine) / len(mine)
            start = timed.begins[mine[0]] * _MS_PER_TICK + offset if timed.begins else 0
            end = timed.ends[mine[-1]] * _MS_PER_TICK + offset if timed.ends else 0
            glued = self._language in UNSPACED and bool(found) and not text.startswith(" ")
            if clean := clean_text(text).replace("\n", " "):
                found.append(Word(clean, start, end, sure, glued))
        start, end = (offset + frame * _MS_PER_FRAME for frame in stretch)
        return within(found, start, end) if timed.begins else shared_out(found, start, end)

    def _groups(self, tokens: list[int]) -> Iterator[tuple[str, list[int]]]:
        """Tokens by words, each with what is written to it without a blank."""
        spaced = self._language not in UNSPACED
        words, groups = self._tokenizer.split_to_word_tokens([*tokens, self._tokenizer.eot])
        text, group = "", list[int]()
        for word, more in zip(words[:-1], groups[:-1], strict=True):
            begins = word.startswith(" ") if spaced else any(map(str.isalnum, word))
            if begins and group:
                yield text, group
                text, group = "", []
            text, group = text + word, [*group, *more]
        if group:
            yield text, group


def tokenizer_of(engine: Engine, language: str) -> Tokenizer:
    """The tokens of an engine's model, set to write down ``language``."""
    shape = engine.shape
    return get_tokenizer(
        shape.multilingual,
        num_languages=shape.num_languages,
        language=language,
        task="transcribe",
    )


def _prompt(tokenizer: Tokenizer, glossary: Sequence[str], room: int) -> list[int]:
    """As many whole names as there is room for, the first first."""
    prompt: list[int] = []
    for name in glossary:
        more = tokenizer.encode(f", {name}" if prompt else f" {name}")
        if len(prompt) + len(more) > room:
            break
        prompt += more
    return prompt


def _compression(text: str) -> float:
    """How well a text packs; Whisper's authors know a loop by it."""
    data = text.encode()
    return len(data) / len(zlib.compress(data))
