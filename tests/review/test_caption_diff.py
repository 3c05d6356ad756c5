"""The difference that a person reads: whole words, whole letters."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.results import Line
from review.caption_diff import LineChange, line_changes, word_changes


def told(before: str, after: str) -> str:
    """The woven text with its marks."""
    marks = {"same": "{}", "gone": "[-{}-]", "new": "[+{}+]"}
    return "".join(marks[piece.kind].format(piece.text) for piece in word_changes(before, after))


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("xã Bình Yên", "xã Bình Yên", "xã Bình Yên"),
        ("xã bình an.", "xã Bình Yên.", "xã [-bình an-][+Bình Yên+]."),
        ("ông Hùng", "ông Hưng", "ông [-Hùng-][+Hưng+]"),
        ("Xin chào", "Xin chào, bà con", "Xin chào[+, bà con+]"),
        ("", "mới", "[+mới+]"),
        ("cũ", "", "[-cũ-]"),
    ],
)
def test_whole_words_change(before: str, after: str, shown: str) -> None:
    """Never half a word; a wrong tone is another word."""
    assert told(before, after) == shown


def test_the_form_of_the_letters_is_no_change() -> None:
    """Decomposed marks are the same text."""
    (piece,) = word_changes(unicodedata.normalize("NFD", "Định Hóa"), "Định Hóa")
    assert (piece.kind, piece.text) == ("same", "Định Hóa")


@given(st.text(max_size=60), st.text(max_size=60))
def test_both_texts_can_be_read_off(before: str, after: str) -> None:
    """Nothing is lost or invented by the weaving."""
    pieces = word_changes(before, after)
    old = "".join(piece.text for piece in pieces if piece.kind != "new")
    new = "".join(piece.text for piece in pieces if piece.kind != "gone")
    assert (old, new) == (unicodedata.normalize("NFC", before), unicodedata.normalize("NFC", after))


A, B, C = Line(0, 1000, "một hai"), Line(1000, 2000, "ba bốn"), Line(2000, 3000, "năm")


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ([A, B], [A, B], ()),
        ([A], [A, B], (LineChange(1000, "", "ba bốn"),)),
        ([A, B], [B], (LineChange(0, "một hai", ""),)),
        ([A], [Line(0, 900, "một hai")], (LineChange(0, "một hai", "một hai", "times"),)),
        (
            [A, B],
            [Line(0, 2000, "một hai ba bốn")],
            (LineChange(0, "một hai ba bốn", "một hai ba bốn", "recut"),),
        ),
        (
            [Line(0, 1000, "x", "loop")],
            [Line(0, 1000, "x", "loop", kept=True)],
            (LineChange(0, "x", "x", "kept"),),
        ),
        (
            [Line(0, 1000, "x", "loop", kept=True)],
            [Line(0, 1000, "x", "loop")],
            (LineChange(0, "x", "x", "doubted"),),
        ),
        (
            [A, B, C],
            [A, Line(1000, 2000, "ba năm"), C],
            (LineChange(1000, "ba bốn", "ba năm"),),
        ),
    ],
)
def test_what_became_of_each_line(
    before: list[Line], after: list[Line], changes: tuple[LineChange, ...]
) -> None:
    """New, gone, moved, cut anew, kept, mended."""
    assert line_changes(before, after) == changes
