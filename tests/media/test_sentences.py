"""What was heard, as sentences, and the farewell apart from the news."""

from __future__ import annotations

import unicodedata

import pytest

from media.sentences import Sentence, sentences
from media.words import Heard, Word, shared_out, within, written

NEWS = "Ủy ban nhân dân xã tổ chức hội nghị"


def parts(text: str) -> list[Sentence]:
    words = shared_out([Word(word, 0, 0) for word in text.split()], 1_000, 9_000)
    return list(sentences(Heard(1_000, 9_000, words, 0.1, -0.2, 1.5)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tin vui. Trời nắng! Thật sao?", ["Tin vui.", "Trời nắng!", "Thật sao?"]),
        ("Tin vui", ["Tin vui"]),
        # a full stop that is none
        ("Tại TP. Thái Nguyên, ông A. Bình nói.", ["Tại TP. Thái Nguyên, ông A. Bình nói."]),
        ("“Tin vui.” Ông nói.", ["“Tin vui.”", "Ông nói."]),
    ],
)
def test_sentences_end_at_their_stops(text: str, expected: list[str]) -> None:
    """Whatever closes behind the stop belongs to it."""
    assert [part.text for part in parts(text)] == expected


@pytest.mark.parametrize(
    ("text", "farewell"),
    [
        ("Hãy subscribe cho kênh Ghiền Mì Gõ Để không bỏ lỡ những video hấp dẫn", "all"),
        ("HÃY ĐĂNG KÝ KÊNH La La School để không bỏ lỡ những video hấp dẫn.", "all"),
        ("Cảm ơn các bạn đã theo dõi và hẹn gặp lại.", "all"),
        ("Hẹn gặp lại các bạn trong những video tiếp theo.", "all"),
        ("Hãy đăng ký kênh Vui Vẻ Mỗi Ngày", "all"),
        # glued to news, before it and behind it, with a stop and without
        (f"{NEWS}. Hãy đăng ký kênh.", "Hãy đăng ký kênh."),
        (f"{NEWS} Hãy subscribe cho kênh Ghiền Mì Gõ", "Hãy subscribe cho kênh Ghiền Mì Gõ"),
        (f"Cảm ơn các bạn đã theo dõi {NEWS}", "Cảm ơn các bạn đã theo dõi"),
        # what news people say as well
        ("Xin trân trọng cảm ơn.", ""),
        ("Bà con đăng ký kinh doanh tại xã.", ""),
        ("Hẹn gặp lại quý vị trong bản tin sau.", ""),
        ("Không bỏ lỡ thời vụ.", ""),
    ],
)
def test_only_the_farewell_is_known(text: str, farewell: str) -> None:
    """Of a line that mixes it with news the news stays clean; composed or not makes no matter."""
    for form in ("NFC", "NFD"):
        found = parts(unicodedata.normalize(form, text))
        known = " ".join(part.text for part in found if part.known_phrase)
        expected = text if farewell == "all" else farewell
        assert unicodedata.normalize("NFC", known) == expected
        assert " ".join(part.text for part in found) == unicodedata.normalize(form, text)


def test_parts_keep_their_times_and_the_stretch_its_ends() -> None:
    """No millisecond is lost between the first and the last word."""
    found = parts(f"{NEWS}. Hãy đăng ký kênh.")
    assert (found[0].start_ms, found[-1].end_ms) == (1_000, 9_000)
    assert found[0].end_ms == found[1].start_ms


def test_times_of_words_are_put_in_order() -> None:
    """Attention may point anywhere; words follow each other inside their stretch all the same."""
    words = [Word("a", 50, 900), Word("b", 300, 200), Word("c", 5_000, 6_000, glued=True)]
    found = within(words, 100, 1_000)
    assert [(word.start_ms, word.end_ms) for word in found] == [
        (100, 900),
        (900, 900),
        (1_000, 1_000),
    ]
    assert written(words) == "a bc"
