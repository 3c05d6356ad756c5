"""Which weights an engine is to load, in which form, on which device.

torch, whisper and CTranslate2 are imported on first use, never by importing this module.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import pickle
import shutil
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from media import checkpoints
from media.checkpoints import missing
from media.cores import threads
from media.engines import ENGINES, FASTER, Engine
from media.errors import SpeechUnavailable

if TYPE_CHECKING:
    from media.engine_faster import FasterEngine
    from media.engine_openai import OpenAIEngine

# The sample model that comes with the project understands a few dozen sentences. Known by its
# bytes, so that it cannot lose its label on the way, not even by being converted.
TRIAL_MODEL_BYTES = 16_215_407
TRIAL_MODEL_SHA256 = "c9db5a4c9c925a0d2262bf6171a0f710eb6079c843e5f500cad79c0a5895d746"
TRIAL_MODEL_LABEL = "mô hình thử nghiệm, chỉ hiểu câu mẫu"

DEVICES = ("auto", "cpu", "cuda")

# Beside the converted weights: which checkpoint they came from.
ORIGIN = "origin.json"
# What a folder must hold to be loaded without asking the internet for the rest.
_FOLDER = ("model.bin", "config.json", "tokenizer.json")


@dataclass(frozen=True)
class Source:
    """Weights that were found: their short name, and the SHA-256 of the checkpoint if known."""

    name: str
    sha256: str | None = None


def label_of(source: Source) -> str:
    """What stands beside every text of these weights."""
    if source.sha256 == TRIAL_MODEL_SHA256:
        return TRIAL_MODEL_LABEL
    return f"Whisper {source.name}"


def load_engine(model: str, engine: str, device: str, folder: Path | None) -> tuple[Engine, Source]:
    """The engine of that name with the weights in memory, and where those came from.

    Raises ``SpeechUnavailable``: ``speech_engine_missing``, ``speech_device_missing``,
    ``speech_model_missing``.
    """
    if engine not in ENGINES or not _is_installed(engine):
        raise SpeechUnavailable("speech_engine_missing", engine=engine)
    import torch

    from media import voice

    torch.set_num_threads(threads())
    voice.load()
    if engine == FASTER:
        return _load_faster(model, device, folder)
    return _load_openai(model, _device(device, cuda=torch.cuda.is_available()))


def _is_installed(engine: str) -> bool:
    """The fast engine is an extra: requirements-fast.txt."""
    needed = ("faster_whisper", "ctranslate2") if engine == FASTER else ("whisper",)
    return all(importlib.util.find_spec(name) is not None for name in needed)


def _device(wanted: str, *, cuda: bool) -> str:
    if wanted == "auto":
        return "cuda" if cuda else "cpu"
    if wanted not in DEVICES or (wanted == "cuda" and not cuda):
        raise SpeechUnavailable("speech_device_missing", device=wanted)
    return wanted


# ── openai-whisper ────────────────────────────────────────────────────────────────────────────────


def _load_openai(model: str, device: str) -> tuple[OpenAIEngine, Source]:
    import whisper

    from media.engine_openai import OpenAIEngine

    path = Path(model)
    try:
        loaded = whisper.load_model(model, device=device)
        dims = {name: int(value) for name, value in vars(loaded.dims).items()}
        follows = checkpoints.known_shape(dims) is not None
        if follows and path.is_file():
            _follow_words(loaded, dims)  # whisper knows the heads of its own names only
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise missing(path.name, error) from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise missing(path.name, error) from error  # readable, and no checkpoint of Whisper's
    _read_vocabulary(loaded.is_multilingual, loaded.num_languages)
    if not path.is_file():
        return OpenAIEngine(loaded, follows_words=follows), Source(model)
    engine = OpenAIEngine(loaded, follows_words=follows)
    return engine, Source(path.stem, _trial_hash(path))


def _follow_words(model: object, dims: dict[str, int]) -> None:
    import torch

    mask = torch.zeros(dims["n_text_layer"], dims["n_text_head"], dtype=torch.bool)
    for layer, head in checkpoints.Checkpoint(dims, {}).alignment_heads():
        mask[layer, head] = True
    model.register_buffer(  # type: ignore[attr-defined]
        "alignment_heads", mask.to_sparse(), persistent=False
    )


def _read_vocabulary(multilingual: bool, languages: int) -> None:
    """Fill whisper's own cache now: it leaves the file for the garbage collector to close, which
    Python complains of, and the first clip need not wait for it."""
    from whisper.tokenizer import get_tokenizer

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        get_tokenizer(multilingual, num_languages=languages)


def _trial_hash(path: Path) -> str | None:
    """The hash where it may be the sample model's; the size spares reading gigabytes of others."""
    return _sha256(path) if path.stat().st_size == TRIAL_MODEL_BYTES else None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# ── faster-whisper ────────────────────────────────────────────────────────────────────────────────


