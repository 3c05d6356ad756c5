"""Caption lines as text: what is refused, what is mended, and what goes into a file."""

from __future__ import annotations

import json
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media import captions
from media.errors import CaptionError
from media.results import Line


def one(text: str, start: int = 0, end: int = 1000, doubt: str | None = None) -> Line:
    return Line(start, end, text, doubt)


@pytest.mark.parametrize(
    ("given_text", "clean"),
    [
        ("  Xin   chào \t bà con  ", "Xin chào bà con"),
        (unicodedata.normalize("NFD", "Định Hóa"), "Định Hóa"),
        ("một\r\n\r\n\r\nhai\rba", "một\nhai\nba"),
        ("a\u200bb\ufeffc\u00add", "abcd"),
        ("\u202eđảo ngược\u202c", "đảo ngược"),
        ("a\x00b\x1bc", "a b c"),
    ],
)
def test_text_is_composed_and_rid_of_what_nobody_sees(given_text: str, clean: str) -> None:
    """The same words always have the same bytes."""
    assert captions.normalise([one(given_text, doubt="loop")]) == (one(clean, doubt="loop"),)


@pytest.mark.parametrize(
    ("lines", "code", "number"),
    [
        ([one("a"), one(" \u200b\n ", 2000, 3000)], "caption_empty", 2),
        ([one("x" * 1001)], "caption_too_long", 1),
        ([one("a", -1, 5)], "caption_time_negative", 1),
        ([one("a", 5, 5)], "caption_time_order", 1),
        ([one("a", 6, 5)], "caption_time_order", 1),
        ([one("a", 5000, 6000), one("b", 0, 1000)], "caption_time_order", 2),
        ([one("a"), one("b", 999, 2000)], "caption_overlap", 2),
    ],
)
def test_a_line_that_cannot_stand_is_named(lines: list[Line], code: str, number: int) -> None:
    """The code says what is wrong, the number which line it is."""
    with pytest.raises(CaptionError) as failure:
        captions.normalise(lines)
    assert (failure.value.code, failure.value.params["line"]) == (code, number)


def test_lines_may_touch() -> None:
    """One ends where the next begins."""
    assert len(captions.normalise([one("a"), one("b", 1000, 2000)])) == 2


LINES = (one("Tin vui & <i>vui</i>", 400, 61_234), one("a --> b\n\nc", 3_600_000, 36_000_001))


def test_webvtt() -> None:
    """Numbered cues, hours always, reserved signs escaped, no blank line inside."""
    assert captions.to_vtt(LINES) == (
        "WEBVTT\n\n"
        "1\n00:00:00.400 --> 00:01:01.234\nTin vui &amp; &lt;i&gt;vui&lt;/i&gt;\n\n"
        "2\n01:00:00.000 --> 10:00:00.001\na --&gt; b\nc\n"
    )


def test_subrip() -> None:
    """Comma before the milliseconds; an arrow cannot be mistaken for a time."""
    assert captions.to_srt(LINES) == (
        "1\n00:00:00,400 --> 00:01:01,234\nTin vui & <i>vui</i>\n\n"
        "2\n01:00:00,000 --> 10:00:00,001\na → b\nc\n"
    )


def test_no_lines_make_valid_files() -> None:
    """A clip in which nobody speaks has an empty caption file."""
    assert (captions.to_vtt([]), captions.to_srt([])) == ("WEBVTT\n", "")


def test_the_digest_bytes_are_times_and_words_only() -> None:
    """Doubts and the form of the letters make no difference, a millisecond does."""
    decomposed = Line(0, 1000, unicodedata.normalize("NFD", "Chợ  Chu"), "loop", kept=True)
    bytes_ = captions.canonical_bytes([one("Chợ Chu")])
    assert bytes_ == '[[0,1000,"Chợ Chu"]]'.encode()
    assert captions.canonical_bytes([decomposed]) == bytes_
    assert captions.canonical_bytes([one("Chợ Chu", 0, 1001)]) != bytes_


def test_a_long_line_becomes_several_on_screen() -> None:
    """At most two rows of 42 characters, no word lost, no time lost."""
    line = one(" ".join(["Kính thưa quý vị và các bạn"] * 8), 1000, 21_000, "loop")
    parts = captions.split_for_screen([line])
    assert len(parts) > 1
    assert " ".join(" ".join(part.text.split()) for part in parts) == line.text
    assert (parts[0].start_ms, parts[-1].end_ms) == (1000, 21_000)
    for part, following in pairwise(parts):
        assert part.end_ms == following.start_ms
    for part in parts:
        rows = part.text.split("\n")
        assert len(rows) <= 2
        assert max(map(len, rows)) <= 42
        assert part.doubt == "loop"


words = st.text(st.characters(exclude_categories=("Cs",)), max_size=200)


@given(st.lists(words, max_size=6))
def test_no_text_breaks_the_files(texts: list[str]) -> None:
    """Whatever is written in a line, a file has as many cues as there are lines."""
    lines = []
    for number, text in enumerate(texts):
        clean = captions.clean_text(text)
        assert captions.clean_text(clean) == clean
        if clean:
            lines.append(one(text, number * 1000, number * 1000 + 900))
    for made in (captions.to_vtt(lines), captions.to_srt(lines)):
        assert made.count(" --> ") == len(lines)
        assert len([block for block in made.split("\n\n") if " --> " in block]) == len(lines)
    split = captions.split_for_screen(captions.normalise(lines))
    assert len(captions.normalise(split)) == len(split)


def test_a_line_survives_json_whole() -> None:
    """Marks included; and a row written before there were any reads as a line without."""
    marked = Line(0, 900, "xã Bình Yên", "low_confidence", kept=True, unsure=((3, 7), (8, 11)))
    assert Line.from_json(json.loads(json.dumps(marked.to_json()))) == marked
    plain = {"start_ms": 0, "end_ms": 900, "text": "xã", "doubt": None}
    assert Line.from_json(plain).to_json() == plain


def test_marks_belong_to_a_text() -> None:
    """Kept with it, dropped when cleaning changes it: they would point at other words."""
    line = Line(0, 900, "xã Bình Yên", "loop", kept=True, unsure=((3, 7),))
    assert captions.normalise([line]) == (line,)
    (cleaned,) = captions.normalise([Line(0, 900, "xã  Bình", "loop", kept=True, unsure=((4, 8),))])
    assert (cleaned.kept, cleaned.unsure) == (True, ())
