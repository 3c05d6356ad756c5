"""Every honest clip is accepted with the right facts, and an ordinary film comes of it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from media import fitting, transcode
from media.probe import probe
from media.profiles import COPY_MAX_KEY_GAP_MS, PUBLICATION
from media.results import Probe
from tests.media import honest, looks
from tests.media.clips import Clip
from tests.media.honest import Honest

EVERY = pytest.mark.parametrize("row", honest.TABLE, ids=lambda row: repr(row.name))

# A packet of AAC is 21 ms long and blurs what begins within it.
SOUND_SLACK_S = 0.025


def told(facts: Probe, name: str) -> object:
    """A fact by its name; two are put together here."""
    if name == "silent":
        return facts.loudness is not None and facts.loudness.silent
    if name == "kinds":
        return tuple(track.kind for track in facts.tracks)
    return getattr(facts, name)


@EVERY
def test_an_honest_clip_becomes_an_ordinary_film(clip: Clip, tmp_path: Path, row: Honest) -> None:
    """The facts are right, and the product is what every network and phone plays."""
    facts, out = probe(clip(row.name), max_seconds=60), tmp_path / "out.mp4"
    assert {name: told(facts, name) for name in row.facts} == row.facts
    assert facts.duration_ms == pytest.approx(row.seconds * 1000, abs=100)
    assert Probe.from_json(facts.to_json()) == facts
    copied = fitting.can_copy_picture(facts, PUBLICATION)
    assert row.copied in (None, copied)
    transcode.make_publication(clip(row.name), facts, out)
    check_form(out, row, facts, copied)
    assert looks.traces(out, *honest.SECRETS) == []
    if row.clap is not None:
        check_clap(out, row, row.clap, tmp_path)


def check_clap(out: Path, row: Honest, clap: float, folder: Path) -> None:
    """The flash is seen and the beep heard when they should be, and so together."""
    beep, frame = row.beep or clap, float(1 / Fraction(row.rate))
    seen, heard = looks.claps(out, row.rate, folder)
    assert seen == pytest.approx(clap, abs=frame + 0.002)
    assert heard == pytest.approx(beep, abs=SOUND_SLACK_S)
    assert seen - heard == pytest.approx(clap - beep, abs=frame + SOUND_SLACK_S)


def check_form(out: Path, row: Honest, facts: Probe, copied: bool) -> None:
    """Two tracks at most, H.264 with 8 bits, upright, square, even, constant; the index first."""
    seen = looks.see(out)
    video, audio = seen.video, seen.audio
    assert len(seen.streams) == (2 if facts.has_audio else 1)
    assert (video["codec_name"], video["pix_fmt"], video["field_order"]) == (
        "h264",
        "yuv420p",
        "progressive",
    )
    assert (video["width"], video["height"]) == row.size
    assert video.get("sample_aspect_ratio", "1:1") == "1:1"
    assert "side_data_list" not in video
    made = probe(out, max_seconds=60, listen=False)
    assert (Fraction(made.fps_num, made.fps_den), made.variable_rate) == (Fraction(row.rate), False)
    assert made.key_gap_ms <= (COPY_MAX_KEY_GAP_MS if copied else 2_050)
    assert (made.start_ms, made.hidden_frames) == (0, False)
    assert made.duration_ms == pytest.approx(row.seconds * 1000, abs=120)
    if facts.transfer != "unknown":
        colours = ("color_transfer", "color_primaries", "color_space")
        assert [video[name] for name in colours] == ["bt709"] * 3
    if audio is not None:
        form = ("codec_name", "profile", "channels", "sample_rate")
        assert [audio[name] for name in form] == ["aac", "LC", 2, "48000"]
    assert set(seen.container.get("tags", {})) <= {
        "major_brand",
        "minor_version",
        "compatible_brands",
    }
    boxes = looks.top_boxes(out)
    assert boxes.index("moov") < boxes.index("mdat")


@pytest.mark.parametrize(
    ("name", "told"), [("iphone.mov", honest.SECRETS), ("android.mp4", honest.NAMES)]
)
def test_the_clips_that_give_people_away_do(clip: Clip, name: str, told: tuple[str, ...]) -> None:
    """Else it would be no wonder that nothing of it is found in what goes out."""
    found = looks.traces(clip(name), *told)
    assert {secret.encode() for secret in told} <= set(found)
