"""The sample speech model: how it is made, and that the bundled one hears what it was taught."""

from __future__ import annotations

import hashlib
import importlib
import itertools
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tools import make_clip

HOME = Path(__file__).parents[2] / "tools" / "tiny-whisper"
BUNDLED = HOME / "tiny-vi.pt"

# openai-whisper leaves its list of tokens open for the collector to close.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file.*tiktoken:ResourceWarning")


@pytest.fixture(scope="module")
def tiny() -> Iterator[SimpleNamespace]:
    """The scripts, which import each other as neighbours because they are run from their folder."""
    import torch

    names = ("corpus", "windows", "plan", "train", "evaluate")
    threads = torch.get_num_threads()
    # Matrices as small as these lose more by waiting for each other's threads than they gain.
    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(HOME)
        yield SimpleNamespace(**{name: importlib.import_module(name) for name in names})
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def spoken(tiny: SimpleNamespace) -> list[Any]:
    """Six sentences to learn from."""
    return tiny.corpus.build(6, seed=3)


@pytest.fixture(scope="module")
def small_plan(tiny: SimpleNamespace) -> Any:
    """Thirty-six quick steps of a much smaller model, in two stages as the real run has."""
    stages = (tiny.plan.Stage(30, 8, 2, 3e-3, 5), tiny.plan.Stage(6, 12, 1, 1e-3, 2))
    return tiny.plan.Plan(stages, seed=1, width=64, heads=2, encoder_layers=1, decoder_layers=1)


def test_no_held_out_sentence_is_ever_learned(tiny: SimpleNamespace) -> None:
    """Training and evaluation draw from sentences that have nothing in common."""
    learned = set(itertools.islice(tiny.corpus.training_texts(random.Random(1)), 2000))
    judged = set(itertools.islice(tiny.corpus.held_out_texts(random.Random(1)), 200))
    assert not learned & judged
    assert len(learned) > 1000
    assert len(judged) > 150


def test_the_demo_says_only_words_the_model_is_taught(tiny: SimpleNamespace) -> None:
    """A clip made for the demo must not need a word outside the grammar."""
    said = " ".join(make_clip.sentences(300)).lower().replace(",", "").replace(".", "")
    assert set(said.split()) <= tiny.corpus.lexicon()


def test_a_corpus_reads_back_as_written(
    tiny: SimpleNamespace, spoken: list[Any], tmp_path: Path
) -> None:
    """Texts, voices and every sample survive the file."""
    tiny.corpus.save(tmp_path / "six.npz", spoken)
    again = tiny.corpus.load(tmp_path / "six.npz")
    assert [(one.text, one.voice) for one in again] == [(one.text, one.voice) for one in spoken]
    assert all(np.array_equal(a.samples, b.samples) for a, b in zip(again, spoken, strict=True))
    assert {one.voice for one in again} == set(tiny.corpus.VOICES)
    assert all(1 < one.seconds < 8 for one in again)


@pytest.mark.parametrize(
    ("said", "heard", "errors"),
    [
        ("a b c", "a b c", 0),
        ("a b c", "a c", 1),
        ("a b c", "a x b c", 1),
        ("a b c", "a b d", 1),
        ("a b c", "", 3),
        ("a b", "b a", 2),
    ],
)
def test_word_errors_are_the_fewest_changes(
    tiny: SimpleNamespace, said: str, heard: str, errors: int
) -> None:
    """Insertions, deletions and changed words each count one."""
    assert tiny.evaluate.word_errors(said.split(), heard.split()) == errors


def test_windows_follow_whispers_grammar(tiny: SimpleNamespace, spoken: list[Any]) -> None:
    """Time marks never run backwards and come in pairs, but for a cut sentence's lone start."""
    vocabulary = tiny.windows.Vocabulary(one.text for one in spoken)
    maker = tiny.windows.WindowMaker(spoken, vocabulary)
    kinds = set()
    for seed in range(60):
        window = maker.window(np.random.default_rng(seed), 8)
        assert window.mel.shape == (80, 800)
        if window.tokens[-1] == vocabulary.no_speech:
            kinds.add("silent")
            continue
        assert window.tokens[:3] == vocabulary.prompt
        assert window.tokens[-1] == vocabulary.end
        marks = [token for token in window.tokens if token >= vocabulary.first_tick]
        assert marks == sorted(marks)
        assert len(marks) % 2 == (window.spelled is None)
        kinds.add("cut" if window.spelled is None else "whole")
    assert kinds == {"silent", "cut", "whole"}


