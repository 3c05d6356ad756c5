"""What stands beside the video: its loudness, the light copy, sound alone, sheets of pictures."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from media import face, loudness, products, sheets, transcode
from media.probe import probe
from media.profiles import CONTACT, LOUDSPEAKERS, NETWORKS, SPRITE, WAVEFORM_SIZE
from media.results import Loudness
from tests.media import looks
from tests.media.clips import AAC, X264, Clip, ffmpeg

# What ebur128 and the encoder's rounding may differ by, in LU and dB.
NEAR = 0.7


def heard_by_hand(path: Path, *, mono: bool = False) -> tuple[float, float]:
    """Integrated loudness and true peak, as plain ffmpeg tells them."""
    chain = f"ebur128=peak=true:framelog=verbose:dualmono={'true' if mono else 'false'}"
    said = subprocess.run(
        ["ffmpeg", "-nostdin", "-i", path, "-vn", "-af", chain, "-f", "null", "-"],
        capture_output=True,
        check=True,
        text=True,
    ).stderr
    integrated = re.findall(r"I:\s+(-?[\d.]+) LUFS", said)[-1]
    peak = re.findall(r"Peak:\s+(-?[\d.]+|-inf) dBFS", said)[-1]
    return float(integrated), float(peak)


def filmed(path: Path, sound: str, *options: str, layout: str = "stereo") -> Path:
    """Six seconds of moving pictures with ``sound``, an expression of aevalsrc."""
    wave = f"aevalsrc={sound}:c={layout}:s=48000:d=6".replace(",", r"\,")
    picture = "testsrc2=size=320x180:rate=25:duration=6"
    inputs = ("-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", wave)
    ffmpeg(*inputs, *X264, "-c:a", "aac", "-b:a", "128k", *options, "-g", "50", path)
    return path


def tone(level: float, channels: int = 2) -> str:
    """A tone of that level on every channel."""
    return "|".join([f"{level}*sin(2*PI*440*t)"] * channels)


@pytest.fixture(scope="module")
def publication(tmp_path_factory: pytest.TempPathFactory, clip: Clip) -> Path:
    """A vertical clip as it is published."""
    folder = tmp_path_factory.mktemp("published")
    source = folder / "source.mp4"
    picture = "testsrc2=size=1080x1920:rate=30:duration=4"
    inputs = ("-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", "sine=frequency=440:duration=4")
    ffmpeg(*inputs, *X264, *AAC, "-metadata", "location=+21.9000+105.6000/", source)
    out = folder / "publication.mp4"
    transcode.make_publication(source, probe(source, max_seconds=60), out)
    return out


# ── loudness ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("level", "channels", "layout"),
    [
        pytest.param(0.05, 2, "stereo", id="quiet"),
        pytest.param(0.9, 2, "stereo", id="loud"),
        pytest.param(0.1, 1, "mono", id="mono"),
        pytest.param(0.05, 6, "5.1", id="5.1"),
    ],
)
def test_what_goes_out_has_the_networks_loudness(
    tmp_path: Path, level: float, channels: int, layout: str
) -> None:
    """−14 LUFS, peaks under −1 dBTP, however it came."""
    source = filmed(tmp_path / "source.mp4", tone(level, channels), layout=layout)
    out = tmp_path / "out.mp4"
    transcode.make_publication(source, probe(source, max_seconds=60), out)
    integrated, peak = heard_by_hand(out)
    assert integrated == pytest.approx(-14, abs=NEAR)
    assert peak <= -1 + NEAR


def test_speech_with_sharp_peaks_stays_under_the_ceiling(tmp_path: Path) -> None:
    """A gain alone would clip; the peaks are brought down instead."""
    clicks = "|".join(["0.03*sin(2*PI*440*t)+0.9*lt(mod(t,1),0.002)*sin(2*PI*2000*t)"] * 2)
    source = filmed(tmp_path / "source.mp4", clicks)
    out = tmp_path / "out.mp4"
    transcode.make_publication(source, probe(source, max_seconds=60), out)
    integrated, peak = heard_by_hand(out)
    assert peak <= -1 + NEAR
    assert integrated > heard_by_hand(source)[0] + 5


def test_what_is_right_already_is_copied(tmp_path: Path) -> None:
    """A product that comes back in goes through bit by bit, sound and picture."""
    source = filmed(tmp_path / "source.mp4", tone(0.05))
    first, second = tmp_path / "first.mp4", tmp_path / "second.mp4"
    transcode.make_publication(source, probe(source, max_seconds=60), first)
    transcode.make_publication(first, probe(first, max_seconds=60), second)
    assert packets(first) == packets(second)


def packets(path: Path) -> list[str]:
    """A hash of every coded packet."""
    said = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", path, "-map", "0", "-c", "copy", "-f", "framehash", "-"],
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    return [line.split(",")[-1].strip() for line in said.splitlines() if line[:1] in "01"]


def test_silence_stays_silence(tmp_path: Path) -> None:
    """There is nothing to bring anywhere."""
    source = filmed(tmp_path / "source.mp4", "0|0")
    out = tmp_path / "out.mp4"
    transcode.make_publication(source, probe(source, max_seconds=60), out)
    made = probe(out, max_seconds=60)
    assert made.loudness is not None
    assert made.loudness.integrated is None


@pytest.mark.parametrize(
    ("integrated", "peak", "right"),
    [
        (-1400, -100, True),
        (-1499, -300, True),
        (-1501, -300, False),
        (-1400, -99, False),
        (-1200, -300, False),
        (-5000, -3000, False),
        (None, -3000, True),
        (-1400, None, True),
    ],
)
def test_when_sound_is_left_alone(integrated: int | None, peak: int | None, right: bool) -> None:
    """Within one LU and under the ceiling, or nothing to hear."""
    assert loudness.is_right(Loudness(integrated, peak, 500, -3000), NETWORKS) is right


def test_room_noise_is_not_made_loud() -> None:
    """Twenty decibels are all that is added."""
    assert loudness.goal(Loudness(-5000, -3000, 500, -6000), NETWORKS) == -3000
    assert loudness.is_right(None, NETWORKS)


# ── beside the video ──────────────────────────────────────────────────────────────────────────────


def test_the_light_copy_is_small_and_whole(publication: Path, tmp_path: Path) -> None:
    """720 lines, 1.5 Mbit/s, the same sound and length."""
    out = tmp_path / "light.mp4"
    facts = probe(publication, max_seconds=60)
    transcode.make_light(publication, facts, out)
    made = probe(out, max_seconds=60)
    assert (made.width, made.height) == (720, 1280)
    assert made.bit_rate < 1_700_000
    assert abs(made.duration_ms - facts.duration_ms) < 100
    assert out.stat().st_size < publication.stat().st_size


def test_loudspeakers_get_one_channel_at_their_loudness(publication: Path, tmp_path: Path) -> None:
    """A mono MP3 at −16 LUFS that says nothing of anybody."""
    out = tmp_path / "loudspeaker.mp3"
    products.make_loudspeaker(publication, probe(publication, max_seconds=60), out)
    audio = looks.see(out).audio
    assert audio is not None
    assert (audio["codec_name"], audio["channels"], audio["sample_rate"]) == ("mp3", 1, "44100")
    integrated, peak = heard_by_hand(out, mono=True)
    assert integrated == pytest.approx(LOUDSPEAKERS.integrated / 100, abs=NEAR)
    assert peak <= -1 + NEAR
    assert looks.traces(out, "21.9000", "105.6000") == []


@pytest.mark.parametrize(("sheet", "tiles"), [(CONTACT, 10), (SPRITE, 4)])
def test_a_sheet_holds_its_tiles(publication: Path, tmp_path: Path, sheet, tiles: int) -> None:  # type: ignore[no-untyped-def]
    """Each of the size that the words beside it promise."""
    facts = probe(publication, max_seconds=60)
    out = tmp_path / "sheet.jpg"
    products.make_sheet(publication, facts, out, sheet)
    assert sheets.tiles_of(facts.duration_ms, sheet) == tiles
    across, down = sheets.tile_size(facts.width, facts.height, sheet)
    rows = -(-tiles // sheet.columns)
    video = looks.see(out).video
    assert (video["width"], video["height"]) == (across * sheet.columns, down * rows)
    assert looks.traces(out, "21.9000") == []


def greys(*source: str | Path) -> bytes:
    """The first picture of an input, a byte for each pixel."""
    said = ("-frames:v", "1", "-pix_fmt", "gray", "-f", "rawvideo", "-")
    command = ["ffmpeg", "-v", "error", *source, *said]
    return subprocess.run(command, capture_output=True, check=True).stdout


def test_each_tile_of_the_contact_sheet_has_its_time(tmp_path: Path) -> None:
    """Minutes and seconds of the very picture, told apart by what they look like."""
    source, out = tmp_path / "grey.mp4", tmp_path / "sheet.jpg"
    flat = "color=c=gray:size=320x180:rate=2:duration="
    ffmpeg("-f", "lavfi", "-i", f"{flat}125", *X264, source)
    products.make_sheet(source, probe(source, max_seconds=300), out, CONTACT)
    size = CONTACT.time_size
    style = f"fontfile={face.FILE}:fontsize={size}:fontcolor=white:box=1:boxcolor=black@0.6"
    place = f"boxborderw={size // 4}:x={size // 3}:y=h-th-{size // 2}"
    corner = "crop=100:40:0:140"
    looks_of = []
    for number in range(10):
        minutes, seconds = divmod(number * 25 // 2, 60)
        text = rf"{minutes:02d}\\:{seconds:02d}"
        graph = f"{flat}1,drawtext={style}:{place}:text={text},{corner}"
        looks_of.append(greys("-f", "lavfi", "-i", graph))
    for number in range(10):
        x, y = number % 5 * 320, number // 5 * 180 + 140
        tile = greys("-i", out, "-vf", f"crop=100:40:{x}:{y}")
        away = [sum(abs(a - b) for a, b in zip(tile, look, strict=True)) for look in looks_of]
        assert away.index(min(away)) == number
        assert max(tile) > 200 > 100 > min(tile)


def test_one_picture_is_enough_for_a_sheet(tmp_path: Path) -> None:
    """A clip of a single frame has sheets too."""
    source, out = tmp_path / "one.mp4", tmp_path / "sheet.jpg"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=0.04", *X264, source)
    facts = probe(source, max_seconds=60)
    for sheet in (CONTACT, SPRITE):
        products.make_sheet(source, facts, out, sheet)
        assert out.stat().st_size > 0


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (640, 640), (1918, 812), (406, 720)])
def test_tiles_are_as_ffmpeg_rounds_them(tmp_path: Path, size: tuple[int, int]) -> None:
    """Else the scrub preview would show the edge of the neighbour."""
    source, out = tmp_path / "clip.mp4", tmp_path / "sheet.jpg"
    picture = f"testsrc2=size={size[0]}x{size[1]}:rate=5:duration=2"
    ffmpeg("-f", "lavfi", "-i", picture, *X264, source)
    products.make_sheet(source, probe(source, max_seconds=60), out, SPRITE)
    video = looks.see(out).video
    across, down = sheets.tile_size(*size, SPRITE)
    assert (video["width"], video["height"]) == (across * SPRITE.columns, down)


def test_the_waveform_is_a_picture_of_the_sound(publication: Path, tmp_path: Path) -> None:
    """Of a fixed size, so that the page can keep its place."""
    out = tmp_path / "waveform.png"
    products.make_waveform(publication, probe(publication, max_seconds=60), out)
    video = looks.see(out).video
    assert (video["codec_name"], video["width"], video["height"]) == ("png", *WAVEFORM_SIZE)


def test_the_sprites_words_cover_the_clip() -> None:
    """Cue after cue without a gap, each naming its own place."""
    text = sheets.sprite_vtt(3_500, 1920, 1080, "/s.jpg", SPRITE)
    cues = re.findall(r"(\S+) --> (\S+)\n/s\.jpg#xywh=(\d+),(\d+),160,90", text)
    assert text.startswith("WEBVTT\n")
    assert [cue[:2] for cue in cues] == [
        ("00:00:00.000", "00:00:01.166"),
        ("00:00:01.166", "00:00:02.332"),
        ("00:00:02.332", "00:00:03.500"),
    ]
    assert [cue[2:] for cue in cues] == [("0", "0"), ("160", "0"), ("320", "0")]