def _load_faster(model: str, device: str, folder: Path | None) -> tuple[FasterEngine, Source]:
    import ctranslate2

    from media.engine_faster import FasterEngine

    chosen = _device(device, cuda=ctranslate2.get_cuda_device_count() > 0)
    path = Path(model)
    converted = path if path.is_dir() else _converted(model, folder)
    lacking = [name for name in _FOLDER if not (converted / name).is_file()]
    if lacking:
        raise missing(path.name, FileNotFoundError(", ".join(lacking)))
    origin = _origin(converted)
    try:
        engine = FasterEngine(
            converted,
            device=chosen,
            threads=threads(),
            follows_words=bool(origin.get("follows_words", True)),
        )
    except (OSError, RuntimeError, ValueError) as error:
        raise missing(path.name, error) from error
    _read_vocabulary(engine.shape.multilingual, engine.shape.num_languages)
    sha256 = origin.get("sha256")
    return engine, Source(path.stem if path.exists() else model, str(sha256) if sha256 else None)


def _origin(folder: Path) -> dict[str, object]:
    """What our converter wrote beside the weights. Folders that others made have none; their
    configuration names the heads that follow the words."""
    try:
        held: dict[str, object] = json.loads((folder / ORIGIN).read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise missing(folder.name, error) from error
    return held


def _converted(model: str, folder: Path | None) -> Path:
    """The folder for a checkpoint, made when it is not there yet; named by the checkpoint's bytes
    and the converter's version, so that neither a new file nor a new converter finds an old one."""
    import ctranslate2

    path = Path(model) if Path(model).is_file() else _fetched(model)
    if folder is None:
        raise missing(path.name, FileNotFoundError("no folder for converted models"))
    sha256 = _sha256(path)
    made = folder / f"{path.stem}-{sha256[:16]}-ct{ctranslate2.__version__}"
    if not made.is_dir():
        convert(path, made, sha256=sha256)
    return made


def _fetched(model: str) -> Path:
    """The checkpoint of one of Whisper's names, where whisper keeps it; fetched once."""
    import whisper

    try:
        if model not in whisper.available_models():
            raise FileNotFoundError(model)
        root = Path(os.path.expanduser("~"), ".cache", "whisper")
        return Path(whisper._download(whisper._MODELS[model], str(root), False))
    except (OSError, RuntimeError) as error:
        raise missing(Path(model).name, error) from error


def convert(source: Path, folder: Path, *, sha256: str | None = None) -> None:
    """Write the checkpoint ``source`` as a folder for the engine ``faster``; whole or not at all.

    A folder that another process finished first stays. Raises ``SpeechUnavailable``
    (``speech_model_missing``, ``speech_engine_missing``), FileExistsError, OSError.
    """
    if not _is_installed(FASTER):
        raise SpeechUnavailable("speech_engine_missing", engine=FASTER)
    from media import converting

    checkpoint = checkpoints.read(source)
    _read_vocabulary(checkpoint.multilingual, checkpoint.num_languages)
    if folder.exists():
        raise FileExistsError(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    making = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir()
    try:
        converting.convert(checkpoint, making)
        follows = checkpoints.known_shape(checkpoint.dims) is not None
        origin = {"sha256": sha256 or _sha256(source), "follows_words": follows}
        (making / ORIGIN).write_text(json.dumps(origin), encoding="utf-8")
        making.rename(folder)
    finally:
        shutil.rmtree(making, ignore_errors=True)
