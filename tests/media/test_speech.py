"""Speech to lines, with the real Whisper code on the small sample model."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from media import speech
from media.captions import normalise
from media.doubts import Heard
from media.errors import SpeechUnavailable, ToolFailed
from media.probe import probe
from media.results import Line, Transcript
from media.speech import Recognizer
from tests.media.conftest import PICTURE, SENTENCES, TINY_MODEL, X264, ffmpeg
from tools.make_clip import Spoken, make, sentences

Clip = Callable[[str], Path]


@pytest.fixture(scope="session")
def tiny() -> Recognizer:
    return speech.load(str(TINY_MODEL), device="cpu")


def hear(tiny: Recognizer, path: Path, **given: object) -> Transcript:
    facts = probe(path, max_seconds=120)
    return tiny.transcribe(path, language="vi", probe=facts, **given)  # type: ignore[arg-type]


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def word_errors(said: list[str], got: list[str]) -> int:
    """Levenshtein distance in words."""
    row = list(range(len(got) + 1))
    for i, word in enumerate(said, 1):
        above, row[0] = row[:], i
        for j, other in enumerate(got, 1):
            row[j] = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (word != other))
    return row[-1]


def test_what_is_said_is_heard_and_when(
    tiny: Recognizer, spoken: tuple[Path, list[Spoken]]
) -> None:
    """Two sentences come back as two lines, at their times, without doubt, under their label."""
    path, said = spoken
    got = hear(tiny, path)
    assert [words(line.text) for line in got.lines] == [words(text) for text in SENTENCES]
    for line, truth in zip(got.lines, said, strict=True):
        assert line.start_ms == pytest.approx(truth.start_ms, abs=500)
        assert line.end_ms == pytest.approx(truth.end_ms, abs=700)
        assert line.doubt is None
    assert (got.language, got.engine, got.model) == ("vi", "openai", "tiny-vi")
    assert got.label == "mô hình thử nghiệm, chỉ hiểu câu mẫu"
    assert normalise(got.lines) == got.lines
    assert Transcript.from_json(got.to_json()) == got


def test_more_than_one_window(tiny: Recognizer, tmp_path: Path) -> None:
    """A clip longer than a window: few wrong words, progress to the end, and the same twice."""
    path = tmp_path / "long.mp4"
    said = make(path, sentences(8, seed=5), size=(64, 64), fps="5")
    seen: list[tuple[int, int]] = []
    got = hear(tiny, path, on_progress=lambda done, total: seen.append((done, total)))
    truth = words(" ".join(one.text for one in said))
    heard = words(" ".join(line.text for line in got.lines))
    assert word_errors(truth, heard) <= len(truth) * 0.08
    total = seen[0][1]
    assert total >= 2
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == ((0, total), (total, total))
    assert hear(tiny, path) == got


def test_a_callback_stops_the_work(tiny: Recognizer, spoken: tuple[Path, list[Spoken]]) -> None:
    """What it raises comes through."""

    def stop(done: int, total: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        hear(tiny, spoken[0], on_progress=stop)


@pytest.mark.parametrize(
    "sound",
    ["anullsrc=r=48000:cl=stereo", "anoisesrc=amplitude=0.0005:color=pink:sample_rate=48000"],
)
def test_words_invented_in_silence_are_marked_and_stay(
    tiny: Recognizer, tmp_path: Path, sound: str
) -> None:
    """The model says something on ten seconds of nothing; an editor sees it, and the doubt."""
    path = tmp_path / "quiet.mp4"
    long = [part.replace("duration=3", "duration=10") for part in PICTURE]
    ffmpeg(*long, "-f", "lavfi", "-i", sound, "-t", "10", *X264, "-c:a", "aac", path)
    got = hear(tiny, path)
    assert got.lines
    assert {line.doubt for line in got.lines} <= {"no_speech", "known_phrase"}


def test_without_a_sound_track_there_are_no_lines(tiny: Recognizer, clip: Clip) -> None:
    """A silent film is no failure."""
    assert hear(tiny, clip("mute.mp4")).lines == ()


def test_sound_that_cannot_be_decoded_is_a_tools_failure(
    tiny: Recognizer, clip: Clip, tmp_path: Path
) -> None:
    """The file changed under our feet: the step is named."""
    facts = probe(clip("plain.mp4"), max_seconds=60)
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no film")
    with pytest.raises(ToolFailed) as failure:
        tiny.transcribe(broken, language="vi", probe=facts)
    assert failure.value.params["step"] == "speech"


def test_sound_stays_in_step_with_the_pictures(clip: Clip, tmp_path: Path) -> None:
    """A sound track that starts late gets its silence back, at 16 kHz and one channel."""
    late = tmp_path / "late.mp4"
    ffmpeg(
        "-i",
        clip("plain.mp4"),
        "-itsoffset",
        "1",
        "-i",
        clip("plain.mp4"),
        "-map",
        "0:v",
        "-map",
        "1:a",
        "-c",
        "copy",
        late,
    )
    audio = speech.decode_sound(late, probe(late, max_seconds=60))
    assert audio.dtype == np.float32
    assert len(audio) == pytest.approx(4 * 16_000, abs=1_600)
    assert np.abs(audio[:15_000]).max() < 0.001
    assert np.abs(audio[17_000:32_000]).max() > 0.05


@pytest.mark.parametrize("language", ["", "xx", "tay", "Vietnamese"])
def test_a_language_the_model_does_not_know(tiny: Recognizer, clip: Clip, language: str) -> None:
    """Said so, never guessed."""
    facts = probe(clip("mute.mp4"), max_seconds=60)
    with pytest.raises(SpeechUnavailable) as failure:
        tiny.transcribe(clip("mute.mp4"), language=language, probe=facts)
    assert failure.value.code == "speech_language_unknown"


@pytest.mark.parametrize("content", [None, b"", b"not a checkpoint", b"PK\x03\x04rubbish"])
def test_weights_that_are_none(tmp_path: Path, content: bytes | None) -> None:
    """Missing, empty or foreign files: one code, the reason as a parameter, no folder names."""
    path = tmp_path / "weights.pt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SpeechUnavailable) as failure:
        speech.load(str(path))
    assert failure.value.code == "speech_model_missing"
    assert failure.value.params["model"] == "weights.pt"
    assert failure.value.params["detail"]


def test_an_engine_that_is_not_there() -> None:
    """An unknown engine is named."""
    with pytest.raises(SpeechUnavailable) as failure:
        speech.load(str(TINY_MODEL), engine="abacus")
    assert failure.value.code == "speech_engine_missing"


def test_a_copy_of_the_sample_model_keeps_its_label(tmp_path: Path) -> None:
    """Known by its bytes, not by its name; one byte more and it is another model."""
    copy = tmp_path / "large-v3.pt"
    copy.write_bytes(TINY_MODEL.read_bytes())
    assert speech._label(copy, "large-v3") == speech.TRIAL_MODEL_LABEL
    copy.write_bytes(TINY_MODEL.read_bytes() + b"\0")
    assert speech._label(copy, "large-v3") == "Whisper large-v3"


def test_lines_are_put_in_order_and_kept_within_the_clip() -> None:
    """Lines without length, overlaps and marks behind the end are mended, not dropped."""
    rows = [(0, 1000, "một"), (900, 900, "hai"), (2000, 30_000, "ba"), (3000, 3000, "bốn")]
    heard = [Heard(start, end, text, 0.0, -0.1, 1.0) for start, end, text in rows]
    lines = speech._mark(heard, 3000, lambda start, end: -20.0)
    assert lines == (
        Line(0, 1000, "một"),
        Line(1000, 1500, "hai"),
        Line(2000, 3000, "ba"),
        Line(3000, 3500, "bốn"),
    )
    assert normalise(lines) == lines
