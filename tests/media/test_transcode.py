"""The publication file: what it is made of, for every odd clip that comes."""

from __future__ import annotations

import json
import struct
import subprocess
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from media import ffmpeg as door
from media import fitting, transcode
from media.errors import ToolFailed
from media.pictures import make_poster
from media.probe import probe
from media.profiles import PUBLICATION
from media.results import Probe
from tests.media.conftest import AAC, X264, ffmpeg

Clip = Callable[[str], Path]


def published(source: Path, folder: Path, **given: Any) -> tuple[Path, Probe, Probe]:
    before, out = probe(source, max_seconds=60), folder / "out.mp4"
    transcode.make_publication(source, before, out, **given)
    return out, before, probe(out, max_seconds=60)


def raw(path: Path, *options: str) -> bytes:
    done = subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-i", path, *options, "-"],
        capture_output=True,
        check=True,
    )
    return done.stdout


def test_pictures_made_anew_have_the_high_profile(clip: Clip, tmp_path: Path) -> None:
    """What we encode is H.264 High, whatever came."""
    _, before, after = published(clip("sixty.mp4"), tmp_path)
    assert (before.video_profile, after.video_profile) == ("Constrained Baseline", "High")


def test_good_pictures_are_copied_bit_by_bit(clip: Clip, tmp_path: Path) -> None:
    """An upload that conforms is only wrapped anew: the decoded frames are the same."""
    source = clip("plain.mp4")
    assert fitting.can_copy_picture(probe(source, max_seconds=60), PUBLICATION)
    out, _, _ = published(source, tmp_path)
    frames = ("-map", "0:v", "-f", "framemd5")
    assert raw(out, *frames).splitlines()[-75:] == raw(source, *frames).splitlines()[-75:]


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("container", "matroska"),
        ("video_codec", "hevc"),
        ("video_profile", "High 10"),
        ("video_level", 51),
        ("video_level", 0),
        ("pixel_format", "yuvj420p"),
        ("transfer", "smpte2084"),
        ("rotation", 90),
        ("sample_aspect", "4:3"),
        ("interlaced", True),
        ("variable_rate", True),
        ("hidden_frames", True),
        ("fps_num", 31),
        ("start_ms", 40),
        ("key_gap_ms", 5001),
        ("width", 321),
        ("bit_rate", 12_000_001),
    ],
)
def test_one_fact_amiss_and_pictures_are_made_anew(clip: Clip, fact: str, value: object) -> None:
    """Each reason not to copy, alone."""
    good = probe(clip("plain.mp4"), max_seconds=60)
    assert not fitting.can_copy_picture(
        Probe.from_json({**good.to_json(), fact: value}), PUBLICATION
    )


def test_a_trimmed_clip_does_not_give_away_what_was_trimmed(tmp_path: Path) -> None:
    """Pictures that an edit list hides are not in what goes out."""
    whole, trimmed = tmp_path / "whole.mp4", tmp_path / "trimmed.mp4"
    source = ("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=4")
    ffmpeg(*source, *X264, "-g", "100", "-bf", "0", whole)
    ffmpeg("-ss", "2", "-i", whole, "-c", "copy", trimmed)
    out, _, after = published(trimmed, tmp_path)
    unhidden = raw(out, "-map", "0:v", "-f", "framemd5").splitlines()
    assert len([line for line in unhidden if not line.startswith(b"#")]) <= 52
    assert after.hidden_frames is False
    assert after.duration_ms == pytest.approx(2000, abs=60)


@pytest.mark.parametrize("options", [(), ("-r", "50")])
def test_nothing_personal_goes_out(clip: Clip, tmp_path: Path, options: tuple[str, ...]) -> None:
    """No place, name, comment or software, whether pictures were copied or made anew."""
    source = clip("named.mp4")
    if options:
        again = tmp_path / "again.mp4"
        ffmpeg("-i", source, *options, *X264, *AAC, "-movflags", "+use_metadata_tags", again)
        source = again
    out, _, _ = published(source, tmp_path)
    headers = door.read_headers(out)
    tags = headers["format"].get("tags", {})
    assert set(tags) <= {"major_brand", "minor_version", "compatible_brands"}
    data = out.read_bytes()
    for secret in ("21.9000", "105.6000", "Bí mật", "người quay", "Máy của An"):
        assert secret.encode() in clip("named.mp4").read_bytes()
        assert secret.encode() not in data


def test_the_same_source_gives_the_same_bytes(clip: Clip, tmp_path: Path) -> None:
    """Bytes do not depend on the clock or the folder."""
    made = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        made.append(published(clip("sixty.mp4"), tmp_path / name)[0].read_bytes())
    assert made[0] == made[1]


@pytest.mark.parametrize(
    ("degrees", "top", "left"), [(90, "red", None), (270, "blue", None), (180, None, "blue")]
)
def test_a_rotated_clip_stands_upright(
    tmp_path: Path, degrees: int, top: str | None, left: str | None
) -> None:
    """Red left and blue right: a clockwise turn brings the red to the top."""
    halves = "color=red:s=160x180:d=1[r];color=blue:s=160x180:d=1[b];[r][b]hstack"
    flat, turned, tagged = tmp_path / "flat.mp4", tmp_path / "turned.mp4", tmp_path / "tag.mkv"
    ffmpeg("-f", "lavfi", "-i", halves, *X264, flat)
    ffmpeg("-i", flat, "-c", "copy", "-metadata:s:v", f"rotate={360 - degrees}", turned)
    ffmpeg("-i", flat, "-c", "copy", "-metadata:s:v", f"ROTATE={degrees}", tagged)
    for source in (turned, tagged):
        out, before, after = published(source, tmp_path)
        assert before.rotation == degrees
        assert (after.width, after.height) == (before.width, before.height)
        small = "1:2" if top else "2:1"
        first = raw(
            out, "-vf", f"scale={small}", "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24"
        )[:3]
        assert (first[0] > first[2]) is ("red" in (top, left))


