"""The front door: odd but honest clips pass, everything else is refused with the reason."""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from media import headers
from media.errors import Refused
from media.probe import probe
from media.results import Probe
from tests.media.conftest import AAC, PICTURE, SOUND, X264, ffmpeg

Clip = Callable[[str], Path]


def look(path: Path, max_seconds: int = 60) -> Probe:
    return probe(path, max_seconds=max_seconds)


def refusal(path: Path, max_seconds: int = 60) -> Refused:
    with pytest.raises(Refused) as failure:
        probe(path, max_seconds=max_seconds)
    return failure.value


def rotated(clip: Clip, folder: Path, degrees: int) -> Path:
    path = folder / f"rotated{degrees}.mp4"
    # This ffmpeg writes the matrix the other way round than its old tag was read.
    turn = f"rotate={360 - degrees}"
    ffmpeg("-i", clip("plain.mp4"), "-c", "copy", "-metadata:s:v", turn, path)
    return path


def test_an_ordinary_clip(clip: Clip) -> None:
    """All facts of a clip whose making we know."""
    facts = look(clip("plain.mp4"))
    assert (facts.container, facts.video_codec, facts.audio_codec) == ("mp4", "h264", "aac")
    assert (facts.width, facts.height, facts.rotation) == (320, 180, 0)
    assert (facts.fps_num, facts.fps_den, facts.variable_rate) == (25, 1, False)
    assert facts.duration_ms == pytest.approx(3000, abs=50)
    assert (facts.audio_channels, facts.audio_rate) == (2, 48_000)
    assert (facts.sample_aspect, facts.has_cover, facts.interlaced) == ("1:1", False, False)
    assert facts.key_gap_ms == 2000
    assert facts.vertical is False
    assert Probe.from_json(facts.to_json()) == facts


@pytest.mark.parametrize(
    ("degrees", "size"), [(90, (180, 320)), (180, (320, 180)), (270, (180, 320))]
)
def test_rotation_swaps_width_and_height(
    clip: Clip, tmp_path: Path, degrees: int, size: tuple[int, int]
) -> None:
    """Width and height are as the viewer sees them, and the turn is clockwise."""
    facts = look(rotated(clip, tmp_path, degrees))
    assert (facts.rotation, (facts.width, facts.height)) == (degrees, size)
    assert facts.rotation_by_tag is False


def test_rotation_by_an_old_tag(clip: Clip, tmp_path: Path) -> None:
    """A container without a display matrix may carry the turn as text."""
    path = tmp_path / "tagged.mkv"
    ffmpeg("-i", clip("plain.mp4"), "-c", "copy", "-metadata:s:v", "ROTATE=90", path)
    facts = look(path)
    assert (facts.rotation, facts.rotation_by_tag, facts.vertical) == (90, True, True)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("vertical.mp4", {"width": 180, "height": 320, "vertical": True, "has_audio": False}),
        ("ntsc.mp4", {"fps_num": 30_000, "fps_den": 1001, "variable_rate": False}),
        ("sixty.mp4", {"fps_num": 60, "fps_den": 1}),
        ("uneven.mp4", {"variable_rate": True}),
        ("mute.mp4", {"audio_codec": None, "audio_channels": 0, "audio_index": None}),
        ("silent.mp4", {"audio_codec": "aac", "audio_channels": 1}),
        ("six.mkv", {"audio_codec": "ac3", "audio_channels": 6, "container": "matroska"}),
        ("station.ts", {"video_codec": "mpeg2video", "audio_codec": "mp2", "container": "mpegts"}),
        ("wide-pixels.mp4", {"width": 427, "height": 180, "sample_aspect": "4:3"}),
        ("hlg.mp4", {"transfer": "arib-std-b67", "pixel_format": "yuv420p10le"}),
    ],
)
def test_odd_but_honest_clips(clip: Clip, name: str, wanted: dict[str, object]) -> None:
    """What phones and stations make is accepted, and told as it is."""
    facts = look(clip(name))
    assert {fact: getattr(facts, fact) for fact in wanted} == wanted


@pytest.mark.parametrize("name", ["stream.mkv", "stream.webm", "station.ts"])
def test_the_length_is_counted_where_the_container_is_silent(clip: Clip, name: str) -> None:
    """A recording without a written length still has one."""
    facts = look(clip(name))
    assert facts.duration_ms == pytest.approx(3000, abs=60)
    assert (facts.fps_num, facts.fps_den) == (25, 1)


def test_a_cover_is_not_the_film(clip: Clip, tmp_path: Path) -> None:
    """A film with a cover is a film; sound with a cover is only sound."""
    cover = clip("picture.jpg")
    film, song = tmp_path / "film.mp4", tmp_path / "song.mp4"
    copied = ("-c", "copy", "-disposition:v:0", "attached_pic")
    ffmpeg("-i", cover, "-i", clip("plain.mp4"), "-map", "0", "-map", "1", *copied, film)
    ffmpeg("-i", cover, "-i", clip("audio-only.m4a"), "-map", "0", "-map", "1", *copied, song)
    facts = look(film)
    assert (facts.has_cover, facts.video_codec, facts.width) == (True, "h264", 320)
    assert refusal(song).code == "no_video_track"


