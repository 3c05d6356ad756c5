"""Speech to lines, with the real Whisper code on the small sample model."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from media import models, speech
from media.captions import normalise
from media.engines import ENGINES
from media.errors import SpeechUnavailable, ToolFailed
from media.probe import probe
from media.results import Transcript
from media.speech import Recognizer
from tests.media.conftest import PICTURE, SENTENCES, TINY_MODEL, X264, ffmpeg
from tools.make_clip import Spoken, make, sentences

Clip = Callable[[str], Path]


class Bench:
    """The sample model in each engine, loaded once; and what each heard in one long clip."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.said = (
            folder,
            make(folder / "long.mp4", sentences(6, seed=5), size=(64, 64), fps="5"),
        )
        self._loaded: dict[str, Recognizer] = {}
        self._heard: dict[str, tuple[Transcript, list[tuple[int, int]]]] = {}

    def engine(self, name: str) -> Recognizer:
        """The sample model in that engine."""
        if name not in self._loaded:
            self._loaded[name] = speech.load(
                str(TINY_MODEL), engine=name, device="cpu", folder=self.folder / "models"
            )
        return self._loaded[name]

    def long(self, name: str) -> tuple[Transcript, list[tuple[int, int]]]:
        """What that engine heard in a clip of more than one window, and the progress it told."""
        if name not in self._heard:
            seen: list[tuple[int, int]] = []
            got = hear(
                self.engine(name),
                self.folder / "long.mp4",
                on_progress=lambda done, total: seen.append((done, total)),
            )
            self._heard[name] = got, seen
        return self._heard[name]


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Both engines."""
    return Bench(tmp_path_factory.mktemp("speech"))


@pytest.fixture(params=ENGINES)
def tiny(request: pytest.FixtureRequest, bench: Bench) -> Recognizer:
    """The sample model, in one engine and then the other."""
    return bench.engine(request.param)


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
        assert (line.doubt, line.unsure) == (None, ())
        assert all(len(row) <= 42 for row in line.text.split("\n"))
    assert (got.language, got.model) == ("vi", "tiny-vi")
    assert got.engine in ENGINES
    assert got.label == "mô hình thử nghiệm, chỉ hiểu câu mẫu"
    assert normalise(got.lines) == got.lines
    assert Transcript.from_json(got.to_json()) == got


@pytest.mark.parametrize("engine", ENGINES)
def test_more_than_one_window(bench: Bench, engine: str) -> None:
    """A clip longer than a window: few wrong words, and progress to the end."""
    got, seen = bench.long(engine)
    truth = words(" ".join(one.text for one in bench.said))
    heard = words(" ".join(line.text for line in got.lines))
    assert word_errors(truth, heard) <= len(truth) * 0.08
    total = seen[0][1]
    assert total >= 2
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == ((0, total), (total, total))


def test_both_engines_write_the_same(bench: Bench) -> None:
    """The same weights, the same windows and the same rules: the same text, word for word."""
    (one, _), (other, _) = (bench.long(engine) for engine in ENGINES)
    assert [words(line.text) for line in one.lines] == [words(line.text) for line in other.lines]
    assert [line.doubt for line in one.lines] == [line.doubt for line in other.lines]


def test_the_same_recording_gives_the_same_text(
    tiny: Recognizer, spoken: tuple[Path, list[Spoken]]
) -> None:
    """Work may be done twice."""
    assert hear(tiny, spoken[0]) == hear(tiny, spoken[0])


def test_a_callback_stops_the_work(tiny: Recognizer, spoken: tuple[Path, list[Spoken]]) -> None:
    """What it raises comes through."""

    def stop(done: int, total: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        hear(tiny, spoken[0], on_progress=stop)


def film(path: Path, sound: str, seconds: int = 10) -> Path:
    """A film with that sound, made by ffmpeg's own sources."""
    long = [part.replace("duration=3", f"duration={seconds}") for part in PICTURE]
    source = ("-f", "lavfi", "-i", sound, "-t", str(seconds))
    ffmpeg(*long, *source, *X264, "-c:a", "aac", path)
    return path


@pytest.mark.parametrize(
    "sound",
    ["anullsrc=r=48000:cl=stereo", "anoisesrc=amplitude=0.0005:color=pink:sample_rate=48000"],
)
def test_where_nothing_sounds_nothing_is_asked(
    tiny: Recognizer, tmp_path: Path, sound: str
) -> None:
    """The model would say something about ten seconds of nothing; it is not given them."""
    seen: list[tuple[int, int]] = []
    path = film(tmp_path / "quiet.mp4", sound)
    got = hear(tiny, path, on_progress=lambda done, total: seen.append((done, total)))
    assert got.lines == ()
    assert seen[-1] == (1, 1)


def test_words_invented_over_music_are_marked_and_stay(tiny: Recognizer, tmp_path: Path) -> None:
    """The model says something on ten seconds of a chord; an editor sees it, and the doubt."""
    chord = "aevalsrc=0.2*sin(2*PI*220*t)+0.2*sin(2*PI*277*t):s=48000"
    got = hear(tiny, film(tmp_path / "music.mp4", chord))
    assert got.lines
    assert {line.doubt for line in got.lines} == {"no_speech"}
    assert not [line for line in got.lines if line.published]


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


def test_an_engine_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """An unknown engine is named, and so is the extra that is not installed."""
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "ctranslate2" else found(name)
    )
    for engine in ("abacus", "faster"):
        with pytest.raises(SpeechUnavailable) as failure:
            speech.load(str(TINY_MODEL), engine=engine)
        assert failure.value.code == "speech_engine_missing"
        assert failure.value.params == {"engine": engine}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("device", ["cuda", "abacus"])
def test_a_device_that_is_not_there(engine: str, device: str, tmp_path: Path) -> None:
    """A graphics card that was asked for and is missing is not replaced in silence."""
    import torch

    if device == "cuda" and torch.cuda.is_available():
        pytest.skip("this machine has one")
    with pytest.raises(SpeechUnavailable) as failure:
        speech.load(str(TINY_MODEL), engine=engine, device=device, folder=tmp_path)
    assert failure.value.code == "speech_device_missing"
    assert failure.value.params == {"device": device}


def test_names_stand_before_every_window_as_far_as_there_is_room(tiny: Recognizer) -> None:
    """Whole names only, 223 tokens at most; the sample model, which knows no prompts, is not asked
    to make use of them."""
    from media.windows import Walk

    walk = Walk(tiny._engine, "vi", glossary=["Chợ Chu", "Định Hóa", *["Phượng Tiến"] * 100])
    text = walk._tokenizer.decode(walk._prompt)
    assert text.startswith(" Chợ Chu, Định Hóa, Phượng Tiến")
    assert text.endswith("Phượng Tiến")
    assert 200 < len(walk._prompt) <= 223


def test_the_sample_model_keeps_its_label(tmp_path: Path) -> None:
    """Known by its bytes, not by its name, and through a conversion too; one byte more and it is
    another model."""
    copy = tmp_path / "large-v3.pt"
    copy.write_bytes(TINY_MODEL.read_bytes())
    for engine in ENGINES:
        made = speech.load(str(copy), engine=engine, device="cpu", folder=tmp_path / "models")
        assert (made.model, made.label) == ("large-v3", models.TRIAL_MODEL_LABEL)
    copy.write_bytes(TINY_MODEL.read_bytes() + b"\0")
    assert (
        models.label_of(models.Source("large-v3", models._trial_hash(copy))) == "Whisper large-v3"
    )