def test_mono_is_heard_on_both_sides(clip: Clip, tmp_path: Path) -> None:
    """One channel becomes two of the same strength."""
    out, _, _ = published(clip("mono.mp4"), tmp_path)
    pairs = list(struct.iter_unpack("<hh", raw(out, "-map", "0:a", "-f", "s16le")))
    strength = max(abs(left) for left, _ in pairs)
    assert strength > 3_000
    assert max(abs(left - right) for left, right in pairs) < strength / 50


def test_bright_hdr_pictures_are_folded_down(clip: Clip, tmp_path: Path) -> None:
    """The product says that it is ordinary, and is tagged so throughout."""
    out, _, after = published(clip("hlg.mp4"), tmp_path)
    assert after.transfer == "bt709"
    stream = door.read_headers(out)["streams"][0]
    assert (stream["color_primaries"], stream["color_space"]) == ("bt709", "bt709")


def test_hdr_without_the_filter_says_so(
    clip: Clip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rather a plain failure than grey pictures."""
    monkeypatch.setattr(door, "has_filter", lambda name: name != "zscale")
    with pytest.raises(ToolFailed) as failure:
        published(clip("hlg.mp4"), tmp_path)
    assert failure.value.code == "tonemap_missing"


def test_pictures_that_cannot_be_decoded_are_damaged(clip: Clip, tmp_path: Path) -> None:
    """The headers are fine and the pictures are not: the file is at fault, not the tool."""
    data = bytearray(clip("sixty.mp4").read_bytes())
    pictures = slice(data.index(b"mdat") + 9_000, data.index(b"moov") - 4)
    data[pictures] = b"\xff" * len(data[pictures])
    source = tmp_path / "rotten.mp4"
    source.write_bytes(data)
    with pytest.raises(ToolFailed) as failure:
        published(source, tmp_path)
    assert failure.value.code == "damaged"
    assert not (tmp_path / "out.mp4").exists()


def test_a_product_that_came_out_wrong_is_not_handed_on(clip: Clip, tmp_path: Path) -> None:
    """A file cut short by a cap is noticed, and removed."""
    source, out = clip("sixty.mp4"), tmp_path / "out.mp4"
    facts = probe(source, max_seconds=60)
    promised_more = Probe.from_json({**facts.to_json(), "duration_ms": 9_000})
    with pytest.raises(ToolFailed) as failure:
        transcode.make_publication(source, promised_more, out)
    assert (failure.value.code, failure.value.params["fact"]) == ("output_wrong", "duration_ms")
    assert not out.exists()


def with_facts(**facts: object) -> Probe:
    usual = {
        "container": "mp4",
        "duration_ms": 1000,
        "width": 1920,
        "height": 1080,
        "rotation": 0,
        "fps_num": 30,
        "fps_den": 1,
        "variable_rate": False,
        "video_codec": "h264",
        "pixel_format": "yuv420p",
        "transfer": "bt709",
        "audio_codec": None,
        "audio_channels": 0,
        "sample_aspect": "1:1",
        "has_cover": False,
    }
    return Probe.from_json({**usual, **facts})


@pytest.mark.parametrize(
    ("came", "goes"),
    [
        ((3840, 2160), (1920, 1080)),
        ((2160, 3840), (1080, 1920)),
        ((1920, 1080), (1920, 1080)),
        ((640, 360), (640, 360)),
        ((853, 481), (852, 480)),
        ((4096, 2160), (2048, 1080)),
        ((17, 17), (16, 16)),
    ],
)
def test_the_short_side_is_at_most_1080(came: tuple[int, int], goes: tuple[int, int]) -> None:
    """Smaller ones stay, odd sides lose a pixel."""
    facts = with_facts(width=came[0], height=came[1])
    assert fitting.target_size(facts, PUBLICATION) == goes


@pytest.mark.parametrize(
    ("num", "den", "uneven", "goes"),
    [
        (30, 1, False, "30"),
        (60, 1, False, "30"),
        (60_000, 1001, False, "30000/1001"),
        (50, 1, False, "25"),
        (120, 1, False, "30"),
        (240, 1, False, "30"),
        (24_000, 1001, False, "24000/1001"),
        (15, 1, False, "15"),
        (29, 1, True, "30000/1001"),
        (59, 1, True, "30"),
        (12, 1, True, "24000/1001"),
        (30, 1, True, "30"),
    ],
)
def test_frame_rates(num: int, den: int, uneven: bool, goes: str) -> None:
    """Kept, halved while too fast, or brought to the next rate of the trade when uneven."""
    facts = with_facts(fps_num=num, fps_den=den, variable_rate=uneven)
    assert fitting.target_rate(facts, PUBLICATION) == Fraction(goes)


def test_a_poster_is_a_small_clean_jpeg(clip: Clip, tmp_path: Path) -> None:
    """It does not tell who made it."""
    out = tmp_path / "poster.jpg"
    source = clip("plain.mp4")
    make_poster(source, probe(source, max_seconds=60), out)
    data = out.read_bytes()
    assert (data[:2], data[-2:]) == (b"\xff\xd8", b"\xff\xd9")
    assert b"Lavc" not in data
    size = subprocess.run(
        ["ffprobe", "-v", "error", "-show_streams", "-of", "json", out],
        capture_output=True,
        check=True,
    )
    stream = json.loads(size.stdout)["streams"][0]
    assert (stream["width"], stream["height"]) == (320, 180)
