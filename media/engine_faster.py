"""faster-whisper's model under CTranslate2: the same weights in whole numbers, and much faster.

Only its model is used, not its `transcribe()`: that has other guards, and its batches lose
segments and change language (faster-whisper#1179, #1270). Imports it: late, on demand.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
from faster_whisper import WhisperModel
from whisper.tokenizer import Tokenizer

from media import limits
from media.alignment import token_times
from media.converting import suppressed
from media.cores import physical_cores
from media.engines import BEAM_SIZE, FASTER, Aligned, Decoded, Shape, longest_reading

# Eight bits on a processor, half precision on a graphics card: the fastest on each.
COMPUTE = {"cpu": "int8", "cuda": "float16"}

# Up to the size small a second copy may lie in memory for speed's sake.
SECOND_COPY_BYTES = 300 * limits.MIB

# All of CTranslate2's decoders have this context.
_TEXT_CONTEXT = 448
# CTranslate2's chance cannot be repeated: its seed holds for a thread's first draw only. So a loop
# is broken by rule instead, ever more strictly: no group of so many tokens twice (0: no rule).
_UNREPEATED = (0, 6, 3)
# A first mark of time may say one second at most, as in the authors' own decoding.
_FIRST_MARK_MAX = 50


class FasterEngine:
    """A folder as `media.converting` writes it."""

    name = FASTER

    def __init__(self, folder: Path, *, device: str, threads: int, follows_words: bool) -> None:
        loaded = WhisperModel(
            str(folder),
            device=device,
            compute_type=COMPUTE[device],
            cpu_threads=threads,
            local_files_only=True,
        )
        self._model: Any = loaded.model
        self._encoder = self._second_copy(folder, device, threads) or self._model
        self.shape = Shape(
            n_mels=self._model.n_mels,
            n_text_ctx=_TEXT_CONTEXT,
            multilingual=self._model.is_multilingual,
            num_languages=self._model.num_languages,
            follows_words=follows_words,
        )

    @staticmethod
    def _second_copy(folder: Path, device: str, threads: int) -> Any:
        """The same weights once more, for encoding alone, on all cores: an encoding is a few large
        products that share out well, a decoding is hundreds of small ones that do not, and a
        model computes both with the number of threads it was loaded with."""
        cores = physical_cores()
        small = (folder / "model.bin").stat().st_size <= SECOND_COPY_BYTES
        if device != "cpu" or cores <= threads or not small:
            return None
        return ctranslate2.models.Whisper(
            str(folder), device=device, compute_type=COMPUTE[device], intra_threads=cores
        )

    def encode(self, mel: np.ndarray) -> Any:
        """The features of one window."""
        window = np.ascontiguousarray(mel[None], np.float32)
        return self._encoder.encode(ctranslate2.StorageView.from_array(window))

    def search(
        self, features: Any, tokenizer: Tokenizer, prompt: list[int], temperature: float, seed: int
    ) -> Decoded:
        """The best reading of a window; above temperature 0 one that does not repeat itself."""
        before = [tokenizer.sot_prev, *prompt] if prompt else []
        begun = [*before, *tokenizer.sot_sequence]
        found = self._model.generate(
            features,
            [begun],
            max_length=len(begun) + longest_reading(self.shape),
            return_scores=True,
            return_no_speech_prob=True,
            suppress_blank=True,
            suppress_tokens=suppressed(tokenizer),
            max_initial_timestamp_index=_FIRST_MARK_MAX,
            beam_size=BEAM_SIZE,
            no_repeat_ngram_size=_UNREPEATED[min(int(temperature > 0) + int(temperature > 0.5), 2)],
        )[0]
        tokens = found.sequences_ids[0]
        # The score is a mean over the tokens; openai-whisper counts the final one too.
        mean = found.scores[0] * len(tokens) / (len(tokens) + 1)
        return Decoded(tokens, mean, found.no_speech_prob)

    def align(self, features: Any, tokenizer: Tokenizer, tokens: list[int], frames: int) -> Aligned:
        """Probabilities of tokens, and times where the model's shape is known."""
        found = self._model.align(features, list(tokenizer.sot_sequence), [tokens], frames)[0]
        sure = [
            float(odds) if token < tokenizer.eot else 1.0
            for odds, token in zip(found.text_token_probs, tokens, strict=True)
        ]
        if not self.shape.follows_words:
            # CTranslate2 puts "no marks" before a text that has them: what it says of the first
            # word after that means nothing.
            first = next((i for i, token in enumerate(tokens) if token < tokenizer.eot), None)
            if first is not None:
                sure[first] = 1.0
            return Aligned(sure)
        steps = np.array(found.alignments, np.int64).reshape(-1, 2)
        return Aligned(sure, *token_times(steps[:, 0], steps[:, 1], len(tokens)))
