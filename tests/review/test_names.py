"""Suggestions of names: a recogniser's mistakes are seen, ordinary sentences stay silent."""

from __future__ import annotations

import itertools
import time

import pytest

from review.names import Term, suggest, word_nearness

NAMES = (
    Term("place", "Bình Yên"),
    Term("place", "Định Hóa"),
    Term("place", "Chợ Chu"),
    Term("place", "Phú Đình"),
    Term("place", "Sơn Phú"),
    Term("place", "Điềm Mặc"),
    Term("place", "Bộc Nhiêu"),
    Term("place", "Kim Phượng"),
    Term("person", "Nguyễn Văn Hưng"),
    Term("person", "Hoàng Thị Sinh"),
    Term("person", "Lường Thanh Hà"),
    Term("person", "Mai Hoa"),
    Term("title", "Chủ tịch Ủy ban nhân dân"),
    Term("title", "Bí thư Đảng ủy"),
    Term("place", "Samsung"),
)


@pytest.mark.parametrize(
    ("text", "found", "name"),
    [
        ("Hôm nay tại xã bình an có hội.", "bình an", "Bình Yên"),
        ("Xã bình yên đón bằng công nhận.", "bình yên", "Bình Yên"),
        ("Bà con xã Bình Iên phấn khởi.", "Bình Iên", "Bình Yên"),
        ("Ông Nguyễn Văn Hùng phát biểu.", "Nguyễn Văn Hùng", "Nguyễn Văn Hưng"),
        ("có ông nguyễn văn hưng tới dự", "nguyễn văn hưng", "Nguyễn Văn Hưng"),
        ("chị Hoàng Thị Xinh là gương sáng", "Hoàng Thị Xinh", "Hoàng Thị Sinh"),
        ("đồng chí Nường Thanh Hà", "Nường Thanh Hà", "Lường Thanh Hà"),
        ("Lễ hội ở Trợ Chu", "Trợ Chu", "Chợ Chu"),
        ("Huyện Định Hoa đã về đích", "Định Hoa", "Định Hóa"),
        ("Xã Điểm Mạc trồng chè", "Điểm Mạc", "Điềm Mặc"),
        ("chủ tịch uỷ ban nhân giân xã", "chủ tịch uỷ ban nhân giân", "Chủ tịch Ủy ban nhân dân"),
        ("nhà máy Samsum tuyển người", "Samsum", "Samsung"),
    ],
)
def test_what_was_misheard_is_suggested(text: str, found: str, name: str) -> None:
    """One suggestion, at the right place, with the right name."""
    (one,) = suggest(text, NAMES)
    assert (one.found, one.name) == (found, name)
    assert text[one.start : one.end] == found


@pytest.mark.parametrize(
    "text",
    [
        "Chúc bà con năm mới bình an, hạnh phúc.",
        "Cuộc sống bình yên nơi thôn bản.",
        "Xã Bình Yên và Định Hóa cùng thi đua.",
        "Thợ sơn phủ hai lớp lên tường nhà văn hóa.",
        "Vườn nhà có hoa mai nở sớm.",
        "Chủ tịch ủy ban nhân dân xã phát biểu khai mạc.",
        "Bí thư đảng ủy dự lễ.",
        "Chợ phiên họp vào chủ nhật, ai cũng đi chợ cho vui.",
        "Bọc nhiều lớp lá rồi đem nấu qua đêm.",
        "Gia đình phụ đình đám hỏi cho con.",
        "Kính thưa quý vị và các bạn, sau đây là bản tin thời sự.",
        "Đoàn thanh niên phát động phong trào trồng cây tại địa phương.",
        "Giá chè búp khô tăng nhẹ so với cùng kỳ năm ngoái.",
        "Bà con tập trung chăm sóc lúa xuân, phòng trừ sâu bệnh.",
        "Ông cho biết, vụ này thu hoạch khá.",
        "Bà Nguyễn Thị Lan và ông Trần Văn Nam cùng dự.",
        "Định giá. Hóa đơn phải ghi đủ.",
        "Hội nghị diễn ra trong hai ngày với sự tham gia của 120 đại biểu.",
        "",
        "…",
    ],
)
def test_ordinary_sentences_stay_silent(text: str) -> None:
    """Nobody reads suggestions that are mostly wrong."""
    assert suggest(text, NAMES) == ()


def test_the_two_ways_of_setting_a_tone_are_one() -> None:
    """Hóa and hoá are the same word, so only its capitals could be wrong."""
    assert word_nearness("hoá", "Hóa") == 1.0
    assert suggest("huyện Định Hoá", NAMES)[0].name == "Định Hóa"


def test_a_name_does_not_cross_a_full_stop() -> None:
    """The end of one sentence and the start of the next are no name."""
    assert suggest("Xã Chợ. Chủ nhật họp phiên", NAMES) == ()


def test_suggestions_do_not_overlap_and_are_few() -> None:
    """At most three in a line, in its order."""
    text = "xã bình an, xã Chợ Chủ, xã Định Hoa, xã Kim Phường"
    found = suggest(text, NAMES)
    assert len(found) == 3
    assert [one.start for one in found] == sorted(one.start for one in found)
    for one, following in itertools.pairwise(found):
        assert one.end <= following.start


def test_a_long_list_and_a_long_clip_take_no_time() -> None:
    """Two thousand names against five minutes of speech, in the time of a page."""
    letters = "abcdeghiklmnopqrstuvxy"
    many = [Term("person", f"Nguyễn Văn {letters[i % 22]}nh{i}") for i in range(500)]
    many += [Term("place", f"Bản {chr(65 + i % 26)}{chr(97 + i // 26 % 26)}n") for i in range(1500)]
    text = "Ông Nguyễn Văn Hùng ở xã bình an cùng bà con ra đồng thăm lúa và chè"
    began = time.monotonic()
    for number in range(150):
        suggest(f"{text} {number}", tuple(many))
    assert time.monotonic() - began < 5
