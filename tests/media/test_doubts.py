"""When a machine's line is marked, as a table."""

from __future__ import annotations

import pytest

from media.doubts import Heard, doubt_about


def heard(text: str = "Tin vui.", **misgivings: float) -> Heard:
    usual = {"no_speech": 0.01, "mean_logprob": -0.2, "compression": 1.4}
    return Heard(0, 1000, text, **{**usual, **misgivings})


@pytest.mark.parametrize(
    ("line", "dbfs", "before", "doubt"),
    [
        # clear speech
        (heard(), -20, [], None),
        # a refrain is no loop, the third time is
        (heard(), -20, ["Tin vui."], None),
        (heard(), -20, ["Tin vui.", "Tin vui."], "loop"),
        (heard(), -20, ["Tin vui.", "Khác.", "Tin vui."], None),
        (heard(compression=2.5), -20, [], "loop"),
        # sure of a sentence where nobody speaks
        (heard(no_speech=0.9), -20, [], "no_speech"),
        (heard(), -60, [], "no_speech"),
        # unsure of the words
        (heard(mean_logprob=-1.1), -20, [], "low_confidence"),
        # the farewells of video channels, however written
        (heard("Hãy subscribe cho kênh Ghiền Mì Gõ"), -20, [], "known_phrase"),
        (heard("Để không bỏ lỡ những video hấp dẫn"), -20, [], "known_phrase"),
        (heard("CẢM ƠN CÁC BẠN ĐÃ THEO DÕI"), -60, [], "known_phrase"),
        # thanks are ordinary in news
        (heard("Xin trân trọng cảm ơn."), -20, [], None),
    ],
)
def test_doubts(line: Heard, dbfs: float, before: list[str], doubt: str | None) -> None:
    """The gravest reason, or none."""
    assert doubt_about(line, dbfs, before) == doubt
