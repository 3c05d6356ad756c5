"""An openai-whisper checkpoint as a CTranslate2 folder, the form that faster-whisper reads.

The weights are the same numbers: names change, and query, key and value of an attention lie in one
matrix. The vocabulary and `tokenizer.json` are written from openai-whisper's own token file, so
nothing is fetched. Imports torch, whisper and ctranslate2: late, on demand.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from ctranslate2.specs import WhisperSpec, common_spec
from whisper.tokenizer import Tokenizer, get_tokenizer

from media.checkpoints import Checkpoint

# Weights are kept in whole numbers of eight bits with a scale for each row: a quarter of the size,
# and what a processor multiplies fastest. On CUDA they are widened to half precision on loading.
STORED_AS = "int8"

# How faster-whisper prepares sound for models that hear more than the usual 80 bands.
_FEATURES = {"hop_length": 160, "n_fft": 400, "sampling_rate": 16_000, "chunk_length": 30}

Weights = Mapping[str, torch.Tensor]


def convert(source: Checkpoint, folder: Path, *, stored_as: str = STORED_AS) -> None:
    """Write `source` into the empty `folder`. Raises OSError when it cannot be written."""
    tokenizer = get_tokenizer(source.multilingual, num_languages=source.num_languages)
    spec = _spec(source, tokenizer)
    spec.validate()
    spec.optimize(quantization=stored_as)
    spec.save(str(folder))
    tokens = json.dumps(_tokenizer_json(tokenizer), ensure_ascii=False)
    (folder / "tokenizer.json").write_text(tokens, encoding="utf-8")
    features = json.dumps({**_FEATURES, "feature_size": source.dims["n_mels"]})
    (folder / "preprocessor_config.json").write_text(features, encoding="utf-8")


def _spec(source: Checkpoint, tokenizer: Tokenizer) -> WhisperSpec:
    dims, weights = source.dims, source.weights
    spec = WhisperSpec(
        dims["n_audio_layer"], dims["n_audio_head"], dims["n_text_layer"], dims["n_text_head"]
    )
    _encoder(spec.encoder, weights)
    _decoder(spec.decoder, weights)
    spec.register_vocabulary(_vocabulary(tokenizer, dims["n_vocab"]))
    spec.config.suppress_ids = suppressed(tokenizer)
    spec.config.suppress_ids_begin = [*tokenizer.encode(" "), tokenizer.eot]
    spec.config.alignment_heads = [list(head) for head in source.alignment_heads()]
    spec.config.lang_ids = sorted(tokenizer.all_language_tokens)
    return spec


def suppressed(tokenizer: Tokenizer) -> list[int]:
    """The tokens that openai-whisper never lets a decoding write: notes, brackets, commands."""
    special = (
        tokenizer.transcribe,
        tokenizer.translate,
        tokenizer.sot,
        tokenizer.sot_prev,
        tokenizer.sot_lm,
        tokenizer.no_speech,
    )
    return sorted({*tokenizer.non_speech_tokens, *special})


def _encoder(spec: Any, weights: Weights) -> None:
    for name in ("conv1", "conv2"):
        _linear(getattr(spec, name), weights, f"encoder.{name}")
    spec.position_encodings.encodings = _array(weights["encoder.positional_embedding"])
    _norm(spec.layer_norm, weights, "encoder.ln_post")
    for number, layer in enumerate(spec.layer):
        _block(layer, weights, f"encoder.blocks.{number}")


def _decoder(spec: Any, weights: Weights) -> None:
    spec.embeddings.weight = _array(weights["decoder.token_embedding.weight"])
    spec.projection.weight = spec.embeddings.weight
    spec.position_encodings.encodings = _array(weights["decoder.positional_embedding"])
    _norm(spec.layer_norm, weights, "decoder.ln")
    for number, layer in enumerate(spec.layer):
        block = f"decoder.blocks.{number}"
        _block(layer, weights, block)
        query, *rest = (f"{block}.cross_attn.{part}" for part in ("query", "key", "value"))
        _joined(layer.attention.linear[0], weights, [query])
        _joined(layer.attention.linear[1], weights, rest)
        _linear(layer.attention.linear[2], weights, f"{block}.cross_attn.out")
        _norm(layer.attention.layer_norm, weights, f"{block}.cross_attn_ln")


def _block(layer: Any, weights: Weights, block: str) -> None:
    parts = [f"{block}.attn.{part}" for part in ("query", "key", "value")]
    _joined(layer.self_attention.linear[0], weights, parts)
    _linear(layer.self_attention.linear[1], weights, f"{block}.attn.out")
    _norm(layer.self_attention.layer_norm, weights, f"{block}.attn_ln")
    _linear(layer.ffn.linear_0, weights, f"{block}.mlp.0")
    _linear(layer.ffn.linear_1, weights, f"{block}.mlp.2")
    _norm(layer.ffn.layer_norm, weights, f"{block}.mlp_ln")


def _linear(spec: Any, weights: Weights, name: str) -> None:
    spec.weight = _array(weights[f"{name}.weight"])
    if f"{name}.bias" in weights:
        spec.bias = _array(weights[f"{name}.bias"])


def _joined(spec: common_spec.LinearSpec, weights: Weights, names: Iterable[str]) -> None:
    """Several linear layers as one; Whisper's keys have no bias, which is a bias of nought."""
    names = list(names)
    spec.weight = np.concatenate([_array(weights[f"{name}.weight"]) for name in names])
    rows = [weights[f"{name}.weight"].shape[0] for name in names]
    spec.bias = np.concatenate(
        [
            _array(weights[f"{name}.bias"])
            if f"{name}.bias" in weights
            else np.zeros(n, spec.weight.dtype)
            for name, n in zip(names, rows, strict=True)
        ]
    )


