"""Caption files that people bring: read to the letter, or refused by the line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media import limits
from media.caption_files import read_captions
from media.captions import clean_text, published, screen_rows, to_srt, to_vtt, warnings
from media.errors import CaptionError
from media.results import Line

SRT = (
    "1\n00:00:00,400 --> 00:00:02,000\nKính thưa bà con\nxã Định Hóa.\n\n"
    "2\n00:00:02,000 --> 00:00:04,500\nHội xuân đã về.\n"
)
VTT = (
    "WEBVTT - bản tin\n\nNOTE người viết: Mai\n\nSTYLE\n::cue { color: red }\n\nlời-1\n"
    "00:00.400 --> 00:02.000 align:start position:10%\n<v Mai><b>Kính</b> thưa <c.xanh>bà con</c>\n"
    "xã Định&nbsp;Hóa.\n\n00:00:02.000 --> 00:00:04.500\nHội <00:00:03.000>xuân đã về.\n"
)
LINES = (Line(400, 2000, "Kính thưa bà con\nxã Định Hóa."), Line(2000, 4500, "Hội xuân đã về."))


@pytest.mark.parametrize("text", [SRT, VTT], ids=["srt", "vtt"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_both_kinds_in_every_unicode_form(text: str, ends: str, encoding: str) -> None:
    """Notepad's forms too, with and without a mark; styling is left out."""
    assert read_captions(text.replace("\n", ends).encode(encoding)) == LINES


def test_subrip_as_programs_write_it() -> None:
    """Fonts, places on the screen, points for commas, hours left out, blank cues, no numbers."""
    text = (
        "0:01.5 --> 0:02.000 X1:10 X2:20\n{\\an8}<font color='#fff'>Giá 5 < 7</font> & vui\n\n\n"
        "7\n00:00:03.000 --> 00:00:04,000\n\n9\n00:00:05,000 --> 00:00:06,000\n<i>Hết</i>"
    )
    assert read_captions(text.encode()) == (
        Line(1500, 2000, "Giá 5 < 7 & vui"),
        Line(5000, 6000, "Hết"),
    )


def cue(times: str, text: str = "Xin chào") -> str:
    """One cue of SubRip."""
    return f"{times}\n{text}\n\n"


GOOD = cue("00:00:01,000 --> 00:00:02,000")


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (GOOD + cue("00:00:0x,000 --> 00:00:04,000"), "caption_file_unreadable", 4),
        (GOOD + "Lời lạc sau hàng trống\n\n" + GOOD, "caption_file_unreadable", 4),
        (GOOD + cue("00:00:04,000 --> 00:00:03,000"), "caption_file_time_order", 4),
        (cue("00:00:05,000 --> 00:00:06,000") + GOOD, "caption_file_order", 4),
        (GOOD + cue("00:00:01,900 --> 00:00:03,000"), "caption_file_overlap", 4),
        (GOOD + "2\n" + cue("00:00:59,000 --> 00:01:03,000"), "caption_file_beyond", 5),
        (GOOD + cue("00:00:03,000 --> 00:00:04,000", "x" * 1001), "caption_file_too_long", 4),
        (GOOD + cue("00:61:03,000 --> 00:62:04,000"), "caption_file_unreadable", 4),
    ],
)
def test_what_is_wrong_is_named_by_its_row(text: str, code: str, line: int) -> None:
    """The person can go there in their own program."""
    with pytest.raises(CaptionError) as failure:
        read_captions(text.encode(), 60_000)
    assert (failure.value.code, failure.value.params["line"]) == (code, line)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "caption_file_kind"),
        (b"Kinh thua ba con", "caption_file_kind"),
        (b"\x00\x01\x02\xff\xfe" * 20, "caption_file_encoding"),
        (b"WEBVTT\n", "caption_file_empty"),
        (b"x" * (limits.CAPTION_FILE_MAX_BYTES + 1), "caption_file_too_large"),
        # Windows-1258, TCVN3 in bytes, TCVN3 taken for Latin letters, UTF-8 taken for Windows-1252.
        (GOOD.replace("Xin chào", "Xin chµo bµ con").encode("cp1252"), "caption_file_encoding"),
        (GOOD.replace("Xin chào", "xu\xe2n v\xea\xcc").encode("latin-1"), "caption_file_encoding"),
        (
            GOOD.replace("Xin chào", "Céng hßa x· héi chñ nghÜa ViÖt Nam ®éc lËp").encode(),
            "caption_file_encoding",
        ),
        (
            GOOD.replace("Xin chào", "HÃ´m nay á»Ÿ xÃ£ Äá»‹nh HÃ³a").encode(),
            "caption_file_encoding",
        ),
    ],
)
def test_what_is_no_unicode_caption_file_is_refused(data: bytes, code: str) -> None:
    """Half-read names are worse than none."""
    with pytest.raises(CaptionError, match=code):
        read_captions(data)


