"""A cover is the very frame that a player shows at that moment."""

from __future__ import annotations

import subprocess
from fractions import Fraction
from pathlib import Path

import pytest

from media import pictures
from media.errors import ToolFailed
from media.fitting import frame_at, middle_of_frame
from media.probe import probe
from tests.media import looks
from tests.media.clips import AAC, ffmpeg

FRAMES = 40
# Frames that lean on later ones, and few key frames: what seeking gets wrong.
HARD = ("-c:v", "libx264", "-preset", "veryfast", "-bf", "3", "-g", "250", "-crf", "10")


def numbered(path: Path, rate: str, sound_s: float = 1.0) -> Path:
    """Forty frames, each a little brighter than the one before, with ``sound_s`` of sound."""
    graph = f"color=c=black:size=64x64:rate={rate},format=yuv420p,geq=lum='30+5*N':cb=128:cr=128"
    tone = ("-f", "lavfi", "-i", f"sine=frequency=440:sample_rate=48000:duration={sound_s}")
    film = ("-f", "lavfi", "-i", graph, *tone, "-frames:v", str(FRAMES))
    ffmpeg(*film, *HARD, "-pix_fmt", "yuv420p", *AAC, path)
    return path


def lights(path: Path) -> list[int]:
    """How bright each picture of a file is, as plain ffmpeg sees it."""
    small = ("-vf", "scale=1:1:out_range=pc,format=gray", "-f", "rawvideo", "-vsync", "passthrough")
    return list(
        subprocess.run(
            ["ffmpeg", "-v", "error", "-i", path, "-map", "0:v", *small, "-"],
            capture_output=True,
            check=True,
        ).stdout
    )


def number_of(cover: Path, film: list[int]) -> int:
    """Which of the film's frames a cover is."""
    (light,) = lights(cover)
    return min(range(len(film)), key=lambda number: abs(film[number] - light))


@pytest.mark.parametrize("rate", ["30000/1001", "25", "24000/1001", "15"])
def test_the_frame_on_the_screen_is_the_one_that_is_cut(tmp_path: Path, rate: str) -> None:
    """At its first moment, as a player rounds it, in its middle, and a moment before the next."""
    source = numbered(tmp_path / "film.mp4", rate)
    facts, film = probe(source, max_seconds=60), lights(source)
    assert len(film) == FRAMES
    out, each = tmp_path / "cover.jpg", 1000 / Fraction(rate)
    for number in (0, 1, 13, FRAMES - 2, FRAMES - 1):
        moments = (round(number * each), round((number + 0.5) * each), int((number + 1) * each) - 1)
        for at_ms in moments:
            pictures.make_cover(source, facts, out, at_ms)
            assert number_of(out, film) == number, at_ms


@pytest.mark.parametrize("rate", ["30000/1001", "30", "25", "24", "24000/1001", "12"])
def test_no_rounding_leads_to_a_neighbour(rate: str) -> None:
    """The moment that a player names, to the nearest millisecond, is within its own frame."""
    pace = Fraction(rate)
    for number in range(10_000):
        assert frame_at(round(number * 1000 / pace), pace) == number
        assert frame_at(middle_of_frame(number, pace), pace) == number


def test_where_pictures_end_before_the_sound_the_last_one_stands(tmp_path: Path) -> None:
    """As a player leaves it on the screen."""
    source = numbered(tmp_path / "film.mp4", "25", sound_s=2.5)
    facts, out = probe(source, max_seconds=60), tmp_path / "cover.jpg"
    pictures.make_cover(source, facts, out, facts.duration_ms)
    assert number_of(out, lights(source)) == FRAMES - 1


def test_a_cover_says_nothing_of_anybody_and_is_the_same_again(tmp_path: Path) -> None:
    """No traces, the same bytes from the same frame, and no larger than a poster."""
    source = tmp_path / "film.mp4"
    graph = "testsrc2=size=1080x1920:rate=30:duration=1"
    ffmpeg("-f", "lavfi", "-i", graph, *HARD, "-metadata", "location=+21.9000+105.6000/", source)
    facts, out, again = probe(source, max_seconds=60), tmp_path / "a.jpg", tmp_path / "b.jpg"
    pictures.make_cover(source, facts, out, 500)
    pictures.make_cover(source, facts, again, 501)
    assert out.read_bytes() == again.read_bytes()
    assert looks.traces(out, "21.9000", "Lavc") == []
    video = looks.see(out).video
    assert (video["codec_name"], video["width"], video["height"]) == ("mjpeg", 720, 1280)


def test_without_a_picture_there_is_no_cover(tmp_path: Path) -> None:
    """The sound goes on long after the pictures: refused, and nothing is left lying about."""
    source, out = numbered(tmp_path / "film.mp4", "25", sound_s=5), tmp_path / "cover.jpg"
    facts = probe(source, max_seconds=60)
    with pytest.raises(ToolFailed, match="output_wrong"):
        pictures.make_cover(source, facts, out, 4_900)
    assert not out.exists()
