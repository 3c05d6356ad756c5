"""Nothing invented, nothing lost: the figures of tools/bench_speech.py, made small."""

from __future__ import annotations

from pathlib import Path

import pytest

from media import speech
from media.speech import Recognizer
from tests.media.conftest import TINY_MODEL
from tools import bench_speech as bench


@pytest.fixture(scope="module")
def fast(tmp_path_factory: pytest.TempPathFactory) -> Recognizer:
    """The sample model in the quicker engine."""
    return speech.load(
        str(TINY_MODEL), engine="faster", device="cpu", folder=tmp_path_factory.mktemp("models")
    )


@pytest.fixture(scope="module")
def ours() -> Recognizer:
    """The sample model in the default engine."""
    return speech.load(str(TINY_MODEL), engine="openai", device="cpu")


@pytest.mark.parametrize("name", ["digital silence", "waltz", "drum", "pink noise"])
def test_no_invented_phrase_goes_unmarked(fast: Recognizer, name: str) -> None:
    """Where nobody speaks every line is marked, whatever the model makes of it."""
    lines = bench.lines(fast, bench.WORDLESS[name](bench.WORDLESS_SECONDS))
    assert [line.text for line in lines if line.published] == []


def test_clean_speech_is_left_alone(fast: Recognizer, tmp_path: Path) -> None:
    """At least 98 of 100 words carry no mark."""
    share = bench.unmarked_words(fast, bench.readings(tmp_path, count=2))
    assert share >= bench.CLEAN_SHARE


@pytest.mark.parametrize("decibels", [0, -6, -10])
def test_no_sentence_under_music_gets_lost(ours: Recognizer, tmp_path: Path, decibels: int) -> None:
    """What the model writes without any guard is there for the editor, marked or not."""
    (sound,) = bench.readings(tmp_path, count=1)
    mixed = bench.over_music(sound, decibels)
    assert bench.lost_sentences(ours, mixed) == []