def _norm(spec: Any, weights: Weights, name: str) -> None:
    spec.gamma = _array(weights[f"{name}.weight"])
    spec.beta = _array(weights[f"{name}.bias"])


def _array(tensor: torch.Tensor) -> np.ndarray:
    """As numpy; half precision stays, which halves the memory that a conversion needs."""
    plain = tensor.detach().cpu()
    return plain.numpy() if plain.dtype is torch.float16 else plain.float().numpy()


# ── the vocabulary ────────────────────────────────────────────────────────────────────────────────


def _printable() -> dict[int, str]:
    """A visible sign for each byte, as GPT-2's vocabulary files write them."""
    visible = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in visible]
    return {
        **{byte: chr(byte) for byte in visible},
        **{byte: chr(256 + place) for place, byte in enumerate(others)},
    }


_SIGNS = _printable()


def _sign(token: bytes) -> str:
    return "".join(_SIGNS[byte] for byte in token)


def _vocabulary(tokenizer: Tokenizer, size: int) -> list[str]:
    """Every token by its number, as text."""
    encoding = tokenizer.encoding
    special = {number: text for text, number in tokenizer.special_tokens.items()}
    return [
        special.get(number) or _sign(encoding.decode_single_token_bytes(number))
        for number in range(size)
    ]


def _tokenizer_json(tokenizer: Tokenizer) -> dict[str, Any]:
    """The same vocabulary as Hugging Face's tokenizers reads it: byte-level pairs, in order."""
    encoding = tokenizer.encoding
    ranks = {encoding.decode_single_token_bytes(number): number for number in range(tokenizer.eot)}
    special = sorted(tokenizer.special_tokens.items(), key=lambda item: item[1])
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            {"id": number, "content": text, **flags, "special": True} for text, number in special
        ],
        "normalizer": None,
        "pre_tokenizer": {**level, "use_regex": True},
        "post_processor": None,
        "decoder": {**level, "use_regex": True},
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": "",
            "end_of_word_suffix": "",
            "fuse_unk": False,
            "byte_fallback": False,
            "ignore_merges": False,
            "vocab": {_sign(token): number for token, number in ranks.items()},
            "merges": _merges(ranks),
        },
    }


def _merges(ranks: Mapping[bytes, int]) -> list[list[str]]:
    """Which two tokens make each longer one. A token's own pieces are those that merging by rank
    leaves when everything of a higher rank than its own is forbidden."""
    found = []
    for token, rank in ranks.items():
        if len(token) > 1:
            left, right = _halves(ranks, token, rank)
            found.append((rank, [_sign(left), _sign(right)]))
    return [pair for _rank, pair in sorted(found, key=lambda item: item[0])]


def _halves(ranks: Mapping[bytes, int], token: bytes, rank: int) -> tuple[bytes, bytes]:
    parts = [bytes([byte]) for byte in token]
    while len(parts) > 2:
        pairs = [(ranks.get(parts[i] + parts[i + 1], rank), i) for i in range(len(parts) - 1)]
        _best, at = min(pairs)
        parts[at : at + 2] = [parts[at] + parts[at + 1]]
    left, right = parts
    return left, right
