"""Captions that people can publish: properties of every cut, and a few looked at."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from media import limits
from media.captions import normalise
from media.cutting import LEAD_MS, MIN_LINE_MS, Spoken, cut, reading_ms
from media.words import Word, shared_out

DURATION = 60_000
LETTERS = st.sampled_from("aàảbcdđeghiêklmnoôơpqrstuưvxyAĐ0,.:;-'\"")
WORDS = st.text(LETTERS, min_size=1, max_size=9) | st.text(LETTERS, min_size=30, max_size=130)


@st.composite
def spoken(draw: st.DrawFn) -> list[Spoken]:
    """Sentences at any times, in order of their beginnings, words anywhere within."""
    found = []
    for start in sorted(draw(st.lists(st.integers(0, DURATION), max_size=4))):
        end = draw(st.integers(start, start + 15_000))
        texts = draw(st.lists(WORDS, min_size=1, max_size=40))
        words = [
            Word(text, *draw(st.tuples(*[st.integers(0, 75_000)] * 2)), draw(st.floats(0, 1)))
            for text in texts
        ]
        if draw(st.booleans()):
            words = list(shared_out(words, start, end))
        glued = draw(st.booleans())
        words = [replace(word, glued=glued and place > 0) for place, word in enumerate(words)]
        found.append(Spoken(tuple(words), start, end, draw(st.sampled_from([None, "loop"]))))
    return found


@settings(max_examples=150, deadline=None)
@given(spoken())
def test_every_cut_can_be_shown(sentences: list[Spoken]) -> None:
    """Rows, widths, order and form hold for whatever an engine may say; no letter is lost."""
    lines = cut(sentences, DURATION)
    for line in lines:
        rows = line.text.split("\n")
        assert len(rows) <= limits.SCREEN_LINES
        assert max(map(len, rows)) <= limits.SCREEN_LINE_CHARS
        assert unicodedata.is_normalized("NFC", line.text)
        assert 0 <= line.start_ms < line.end_ms
        for start, end in line.unsure:
            assert line.text[start:end].strip() == line.text[start:end] != ""
    assert normalise(lines) == lines
    shown = "".join("".join(line.text.split()) for line in lines)
    assert shown == "".join(word.text for one in sentences for word in one.words)


@settings(max_examples=150, deadline=None)
@given(spoken())
def test_too_fast_only_where_there_is_no_time(sentences: list[Spoken]) -> None:
    """A line that cannot be read touches the next, or the clip's end."""
    lines = cut(sentences, DURATION)
    ends = [*(line.start_ms for line in lines[1:]), DURATION]
    for line, free_until in zip(lines, ends, strict=False):
        readable = line.end_ms - line.start_ms >= reading_ms(line.text)
        assert readable or line.end_ms >= free_until


def say(text: str, start_ms: int, end_ms: int, *, sure: dict[str, float] | None = None) -> Spoken:
    words = [Word(word, 0, 0, (sure or {}).get(word, 1.0)) for word in text.split()]
    return Spoken(shared_out(words, start_ms, end_ms), start_ms, end_ms)


def test_a_long_sentence_is_cut_where_one_breathes() -> None:
    """At the comma rather than at the full row, and the rows are even."""
    text = (
        "Kính thưa quý vị, Hội phụ nữ xã Phượng Tiến tổ chức ngày hội văn hóa tại Chợ Chu, "
        "thu hút đông đảo bà con tham gia."
    )
    lines = cut([say(text, 0, 8_000)], 10_000)
    assert [line.text for line in lines] == [
        "Kính thưa quý vị, Hội phụ nữ xã Phượng\nTiến tổ chức ngày hội văn hóa tại Chợ Chu,",
        "thu hút đông đảo bà con tham gia.",
    ]
    assert (lines[0].start_ms, lines[-1].end_ms) == (0, 8_000)
    assert lines[0].end_ms == lines[1].start_ms


def test_a_breath_without_a_comma_is_a_place_to_cut() -> None:
    """The times say where somebody breathed."""
    words = "một hai ba bốn năm sáu bảy tám chín mười " * 2 + "mười một mười hai"
    at, timed = 0, []
    for place, text in enumerate(words.split()):
        at += 900 if place == 12 else 0
        timed.append(Word(text, at, at + 300))
        at += 300
    lines = cut([Spoken(tuple(timed), 0, at)], at)
    assert [len(line.text.split()) for line in lines] == [12, 12]
    assert lines[1].start_ms == 12 * 300 + 900


def test_a_short_cry_stays_long_enough_to_be_read() -> None:
    """Time that nobody else needs is given to the line."""
    lines = cut([say("Hoan hô các đồng chí!", 1_000, 1_200)], 10_000)
    assert lines[0].end_ms - lines[0].start_ms == reading_ms("Hoan hô các đồng chí!")
    near_the_end = cut([say("Hoan hô các đồng chí!", 9_900, 9_950)], 10_000)
    assert near_the_end[0].start_ms == 9_900 - LEAD_MS
    assert near_the_end[0].end_ms <= 9_900 + MIN_LINE_MS


def test_words_that_the_machine_hesitated_at_are_marked_where_they_stand() -> None:
    """Ranges of characters of the text as it is shown; neighbours are one range."""
    sure = {"Phượng": 0.2, "Tiến": 0.4, "vui": 0.1}
    (line,) = cut([say("Tin vui đến xã Phượng Tiến hôm nay.", 0, 4_000, sure=sure)], 5_000)
    assert [line.text[start:end] for start, end in line.unsure] == ["vui", "Phượng Tiến"]


def test_lines_follow_each_other_whatever_the_marks_say() -> None:
    """Stretches without length, overlapping, and behind the clip's end are mended, not dropped."""
    rows = [(0, 1_000, "một"), (900, 900, "hai"), (2_000, 30_000, "ba"), (3_000, 3_000, "bốn")]
    lines = cut([say(text, start, end) for start, end, text in rows], 3_000)
    assert [line.text for line in lines] == ["một", "hai", "ba", "bốn"]
    assert all(a.end_ms <= b.start_ms for a, b in pairwise(lines))
    assert lines[-1].end_ms <= 3_000 + MIN_LINE_MS
