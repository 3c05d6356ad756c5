"""Checkpoints in openai-whisper's own format: read without being run, and known by their shape.

torch and whisper are imported on first use, never by importing this module.
"""

from __future__ import annotations

import base64
import gzip
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from media import limits
from media.errors import SpeechUnavailable

if TYPE_CHECKING:
    import torch

# How many tokens a vocabulary has before its languages: text, and marks for half a minute.
_WITHOUT_LANGUAGES = 51_765
_ENGLISH_ONLY = 51_864

# The sizes that OpenAI published, known by layers of the encoder, layers of the decoder, width and
# tokens. A model fine-tuned or converted from one of them keeps its shape, and which of its heads
# follow the sound is seldom changed by fine-tuning. Large-v1 has the shape of large-v2.
_SHAPES = {
    (4, 4, 384, 51_865): "tiny",
    (6, 6, 512, 51_865): "base",
    (12, 12, 768, 51_865): "small",
    (24, 24, 1024, 51_865): "medium",
    (32, 32, 1280, 51_865): "large-v2",
    (32, 32, 1280, 51_866): "large-v3",
    (32, 4, 1280, 51_866): "large-v3-turbo",
    (4, 4, 384, 51_864): "tiny.en",
    (6, 6, 512, 51_864): "base.en",
    (12, 12, 768, 51_864): "small.en",
    (24, 24, 1024, 51_864): "medium.en",
}


def known_shape(dims: Mapping[str, int]) -> str | None:
    """The published size that has these dimensions, if one has."""
    shape = ("n_audio_layer", "n_text_layer", "n_text_state", "n_vocab")
    return _SHAPES.get(tuple(dims[name] for name in shape))  # type: ignore[arg-type]


def is_multilingual(dims: Mapping[str, int]) -> bool:
    """Whether the model knows other languages than English."""
    return dims["n_vocab"] > _ENGLISH_ONLY


def languages(dims: Mapping[str, int]) -> int:
    """How many languages the model has tokens for."""
    return dims["n_vocab"] - _WITHOUT_LANGUAGES - int(is_multilingual(dims))


@dataclass(frozen=True)
class Checkpoint:
    """Dimensions and weights as they stand in the file, nothing built from them yet."""

    dims: Mapping[str, int]
    weights: Mapping[str, torch.Tensor]

    @property
    def multilingual(self) -> bool:
        """Whether the model knows other languages than English."""
        return is_multilingual(self.dims)

    @property
    def num_languages(self) -> int:
        """How many languages the model has tokens for."""
        return languages(self.dims)

    def alignment_heads(self) -> tuple[tuple[int, int], ...]:
        """Layer and number of the attention heads that follow the sound word by word.

        For a shape that nobody has studied: all heads of the upper half of the decoder, which is
        what openai-whisper assumes, and little to rely on.
        """
        size = known_shape(self.dims)
        layers, heads = self.dims["n_text_layer"], self.dims["n_text_head"]
        if size is None:
            return tuple((i, j) for i in range(layers // 2, layers) for j in range(heads))
        return _published_heads(size, layers, heads)


def _published_heads(size: str, layers: int, heads: int) -> tuple[tuple[int, int], ...]:
    from whisper import _ALIGNMENT_HEADS  # slow to import, see the module's docstring

    bits = gzip.decompress(base64.b85decode(_ALIGNMENT_HEADS[size]))
    places = [divmod(place, heads) for place in range(layers * heads) if bits[place]]
    return tuple(places)


def read(path: Path) -> Checkpoint:
    """The checkpoint at `path`, its weights mapped rather than read where the format allows.

    Nothing in the file is run. Raises SpeechUnavailable (`speech_model_missing`).
    """
    import torch

    try:
        held = torch.load(path, map_location="cpu", weights_only=True, mmap=_mappable(path))
        dims = {str(name): int(value) for name, value in held["dims"].items()}
        return Checkpoint(dims, held["model_state_dict"])
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise missing(path.name, error) from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise missing(path.name, error) from error  # readable, and no checkpoint of Whisper's


def _mappable(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == b"PK"  # since torch 1.6 a checkpoint is an uncompressed archive


def missing(model: str, error: Exception) -> SpeechUnavailable:
    """The refusal for a model that cannot be had, with the reason as `detail`."""
    detail = f"{type(error).__name__}: {error}"[: limits.DETAIL_MAX_CHARS]
    return SpeechUnavailable("speech_model_missing", model=model, detail=detail)
