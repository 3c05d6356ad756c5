"""When what a machine heard is not to be trusted. It is marked, never removed. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from media.sentences import Sentence
from media.words import Word

# Whisper's own measure of "nobody speaks here", and its authors' threshold. They let confident
# text pass all the same; for news, being sure of a sentence in silence is no excuse.
NO_SPEECH = 0.6

# Mean log-probability of the words below which the authors call a decoding failed.
LOW_LOGPROB = -1.0

# Text that packs this well repeats itself (zlib, the authors' threshold).
LOOP_COMPRESSION = 2.4

# The same sentence so many times running is a stuck machine; a refrain comes twice.
LOOP_REPEATS = 3

# The same few words so many times running inside a sentence; "rất, rất, rất" is emphasis.
LOOP_INSIDE = 4
# The longest group of words looked for: longer ones come back as whole sentences.
LOOP_WORDS = 8

# Root mean square below this, in decibels of full scale, is room noise at the most.
SILENCE_DBFS = -55.0

# A sentence needs voice under a fifth of the time in which it can be said at all.
VOICED_SHARE = 0.2
# Nobody speaks more letters in a second than this; Vietnamese news come to about fifteen.
LETTERS_PER_SECOND = 20

# Below even odds for its own reading the machine would as soon have written another word.
UNSURE = 0.5


@dataclass(frozen=True, slots=True)
class Under:
    """The sound under a sentence: its loudness, and for how long a voice was made out in it."""

    dbfs: float
    voiced_ms: int


def doubts(sentences: Sequence[Sentence], sound: Callable[[int, int], Under]) -> list[str | None]:
    """For each sentence the reason code for not trusting it, or ``None``.

    ``sound`` tells of the stretch between two times in milliseconds. The gravest reason wins:
    ``known_phrase``, ``no_speech``, ``loop``, ``low_confidence``.
    """
    looping = _looping(sentences)
    return [
        _doubt(one, sound(one.start_ms, one.end_ms), loop)
        for one, loop in zip(sentences, looping, strict=True)
    ]


def is_unsure(word: Word) -> bool:
    """Whether the machine hesitated at a word."""
    return word.sure < UNSURE


def _doubt(one: Sentence, under: Under, loop: bool) -> str | None:
    if one.known_phrase:
        return "known_phrase"
    if one.no_speech > NO_SPEECH or _hardly_voiced(one, under):
        return "no_speech"
    if loop:
        return "loop"
    unsure = sum(map(is_unsure, one.words))
    return (
        "low_confidence" if one.mean_logprob < LOW_LOGPROB or unsure * 2 > len(one.words) else None
    )


def _hardly_voiced(one: Sentence, under: Under) -> bool:
    letters = sum(len(word.text) for word in one.words)
    spoken_ms = min(one.end_ms - one.start_ms, letters * 1000 // LETTERS_PER_SECOND)
    return under.dbfs < SILENCE_DBFS or under.voiced_ms < spoken_ms * VOICED_SHARE


def _looping(sentences: Sequence[Sentence]) -> list[bool]:
    """The first of a run may have been said; its repetitions were not. A window that packs too
    well is doubted where it repeats, and as a whole where no repetition can be named."""
    said = [_plain(one.text) for one in sentences]
    found = [_repeats_inside(text.split()) for text in said]
    begun = 0
    for place in range(1, len(said) + 1):
        if place == len(said) or said[place] != said[begun]:
            if place - begun >= LOOP_REPEATS:
                found[begun + 1 : place] = [True] * (place - begun - 1)
            begun = place
    packed = [one.compression > LOOP_COMPRESSION for one in sentences]
    named = {one.compression for one, is_loop in zip(sentences, found, strict=True) if is_loop}
    return [
        is_loop or (too_well and one.compression not in named)
        for one, is_loop, too_well in zip(sentences, found, packed, strict=True)
    ]


def _repeats_inside(words: Sequence[str]) -> bool:
    """Whether a group of words comes ``LOOP_INSIDE`` times running and fills half the sentence."""
    for size in range(1, LOOP_WORDS + 1):
        run = longest = 0
        for place in range(size, len(words)):
            run = run + 1 if words[place] == words[place - size] else 0
            longest = max(longest, run)
        covered = longest + size
        if covered >= LOOP_INSIDE * size and covered * 2 >= len(words):
            return True
    return False


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFC", text).casefold()))