def test_training_lowers_the_loss_and_whisper_loads_the_result(
    tiny: SimpleNamespace, spoken: list[Any], small_plan: Any, tmp_path: Path
) -> None:
    """From nothing to a checkpoint that the real library reads and transcribes with."""
    import torch
    import whisper

    trainer = tiny.train.Trainer(small_plan, spoken, "cpu")
    lines: list[dict[str, float]] = []
    losses = tiny.train.fit(trainer, tmp_path / "small.pt", report=lines.append)
    first, last = np.mean(losses[:5], axis=0), np.mean(losses[25:30], axis=0)
    assert len(losses) == small_plan.steps
    assert (last < 0.75 * first).all()

    model = whisper.load_model(str(tmp_path / "small.pt"), device="cpu")
    assert model.is_multilingual
    rows = model.decoder.token_embedding.weight.detach().unique(dim=0)
    assert len(rows) <= trainer.vocabulary.unused + 1
    heard = whisper.transcribe(
        model, tiny.evaluate.as_sound(spoken[0]), **tiny.evaluate.MANNER, sample_len=20
    )
    assert isinstance(heard["text"], str)

    read = torch.tensor([trainer.vocabulary.prompt])
    compact = torch.tensor([trainer.vocabulary.rows(trainer.vocabulary.prompt)])
    sound = torch.randn(1, 1500, small_plan.width)
    with torch.no_grad():
        exported = model.decoder(read, sound).log_softmax(-1)[..., trainer.vocabulary.used]
        trained = (trainer.model.decoder(compact, sound) + trainer.bias).log_softmax(-1)[..., :-1]
    assert torch.allclose(exported, trained, atol=0.05)


def test_a_stopped_run_goes_on_as_if_never_stopped(
    tiny: SimpleNamespace, spoken: list[Any], small_plan: Any, tmp_path: Path
) -> None:
    """Four steps, a stop and two more give the losses of six; another plan's state is refused."""
    plan = replace(small_plan, stages=(replace(small_plan.stages[0], steps=6),))
    whole = tiny.train.fit(tiny.train.Trainer(plan, spoken, "cpu"), tmp_path / "whole.pt")
    stopped = tiny.train.Trainer(plan, spoken, "cpu")
    for _ in range(4):
        stopped.advance()
    stopped.save(tmp_path / "parts.pt.state")
    rest = tiny.train.fit(tiny.train.Trainer(plan, spoken, "cpu"), tmp_path / "parts.pt")
    assert np.allclose(rest, whole[4:], rtol=1e-4)

    other = tiny.train.Trainer(replace(plan, seed=2), spoken, "cpu")
    with pytest.raises(ValueError, match="another plan or corpus"):
        tiny.train.fit(other, tmp_path / "parts.pt")


def test_the_bundled_model_hears_sentences_it_never_learned(tiny: SimpleNamespace) -> None:
    """Six held-out sentences in three accents, under five words wrong in a hundred."""
    import whisper

    model = whisper.load_model(str(BUNDLED), device="cpu")
    result = tiny.evaluate.one_by_one(model, tiny.corpus.build(6, seed=11, held_out=True))
    assert result["sentences"] == 6
    assert result["word_error_percent"] < 5


def test_the_readme_names_the_file_that_is_there() -> None:
    """The published SHA-256 and the label are those of the bundled checkpoint."""
    readme = (HOME / "README.md").read_text(encoding="utf-8")
    assert hashlib.sha256(BUNDLED.read_bytes()).hexdigest() in readme
    assert "mô hình thử nghiệm, chỉ hiểu câu mẫu" in readme
