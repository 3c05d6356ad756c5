"""Converting a checkpoint, and everything that can be wrong with what is to be loaded."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from whisper.timing import dtw_cpu

from media import checkpoints, models
from media.alignment import cheapest_path, token_times
from media.errors import SpeechUnavailable
from tests.media.conftest import TINY_MODEL


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample model, converted."""
    made = tmp_path_factory.mktemp("models") / "tiny"
    models.convert(TINY_MODEL, made)
    return made


def test_a_converted_folder_is_whole(folder: Path) -> None:
    """It names its origin, and faster-whisper itself reads the tokens that we wrote."""
    import tokenizers
    from whisper.tokenizer import get_tokenizer

    assert json.loads((folder / models.ORIGIN).read_text()) == {
        "sha256": models.TRIAL_MODEL_SHA256,
        "follows_words": False,
    }
    theirs = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    ours = get_tokenizer(True, num_languages=99)
    for text in ("Ủy ban nhân dân xã Phượng Tiến", " chợ Chu, 1.000 đồng!", "Ghiền Mì Gõ 🎬"):
        ids = theirs.encode(text, add_special_tokens=False).ids
        assert ids == ours.encode(text)
        assert theirs.decode(ids) == text
    assert theirs.token_to_id("<|vi|>") == ours.to_language_token("vi")
    assert theirs.token_to_id("<|30.00|>") == ours.timestamp_begin + 1500


def test_faster_whisper_hears_with_the_folder(folder: Path, tmp_path: Path) -> None:
    """The folder is no secret form of ours: other programs can use it."""
    import faster_whisper
    from whisper.audio import load_audio

    from tools.make_clip import read_out

    sound = tmp_path / "said.wav"
    read_out(["Tin vui đến với bà con."], sound)
    model = faster_whisper.WhisperModel(str(folder), device="cpu", compute_type="int8")
    heard, _facts = model.transcribe(load_audio(str(sound)), language="vi")
    assert "".join(one.text for one in heard).strip() == "Tin vui đến với bà con."


def test_a_conversion_is_not_made_twice_nor_over_another(folder: Path) -> None:
    """What is there stays as it is."""
    with pytest.raises(FileExistsError):
        models.convert(TINY_MODEL, folder)
    assert [path.name for path in folder.parent.iterdir()] == ["tiny"]


def test_a_checkpoint_is_converted_once(tmp_path: Path) -> None:
    """The second time the folder is found, by the bytes of the file and not by its name."""
    first = models._converted(str(TINY_MODEL), tmp_path)
    stamp = (first / "model.bin").stat().st_mtime_ns
    assert models._converted(str(TINY_MODEL), tmp_path) == first
    assert (first / "model.bin").stat().st_mtime_ns == stamp


@pytest.mark.parametrize("lacking", ["model.bin", "config.json", "tokenizer.json"])
def test_a_folder_that_is_not_whole_is_refused(folder: Path, tmp_path: Path, lacking: str) -> None:
    """Without the token file faster-whisper would go and ask the internet."""
    for path in folder.iterdir():
        if path.name != lacking:
            (tmp_path / path.name).symlink_to(path)
    with pytest.raises(SpeechUnavailable) as failure:
        models.load_engine(str(tmp_path), "faster", "cpu", None)
    assert failure.value.code == "speech_model_missing"
    assert lacking in str(failure.value.params["detail"])


@pytest.mark.parametrize("engine", ["openai", "faster"])
@pytest.mark.parametrize("content", [None, b"", b"not a checkpoint", b"PK\x03\x04rubbish"])
def test_weights_that_are_none(tmp_path: Path, content: bytes | None, engine: str) -> None:
    """Missing, empty or foreign files: one code, the reason as a parameter, no folder names."""
    path = tmp_path / "weights.pt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SpeechUnavailable) as failure:
        models.load_engine(str(path), engine, "cpu", tmp_path / "models")
    assert failure.value.code == "speech_model_missing"
    assert failure.value.params["model"] == "weights.pt"
    assert failure.value.params["detail"]


def test_sizes_are_known_by_their_shape() -> None:
    """Fine-tuned or converted, a model of size small still has the heads of size small."""
    small = {"n_audio_layer": 12, "n_text_layer": 12, "n_text_state": 768, "n_vocab": 51_865}
    assert checkpoints.known_shape(small) == "small"
    heads = checkpoints.Checkpoint(small | {"n_text_head": 12}, {}).alignment_heads()
    assert heads[0] == (5, 3)
    assert len(heads) == 10
    tiny = checkpoints.read(TINY_MODEL)
    assert checkpoints.known_shape(tiny.dims) is None
    assert (tiny.multilingual, tiny.num_languages) == (True, 99)


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (7, 3), (13, 40)])
def test_the_path_is_the_one_that_whisper_finds(shape: tuple[int, int]) -> None:
    """The same steps as openai-whisper's own, without its compiler."""
    cost = np.random.default_rng(sum(shape)).normal(size=shape)
    rows, columns = cheapest_path(cost.copy())
    theirs = _as_plain_python(cost)
    assert np.array_equal(np.stack((rows, columns)), theirs)


def _as_plain_python(cost: np.ndarray) -> np.ndarray:
    from whisper import timing

    compiled, timing.backtrace = timing.backtrace, timing.backtrace.py_func
    try:
        found: np.ndarray = dtw_cpu.py_func(cost)
    finally:
        timing.backtrace = compiled
    return found


def test_a_token_lasts_until_the_path_leaves_it() -> None:
    """In ticks, and as many as there are tokens."""
    rows, columns = np.array([0, 0, 1, 1, 1, 2, 3]), np.array([0, 1, 2, 3, 4, 5, 6])
    assert token_times(rows, columns, 3) == ([0, 2, 5], [2, 5, 6])