def test_ordinary_signs_are_not_an_old_font() -> None:
    """Degrees and registered names pass."""
    text = GOOD.replace("Xin chào", "Hôm nay 30°C, theo dõi Facebook® và «Bản tin»")
    assert read_captions(text.encode())[0].text.startswith("Hôm nay 30°C")


def test_a_last_line_may_run_out_with_the_clip() -> None:
    """Containers round; half a second is no reason to refuse a file."""
    assert read_captions(GOOD.encode(), 1_600)
    with pytest.raises(CaptionError, match="caption_file_beyond"):
        read_captions(GOOD.encode(), 1_400)


spoken = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=80).map(clean_text)


@given(st.lists(spoken.filter(bool), min_size=1, max_size=8))
def test_what_goes_out_comes_back(texts: list[str]) -> None:
    """Our own WebVTT is read as it was written, whatever was said."""
    lines = tuple(Line(n * 1000, n * 1000 + 900, text) for n, text in enumerate(texts))
    try:
        assert read_captions(to_vtt(lines).encode()) == lines
    except CaptionError as error:
        assert error.code == "caption_file_encoding"  # noqa: PT017


def test_our_subrip_comes_back() -> None:
    """The other form too."""
    assert read_captions(to_srt(LINES).encode()) == LINES


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    """Lines or a refusal, never anything else."""
    for some in (data, b"WEBVTT\n\n" + data, SRT.encode() + data):
        try:
            assert read_captions(some)
        except CaptionError as error:
            assert error.code.startswith("caption_file_")  # noqa: PT017


def test_only_published_lines_go_out() -> None:
    """A doubted line stays inside until somebody keeps it."""
    doubted = Line(0, 900, "Hãy đăng ký kênh", "known_phrase")
    kept = Line(1000, 1900, "Xin cảm ơn", "low_confidence", kept=True)
    plain = Line(2000, 2900, "Hết")
    assert published([doubted, kept, plain]) == (kept, plain)


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        (Line(0, 5000, "Vừa phải"), ()),
        (Line(0, 9000, "chữ " * 30), ("caption_warn_rows",)),
        (Line(0, 9000, "một\nhai\nba"), ("caption_warn_rows",)),
        (Line(0, 1000, "x" * 21), ("caption_warn_fast",)),
        (Line(0, 1000, "x" * 20), ()),
        (Line(900, 800, "ngược"), ("caption_warn_order",)),
        (Line(9000, 10_501, "quá giờ"), ("caption_warn_beyond",)),
    ],
)
def test_what_viewers_would_mind(line: Line, codes: tuple[str, ...]) -> None:
    """Rows, speed, order, the end of the clip: told, not forbidden."""
    (found,) = warnings([line], 10_000)
    assert tuple(one.code for one in found) == codes


def test_an_overlap_is_told_at_the_later_line() -> None:
    """Where one begins before the one above has ended."""
    first, second = warnings([Line(0, 1000, "a"), Line(999, 2000, "b")])
    assert (first, second[0].code) == ((), "caption_warn_overlap")
    assert warnings([]) == ()
    assert screen_rows("a" * 43) == 1  # a word is never broken
