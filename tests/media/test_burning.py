"""Captions in the picture: where they stand, when, in which face, and that text stays text."""

from __future__ import annotations

import hashlib
import os
import string
import subprocess
import unicodedata
from itertools import product
from pathlib import Path

import pytest

from media import burning, face, process
from media.errors import ToolFailed
from media.probe import probe
from media.results import Line
from tests.media import looks
from tests.media.clips import AAC, ffmpeg

SAID = Line(1_000, 2_000, "Phụ nữ xã Đồng Thịnh dệt lụa: ệ ữ ợ ẵ")
SIZES = {"wide": (640, 360), "upright": (360, 640), "small": (160, 90)}
GRAPH = "testsrc2=size={0}x{1}:rate=25:duration=3"
X264 = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "10", "-pix_fmt", "yuv420p")


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Three seconds of moving pictures with sound, in each size."""
    sound = ("-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=3")
    folder = tmp_path_factory.mktemp("films")
    for name, size in SIZES.items():
        graph = GRAPH.format(*size)
        ffmpeg("-f", "lavfi", "-i", graph, *sound, *X264, *AAC, "-f", "mp4", folder / name)
    return {name: folder / name for name in SIZES}


def burn(source: Path, lines: tuple[Line, ...], out: Path) -> Path:
    """The copy with the lines in the picture."""
    out.parent.mkdir(exist_ok=True)
    burning.make_captioned(source, probe(source, max_seconds=60, listen=False), lines, out)
    return out


def greys(path: Path, at_s: float) -> tuple[int, int, bytes]:
    """One picture of a film, as plain ffmpeg decodes it: width, height, a byte for each pixel."""
    video = looks.see(path).video
    data = subprocess.run(
        [
            *("ffmpeg", "-v", "error", "-ss", str(at_s), "-i", path),
            *("-frames:v", "1", "-pix_fmt", "gray", "-f", "rawvideo", "-"),
        ],
        capture_output=True,
        check=True,
    ).stdout
    return video["width"], video["height"], data


def rows_that_differ(one: Path, other: Path, at_s: float) -> list[int]:
    """Rows of pixels in which two films show something else, beyond what encoding does."""
    width, height, first = greys(one, at_s)
    _, _, second = greys(other, at_s)
    assert len(first) == len(second) == width * height
    return [
        row
        for row in range(height)
        if any(
            abs(a - b) > 60
            for a, b in zip(
                first[row * width : (row + 1) * width],
                second[row * width : (row + 1) * width],
                strict=True,
            )
        )
    ]


@pytest.mark.parametrize("shape", ["wide", "upright"])
def test_words_stand_in_the_lower_part_while_they_are_said(
    films: dict[str, Path], tmp_path: Path, shape: str
) -> None:
    """Nothing of the picture is touched above them, nor before or after."""
    source, size = films[shape], SIZES[shape]
    made = burn(source, (SAID,), tmp_path / "made" / "captioned.mp4")
    rows = rows_that_differ(source, made, 1.5)
    assert len(rows) > 15
    assert min(rows) > size[1] // 2
    assert max(rows) < size[1] * (96 if shape == "wide" else 84) // 100
    for at_s in (0.5, 0.9, 2.1, 2.8):
        assert rows_that_differ(source, made, at_s) == []
    seen = looks.see(made)
    assert (seen.video["width"], seen.video["height"]) == size
    assert looks.traces(made) == []


def test_the_sound_is_the_publications_own(films: dict[str, Path], tmp_path: Path) -> None:
    """Bit by bit."""
    source = films["wide"]
    made = burn(source, (SAID,), tmp_path / "made" / "captioned.mp4")
    sounds = []
    for path in (source, made):
        said = ["ffmpeg", "-v", "error", "-i", path, "-map", "0:a", "-c", "copy", "-f", "adts", "-"]
        sounds.append(subprocess.run(said, capture_output=True, check=True).stdout)
    assert sounds[0] == sounds[1]


ROOMS = [
    "it's a room",
    "a:b,c;d=e",
    "[in][out]",
    "100%{\\an8}",
    "Phụ đề của bà Hạnh",
    "back\\slash\\'",
]


@pytest.mark.parametrize("room", ROOMS)
def test_a_folder_of_any_name_works(films: dict[str, Path], tmp_path: Path, room: str) -> None:
    """The path of the script goes through two languages of ffmpeg before it is opened."""
    source = films["small"]
    made = burn(source, (SAID,), tmp_path / room / "captioned.mp4")
    assert rows_that_differ(source, made, 1.5)


HOSTILE = [
    "{\\an8}lên trên",
    "\\N\\N\\N\\N\\N\\N\\Nđẩy lên",
    "{\\pos(10,10)\\fs200}to",
    "a\nDialogue: 0,0:00:00.00,0:00:03.00,Words,,0,0,0,,{\\an8}thêm",
    "<b>đậm</b> &lt; [Events]",
    "\\{\\an8}\\h",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_tag_in_a_caption_is_obeyed(films: dict[str, Path], tmp_path: Path, text: str) -> None:
    """It is written as it stands, in its place and at its time."""
    source = films["wide"]
    made = burn(source, (Line(1_000, 2_000, text),), tmp_path / "made" / "captioned.mp4")
    rows = rows_that_differ(source, made, 1.5)
    assert rows and min(rows) > SIZES["wide"][1] // 2
    assert rows_that_differ(source, made, 0.5) == rows_that_differ(source, made, 2.5) == []


def vietnamese() -> str:
    """Every letter of Vietnamese with every tone, both sizes."""
    vowels = "aăâeêioôơuưy"
    tones = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
    marked = "".join(unicodedata.normalize("NFC", v + t) for v, t in product(vowels, tones))
    return marked + marked.upper() + "đĐ" + string.ascii_letters + string.digits + "“”…–!?,.:;%"


def test_the_face_has_every_letter_of_vietnamese() -> None:
    """And says what it lacks."""
    assert face.lacking(vietnamese()) == ""
    assert face.lacking("Xin chào ສະ 中中 😀") == "ສະ中😀"
    assert face.lacking("a\u200db\u200c c\n") == ""


def test_what_the_face_cannot_draw_is_refused_and_named(
    films: dict[str, Path], tmp_path: Path
) -> None:
    """Empty boxes in a published film would be worse than none."""
    source = films["small"]
    with pytest.raises(ToolFailed, match="face_lacks") as refused:
        burn(source, (Line(0, 500, "Sabaidee ສະບາຍ"),), tmp_path / "made" / "captioned.mp4")
    assert refused.value.params["signs"] == "ສ ະ ບ າ ຍ"


def test_the_letters_come_from_the_face_that_is_kept_here(
    films: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the machine's own faces within reach and without, the pictures are the same; without
    ours nothing is drawn at all."""
    source = films["wide"]

    def drawn(name: str) -> tuple[str, int]:
        made = burn(source, (SAID,), tmp_path / name / "captioned.mp4")
        picture = greys(made, 1.5)[2]
        return hashlib.sha256(picture).hexdigest(), len(rows_that_differ(source, made, 1.5))

    ours = drawn("ours")
    real = process._environment
    assert real(None)["FONTCONFIG_FILE"] == str(face.NO_OTHERS)

    def with_the_machines(folder: Path | None) -> dict[str, str]:
        kept = {name: value for name, value in real(folder).items() if name != "FONTCONFIG_FILE"}
        return kept | {"HOME": str(tmp_path)}

    with monkeypatch.context() as patch:
        patch.setattr(process, "_environment", with_the_machines)
        assert drawn("machine") == ours
    empty = tmp_path / "no-face"
    os.mkdir(empty)
    with monkeypatch.context() as patch:
        patch.setattr(face, "FOLDER", empty)
        assert drawn("none")[1] == 0


def test_long_captions_are_split_as_in_the_files() -> None:
    """Two rows of a screen at once; an upright picture breaks them where they fit. What fits keeps
    the rows that its author gave it."""
    short = burning.script_of((Line(0, 900, "Hội xuân\nđã về."),), 1920, 1080)
    assert short.endswith(",,Hội xuân\\Nđã về.\n")
    long = Line(0, 9_000, "Bà con các thôn bản nô nức về dự hội, ai cũng phấn khởi. " * 3)
    wide = burning.script_of((long,), 1920, 1080).partition("[Events]")[2]
    upright = burning.script_of((long,), 1080, 1920).partition("[Events]")[2]
    assert wide.count("Dialogue:") == upright.count("Dialogue:") == 3
    assert wide.count("\\N") == 2 and "\\N" not in upright
    assert all(row.count("\\N") <= 1 for row in wide.splitlines())
