"""When a machine's sentence is marked, as a table."""

from __future__ import annotations

from dataclasses import replace

import pytest

from media.doubts import Under, doubts, is_unsure
from media.sentences import Sentence
from media.words import Word

CLEAR = Under(dbfs=-20.0, voiced_ms=1_000)


def said(text: str = "Tin vui đến.", *, sure: float = 0.99, **misgivings: float) -> Sentence:
    words = tuple(Word(word, 0, 1_000, sure) for word in text.split())
    usual = {"no_speech": 0.01, "mean_logprob": -0.2, "compression": 1.4}
    return Sentence(words, 0, 1_000, **{**usual, **misgivings})


@pytest.mark.parametrize(
    ("sentence", "under", "doubt"),
    [
        # clear speech
        (said(), CLEAR, None),
        # sure of a sentence where nobody speaks
        (said(no_speech=0.9), CLEAR, "no_speech"),
        (said(), Under(-60.0, 1_000), "no_speech"),
        # loud, and no voice in it: music
        (said(), Under(-12.0, 0), "no_speech"),
        # a short word needs little voice, whatever its marks say
        (replace(said("Vâng."), end_ms=9_000), Under(-20.0, 250), None),
        (replace(said("Vâng."), end_ms=9_000), Under(-20.0, 32), "no_speech"),
        # unsure of the whole, of most words, of one word
        (said(mean_logprob=-1.1), CLEAR, "low_confidence"),
        (said(sure=0.3), CLEAR, "low_confidence"),
        (replace(said(), words=(Word("Tin", 0, 1, 0.1), Word("vui", 1, 2))), CLEAR, None),
        # a machine that is stuck
        (said("và và và và và và"), CLEAR, "loop"),
        (said("chúng tôi là chúng tôi là chúng tôi là chúng tôi là"), CLEAR, "loop"),
        # emphasis is none
        (said("rất rất rất vui"), CLEAR, None),
        # farewells of video channels
        (replace(said(), known_phrase=True), CLEAR, "known_phrase"),
        (replace(said(), known_phrase=True), Under(-60.0, 0), "known_phrase"),
    ],
)
def test_doubts(sentence: Sentence, under: Under, doubt: str | None) -> None:
    """The gravest reason, or none."""
    assert doubts([sentence], lambda start, end: under) == [doubt]


@pytest.mark.parametrize(
    ("texts", "marked"),
    [
        ("A B|A B", ""),
        ("A B|A B|A B", "12"),
        ("A B|a b.|A B!|C D", "12"),
        ("C D|A B|A B|A B|A B|C D", "234"),
        ("A B|C D|A B|C D|A B|C D", ""),
    ],
)
def test_the_same_sentence_running(texts: str, marked: str) -> None:
    """A refrain comes twice; of three and more only the first may have been said."""
    found = doubts([said(text) for text in texts.split("|")], lambda start, end: CLEAR)
    assert [place for place, doubt in enumerate(found) if doubt == "loop"] == list(map(int, marked))


def test_a_window_that_packs_too_well_is_doubted_where_it_repeats() -> None:
    """The news before the loop stays out of it; with no repetition to name, all is doubted."""
    packed = [said(text, compression=3.0) for text in ("Tin vui", "và và và và và", "Hết tin")]
    assert doubts(packed, lambda start, end: CLEAR) == [None, "loop", None]
    unnamed = [said(text, compression=3.1) for text in ("Tin vui", "Hết tin")]
    assert doubts(unnamed, lambda start, end: CLEAR) == ["loop", "loop"]


def test_even_odds_are_sure_enough() -> None:
    """Below that the machine would as soon have written something else."""
    assert [is_unsure(Word("a", 0, 1, sure)) for sure in (0.49, 0.5, 1.0)] == [True, False, False]
