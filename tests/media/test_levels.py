"""How loud a clip is: measured as two loudspeakers would play it, and told in whole numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from media import levels
from media.errors import Refused
from media.probe import probe
from media.results import Loudness
from tests.media.clips import X264, Clip, ffmpeg

SUMMARY = """
[Parsed_ebur128_1 @ 0x55] Summary:

  Integrated loudness:
    I:         {integrated} LUFS
    Threshold: -33.1 LUFS

  Loudness range:
    LRA:         4.2 LU
    Threshold: -43.1 LUFS
    LRA low:   -26.0 LUFS
    LRA high:  -21.8 LUFS

  True peak:
    Peak:      {peak} dBFS
"""
QUIET = SUMMARY.format(integrated="-70.0", peak="-inf")


def test_the_summary_becomes_whole_numbers() -> None:
    """Hundredths, so that no floating point gets into facts that are hashed and stored."""
    heard = levels.read(SUMMARY.format(integrated="-23.1", peak="-0.4"))
    assert heard == Loudness(integrated=-2310, true_peak=-40, range=420, threshold=-3310)
    assert not heard.silent


def test_silence_has_no_loudness() -> None:
    """Neither a number below the gate nor minus infinity is one."""
    heard = levels.read(QUIET)
    assert (heard.integrated, heard.true_peak, heard.silent) == (None, None, True)


def test_a_summary_in_the_files_own_texts_is_not_believed() -> None:
    """A title can say anything; the filter speaks last."""
    assert levels.read(SUMMARY.format(integrated="-9.0", peak="0.0") + QUIET).silent


def test_no_summary_is_sound_that_cannot_be_heard() -> None:
    """What the decoder gave up on is refused."""
    with pytest.raises(Refused) as failure:
        levels.read("Error while decoding stream #0:1")
    assert failure.value.code == "damaged"


@pytest.mark.parametrize(
    ("layout", "lufs"), [("mono", -2300), ("stereo", -2300)], ids=["mono", "stereo"]
)
def test_a_known_tone_has_its_known_loudness(tmp_path: Path, layout: str, lufs: int) -> None:
    """EBU Tech 3341, case 1: 1 kHz at -23 dBFS on both channels is -23 LUFS; one channel that is
    played on both loudspeakers is as loud."""
    path = tmp_path / "tone.mov"
    wave = "|".join(["0.0708*sin(2*PI*1000*t)"] * (2 if layout == "stereo" else 1))
    tone = ("-f", "lavfi", "-i", f"aevalsrc={wave}:c={layout}:s=48000:d=3")
    ffmpeg("-f", "lavfi", "-i", "color=size=64x64:d=3", *tone, *X264, "-c:a", "pcm_s24le", path)
    heard = probe(path, max_seconds=60).loudness
    assert heard is not None
    assert heard.integrated == pytest.approx(lufs, abs=20)
    assert heard.true_peak == pytest.approx(-2300, abs=20)


def test_who_does_not_listen_is_told_nothing(clip: Clip) -> None:
    """A product is looked at without decoding it a second time."""
    assert probe(clip("plain.mp4"), max_seconds=60, listen=False).loudness is None
