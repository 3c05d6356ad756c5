"""openai-whisper's own model under torch. Imports torch: late, on demand."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from whisper.decoding import DecodingOptions
from whisper.model import Whisper, disable_sdpa
from whisper.timing import median_filter
from whisper.tokenizer import Tokenizer

from media.alignment import cheapest_path, token_times
from media.engines import BEAM_SIZE, OPENAI, Aligned, Decoded, Shape

# The width over which the authors smooth attention before they follow it.
_SMOOTHED = 7


class OpenAIEngine:
    """A model as `whisper.load_model` gives it."""

    name = OPENAI

    def __init__(self, model: Whisper, *, follows_words: bool) -> None:
        self._model = model
        self._type = torch.float16 if model.device.type == "cuda" else torch.float32
        if self._type is torch.float16:
            model.half()
        self.shape = Shape(
            n_mels=model.dims.n_mels,
            n_text_ctx=model.dims.n_text_ctx,
            multilingual=model.is_multilingual,
            num_languages=model.num_languages,
            follows_words=follows_words,
        )

    @torch.no_grad()
    def encode(self, mel: np.ndarray) -> torch.Tensor:
        """The features of one window."""
        window = torch.from_numpy(mel).to(self._model.device, self._type)
        features: torch.Tensor = self._model.encoder(window[None])
        return features[0]

    def search(
        self,
        features: torch.Tensor,
        tokenizer: Tokenizer,
        prompt: list[int],
        temperature: float,
        seed: int,
    ) -> Decoded:
        """The best reading of a window."""
        torch.manual_seed(seed)  # the same recording gives the same text
        options = DecodingOptions(
            task="transcribe",
            language=tokenizer.language,
            temperature=temperature,
            beam_size=BEAM_SIZE if temperature == 0 else None,
            prompt=prompt or None,
            fp16=self._type is torch.float16,
        )
        found: Any = self._model.decode(features, options)
        return Decoded(found.tokens, found.avg_logprob, found.no_speech_prob)

    @torch.no_grad()
    def align(
        self, features: torch.Tensor, tokenizer: Tokenizer, tokens: list[int], frames: int
    ) -> Aligned:
        """Probabilities of tokens, and times where the model's shape is known."""
        begun = list(tokenizer.sot_sequence)
        if self.shape.follows_words:
            begun.append(tokenizer.no_timestamps)
        written = torch.tensor([[*begun, *tokens, tokenizer.eot]], device=self._model.device)
        if not self.shape.follows_words:
            logits = self._model.decoder(written, features[None])[0]
            return Aligned(self._sure(logits[len(begun) - 1 :], tokenizer, tokens))
        logits, attention = self._attention(written, features)
        sure = self._sure(logits[len(begun) - 1 :], tokenizer, tokens)
        steps = cheapest_path(-self._followed(attention, frames)[len(begun) - 1 : -1])
        return Aligned(sure, *token_times(*steps, len(tokens)))

    @staticmethod
    def _sure(logits: torch.Tensor, tokenizer: Tokenizer, tokens: list[int]) -> list[float]:
        """Marks of time count as sure: they are no words."""
        odds = logits[: len(tokens), : tokenizer.eot].float().softmax(dim=-1).cpu()
        return [
            float(odds[place, token]) if token < tokenizer.eot else 1.0
            for place, token in enumerate(tokens)
        ]

    def _attention(
        self, written: torch.Tensor, features: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The logits, and the attention to the sound of the heads that follow it."""
        kept: dict[int, torch.Tensor] = {}

        def keep(layer: int) -> Any:
            return lambda _module, _given, made: kept.__setitem__(layer, made[-1][0])

        hooks = [
            block.cross_attn.register_forward_hook(keep(layer))
            for layer, block in enumerate(self._model.decoder.blocks)
        ]
        try:
            with disable_sdpa():  # which keeps the weights to itself
                logits = self._model.decoder(written, features[None])[0]
        finally:
            for hook in hooks:
                hook.remove()
        heads = self._model.alignment_heads.indices().T.tolist()
        return logits, torch.stack([kept[layer][head] for layer, head in heads])

    @staticmethod
    def _followed(attention: torch.Tensor, frames: int) -> np.ndarray:
        weights = attention[:, :, : max(frames // 2, 1)].float().softmax(dim=-1)
        deviation, mean = torch.std_mean(weights, dim=-2, keepdim=True, unbiased=False)
        smooth = median_filter((weights - mean) / deviation.clamp_min(1e-9), _SMOOTHED)
        followed: np.ndarray = smooth.mean(dim=0).cpu().numpy()
        return followed