def test_vietnamese_names_with_spaces_composed_or_not(clip: Clip, tmp_path: Path) -> None:
    """The path is passed whole, whatever is in it."""
    name = unicodedata.normalize("NFD", "-i Ngày hội % 'văn hóa' : Định Hóa, tập 1.mp4")
    path = tmp_path / name
    shutil.copy(clip("plain.mp4"), path)
    assert look(path).duration_ms == look(clip("plain.mp4")).duration_ms


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("audio-only.m4a", "no_video_track"),
        ("audio.mp3", "no_video_track"),
        ("magicyuv.mov", "codec_not_allowed"),
        ("huge.mp4", "picture_too_large"),
        ("picture.jpg", "not_a_video"),
    ],
)
def test_what_is_not_a_clip_we_take(clip: Clip, name: str, code: str) -> None:
    """Each refusal has its own code."""
    assert refusal(clip(name)).code == code


@pytest.mark.parametrize(
    "content",
    [
        b"Xin ch\xc3\xa0o b\xc3\xa0 con\n" * 100,
        b"\x00" * 4096,
        b"#!/bin/sh\necho hi\n",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"PK\x03\x04" + b"\x00" * 500,
    ],
)
def test_what_is_no_video_at_all(tmp_path: Path, content: bytes) -> None:
    """A film's name does not make a film."""
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)
    assert refusal(path).code == "not_a_video"


@pytest.mark.parametrize(
    "playlist",
    [
        "ffconcat version 1.0\nfile '{target}'\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nfile:{target}\n#EXT-X-ENDLIST\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n",
        "<?xml version='1.0'?><MPD><Period><BaseURL>{target}</BaseURL></Period></MPD>",
        "v=0\nc=IN IP4 127.0.0.1\nm=video 9 RTP/AVP 96\n",
    ],
)
def test_a_playlist_with_a_films_name_is_not_followed(
    clip: Clip, tmp_path: Path, playlist: str
) -> None:
    """Neither to a file of this machine nor to the network."""
    path = tmp_path / "clip.mp4"
    path.write_text(playlist.format(target=clip("plain.mp4")))
    assert refusal(path).code == "not_a_video"


def test_an_empty_file(tmp_path: Path) -> None:
    """Zero bytes get their own answer."""
    path = tmp_path / "clip.mp4"
    path.touch()
    assert refusal(path).code == "empty_file"


def cut_off(source: Path, out: Path, percent: int) -> Path:
    out.write_bytes(source.read_bytes()[: source.stat().st_size * percent // 100])
    return out


def test_a_film_cut_off_before_its_index(clip: Clip, tmp_path: Path) -> None:
    """An MP4 whose index never arrived is damaged, not "no video"."""
    assert refusal(cut_off(clip("plain.mp4"), tmp_path / "a.mp4", 60)).code == "damaged"


def test_a_film_cut_off_behind_its_index(tmp_path: Path) -> None:
    """Headers that promise more than there is are not believed."""
    whole = tmp_path / "whole.mp4"
    long = [part.replace("duration=3", "duration=12") for part in (*PICTURE, *SOUND)]
    ffmpeg(*long, *X264, *AAC, "-movflags", "+faststart", whole)
    refused = refusal(cut_off(whole, tmp_path / "half.mp4", 50))
    assert refused.code == "damaged"
    assert refused.params["promised_ms"] == pytest.approx(12_000, abs=50)


def test_too_long_tells_both_lengths(clip: Clip) -> None:
    """The sender learns how long the clip is and what is allowed."""
    refused = refusal(clip("plain.mp4"), max_seconds=2)
    assert refused.code == "too_long"
    assert refused.params["max_ms"] == 2000
    assert refused.params["duration_ms"] == pytest.approx(3000, abs=50)
    assert look(clip("plain.mp4"), max_seconds=3)


def test_a_length_that_no_header_tells_is_limited_too(clip: Clip) -> None:
    """A live recording cannot hide its length."""
    assert refusal(clip("stream.mkv"), max_seconds=2).code == "too_long"


def test_pictures_hidden_by_an_edit_list_are_noticed(tmp_path: Path) -> None:
    """A trim on the phone leaves the trimmed pictures in the file; they must not be copied on."""
    trimmed = tmp_path / "trimmed.mp4"
    whole = tmp_path / "whole.mp4"
    ffmpeg(*PICTURE, *X264, "-g", "75", whole)
    ffmpeg("-ss", "1.2", "-i", whole, "-c", "copy", trimmed)
    assert look(trimmed).hidden_frames or look(trimmed).start_ms != 0


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("30000/1001", Fraction(30_000, 1001)),
        ("1.5", Fraction(3, 2)),
        ("0/0", 0),
        ("1/000", 0),
        ("N/A", 0),
        ("1e999999999", 0),
        ("nan", 0),
        (None, 0),
        ("9" * 5000, 0),
    ],
)
def test_numbers_in_headers_are_read_with_care(text: object, number: Fraction) -> None:
    """A hostile header neither stops us nor keeps us busy."""
    assert headers.fraction(text) == number


@pytest.mark.parametrize("tag", ["--5", "²", "9" * 5000, "90°", "", "ninety"])
def test_a_turn_that_is_no_angle_is_none(tag: str) -> None:
    """Tags are free text."""
    assert headers.rotation_of({"tags": {"Rotate": tag}}) == (0, False)
