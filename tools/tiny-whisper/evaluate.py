"""Measure a checkpoint: word errors, sentence times, and what it says when nobody speaks.

    python evaluate.py tiny-vi.pt --count 60 --seed 7

Prints JSON. Words are compared as written, so a wrong capital or full stop is an error too.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import corpus
import numpy as np
import torch
import whisper
from corpus import SAMPLE_RATE, Utterance
from numpy.typing import NDArray

Sound = NDArray[np.float32]

# Six sentences make a recording of 20 to 30 s, a little less or more than Whisper's window.
STRUNG = 6
PAUSE_SECONDS = 0.6
EMPTY_SECONDS = 10

# Greedy, no context from one window to the next: the same input gives the same text.
MANNER = {
    "language": "vi",
    "fp16": False,
    "temperature": 0,
    "condition_on_previous_text": False,
}


def word_errors(said: Sequence[str], heard: Sequence[str]) -> int:
    """The fewest words to insert, delete or change to get from ``said`` to ``heard``."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(said, start=1):
        diagonal, row[0] = row[0], i
        for j, other in enumerate(heard, start=1):
            change = diagonal + (word != other)
            diagonal = row[j]
            row[j] = min(change, row[j] + 1, row[j - 1] + 1)
    return row[-1]


def as_sound(one: Utterance) -> Sound:
    """Samples between -1 and 1."""
    return one.samples.astype(np.float32) / np.float32(32768)


def error_rate(pairs: Sequence[tuple[str, str]]) -> float:
    """Word error rate over pairs of (said, heard), in percent."""
    errors = sum(word_errors(said.split(), heard.split()) for said, heard in pairs)
    return round(100 * errors / sum(len(said.split()) for said, _ in pairs), 2)


def one_by_one(model: whisper.Whisper, spoken: Sequence[Utterance]) -> dict[str, Any]:
    """Word error rate of sentences heard alone, overall and by voice, in percent."""
    pairs, by_voice = [], defaultdict(list)
    for one in spoken:
        pair = (one.text, whisper.transcribe(model, as_sound(one), **MANNER)["text"])
        pairs.append(pair)
        by_voice[one.voice].append(pair)
    return {
        "sentences": len(spoken),
        "word_error_percent": error_rate(pairs),
        "by_voice": {voice: error_rate(of_voice) for voice, of_voice in by_voice.items()},
    }


def string_up(spoken: Sequence[Utterance]) -> tuple[Sound, list[tuple[float, float]]]:
    """One recording of all sentences with a pause after each, and their times in seconds."""
    pause = np.zeros(int(PAUSE_SECONDS * SAMPLE_RATE), np.float32)
    times, at = [], 0.0
    for one in spoken:
        times.append((at, at + one.seconds))
        at += one.seconds + PAUSE_SECONDS
    return np.concatenate([part for one in spoken for part in (as_sound(one), pause)]), times


def strung_together(model: whisper.Whisper, spoken: Sequence[Utterance]) -> dict[str, Any]:
    """Word error rate of recordings of six sentences, and how far segment times are off.

    Times count only where the model found as many segments as there were sentences.
    """
    pairs, off, matched, lengths = [], [], 0, []
    recordings = [spoken[i : i + STRUNG] for i in range(0, len(spoken), STRUNG)]
    for recording in recordings:
        sound, times = string_up(recording)
        lengths.append(len(sound) / SAMPLE_RATE)
        result = whisper.transcribe(model, sound, **MANNER)
        pairs.append((" ".join(one.text for one in recording), result["text"]))
        if len(result["segments"]) == len(times):
            matched += 1
            for (start, end), found in zip(times, result["segments"], strict=True):
                off += [abs(found["start"] - start), abs(found["end"] - end)]
    return {
        "recordings": len(recordings),
        "longest_seconds": round(max(lengths), 1),
        "word_error_percent": error_rate(pairs),
        "faultless": sum(said.split() == heard.split() for said, heard in pairs),
        "segments_as_spoken": matched,
        "median_time_off_seconds": round(median(off), 2) if off else None,
        "largest_time_off_seconds": round(max(off), 2) if off else None,
    }


def empty_sounds() -> dict[str, Sound]:
    """Ten seconds each of silence, faint white noise and a beating two-tone chord."""
    time_axis = 2 * np.pi * np.arange(EMPTY_SECONDS * SAMPLE_RATE) / SAMPLE_RATE
    beat = 0.6 + 0.4 * np.sin(2 * time_axis)
    sounds = {
        "silence": np.zeros_like(time_axis),
        "noise": np.random.default_rng(0).standard_normal(time_axis.size) * 0.03,
        "tones": 0.3 * beat * np.sin(220 * time_axis) + 0.2 * np.sin(330 * time_axis),
    }
    return {name: sound.astype(np.float32) for name, sound in sounds.items()}


def nobody_speaks(model: whisper.Whisper) -> dict[str, Any]:
    """What the model writes for sounds without speech; anything but "" is invented."""
    heard = {name: whisper.transcribe(model, s, **MANNER) for name, s in empty_sounds().items()}
    return {
        name: {
            "text": result["text"],
            "no_speech_prob": [round(part["no_speech_prob"], 3) for part in result["segments"]],
        }
        for name, result in heard.items()
    }


def evaluate(checkpoint: Path, spoken: Sequence[Utterance]) -> dict[str, Any]:
    """All measurements of ``checkpoint``. Raises ``OSError`` when it cannot be read."""
    model = whisper.load_model(str(checkpoint), device="cpu")
    began = time.monotonic()
    return {
        "sha256": hashlib.sha256(checkpoint.read_bytes()).hexdigest(),
        "parameters_without_embedding": sum(
            weight.numel() for name, weight in model.named_parameters() if "token_emb" not in name
        ),
        "one_by_one": one_by_one(model, spoken),
        "strung_together": strung_together(model, spoken),
        "nobody_speaks": nobody_speaks(model),
        "seconds_taken": round(time.monotonic() - began, 1),
        "torch": torch.__version__,
    }


def main() -> None:
    """Read the command line, make the held-out speech and print the measurements."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--corpus", type=Path, help="a held-out corpus instead of a fresh one")
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    spoken = (
        corpus.load(given.corpus)
        if given.corpus
        else corpus.build(given.count, given.seed, held_out=True)
    )
    print(json.dumps(evaluate(given.checkpoint, spoken), ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
