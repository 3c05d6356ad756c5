"""Train the sample speech model from nothing and export it in openai-whisper's own format.

    python train.py train.npz --out tiny-vi.pt

A run that was stopped (``--minutes``, power cut) goes on from ``OUT.state`` when it is started
again with the same corpus, ``--steps`` and ``--seed``. Uses CUDA where there is one.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import corpus
import numpy as np
import torch
import whisper
from plan import Plan, standard_plan
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pad_sequence
from windows import IGNORED, Batch, Vocabulary, WindowMaker

# The helper head's share in the loss: enough to make attention align early, too little to lead.
CTC_WEIGHT = 0.3
GRADIENT_LIMIT = 1.0
REPORT_EVERY, SAVE_EVERY = 50, 250


def build(plan: Plan, rows: int) -> whisper.model.Whisper:
    """An untrained Whisper with ``rows`` embedding rows, initialised from the plan's seed."""
    torch.manual_seed(plan.seed)
    audio = (plan.width, plan.heads, plan.encoder_layers)
    text = (plan.width, plan.heads, plan.decoder_layers)
    model = whisper.model.Whisper(whisper.model.ModelDimensions(80, 1500, *audio, rows, 448, *text))
    # Whisper's own code leaves the decoder's positions unset, expecting to load them.
    nn.init.normal_(model.decoder.positional_embedding, std=0.02)
    nn.init.normal_(model.decoder.token_embedding.weight, std=0.08)
    return model


def listen(encoder: whisper.model.AudioEncoder, mel: Tensor) -> Tensor:
    """The encoder's pass for windows of any length; Whisper's own insists on 30 s."""
    sound = F.gelu(encoder.conv2(F.gelu(encoder.conv1(mel)))).transpose(1, 2)
    sound = sound + encoder.positional_embedding[: sound.shape[1]]
    for block in encoder.blocks:
        sound = block(sound)
    return encoder.ln_post(sound)


def ctc_loss(scores: Tensor, spelled: Sequence[Tensor | None]) -> Tensor:
    """Connectionist loss of the windows whose spelling is known; zero when there is none."""
    known = [i for i, symbols in enumerate(spelled) if symbols is not None]
    if not known:
        return scores.new_zeros(())
    targets = [symbols for symbols in spelled if symbols is not None]
    return F.ctc_loss(
        F.log_softmax(scores[known], -1).transpose(0, 1),
        pad_sequence(targets, batch_first=True),
        torch.full((len(known),), scores.shape[1]),
        torch.tensor([len(symbols) for symbols in targets]),
        zero_infinity=True,
    )


class Trainer:
    """Model, helper head, optimiser and the step reached.

    The windows of a step are drawn from (seed, step) alone, so a resumed run sees what an
    uninterrupted one would have seen.
    """

    def __init__(self, plan: Plan, utterances: Sequence[corpus.Utterance], device: str) -> None:
        """Prepare step 0 on ``device``."""
        self.plan, self.device, self.step = plan, device, 0
        self.vocabulary = Vocabulary(one.text for one in utterances)
        self.maker = WindowMaker(utterances, self.vocabulary)
        self.model = build(plan, self.vocabulary.unused + 1).to(device)
        self.head = nn.Linear(plan.width, len(self.vocabulary.letters) + 1).to(device)
        self.bias = torch.zeros(self.vocabulary.unused + 1, device=device)
        self.bias[-1] = self.vocabulary.unused_bias
        self.weights = [*self.model.parameters(), *self.head.parameters()]
        self.optimiser = torch.optim.AdamW(self.weights, betas=(0.9, 0.98), weight_decay=0.01)

    def losses(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Cross entropy of the next token, and the helper head's loss."""
        heard = listen(self.model.encoder, batch.mel)
        scores = self.model.decoder(batch.read, heard) + self.bias
        entropy = F.cross_entropy(scores.flatten(0, 1), batch.said.flatten(), ignore_index=IGNORED)
        return entropy, ctc_loss(self.head(heard), batch.spelled)

    def advance(self) -> tuple[float, float]:
        """Take one step and return its two losses."""
        stage, within = self.plan.locate(self.step)
        rng = np.random.default_rng((self.plan.seed, self.step))
        batch = self.maker.batch(rng, stage.seconds, stage.batch).to(self.device)
        entropy, ctc = self.losses(batch)
        self.optimiser.zero_grad()
        (entropy + CTC_WEIGHT * ctc).backward()
        nn.utils.clip_grad_norm_(self.weights, GRADIENT_LIMIT)
        for group in self.optimiser.param_groups:
            group["lr"] = stage.rate_at(within)
        self.optimiser.step()
        self.step += 1
        return entropy.item(), ctc.item()

    def _identity(self) -> dict[str, Any]:
        """What a saved state must share with this run to be its continuation."""
        return {"plan": asdict(self.plan), "used": self.vocabulary.used}

    def _parts(self) -> dict[str, Any]:
        return {"model": self.model, "head": self.head, "optimiser": self.optimiser}

    def save(self, path: Path) -> None:
        """Write all that ``restore`` needs."""
        parts = {name: part.state_dict() for name, part in self._parts().items()}
        replace(path, {"step": self.step, "identity": self._identity(), **parts})

    def restore(self, path: Path) -> None:
        """Go on from ``path``. Raises ``ValueError`` when another plan or corpus made it."""
        saved = torch.load(path, map_location=self.device, weights_only=True)
        if saved["identity"] != self._identity():
            raise ValueError(f"{path} belongs to another plan or corpus")
        for name, part in self._parts().items():
            part.load_state_dict(saved[name])
        self.step = saved["step"]

    def export(self, path: Path) -> None:
        """Write the checkpoint, half precision, all unused tokens on one shared row's values."""
        weights = {name: value.detach().cpu() for name, value in self.model.state_dict().items()}
        compact = weights["decoder.token_embedding.weight"]
        full = compact[-1].repeat(self.vocabulary.size, 1)
        full[self.vocabulary.used] = compact[:-1]
        weights["decoder.token_embedding.weight"] = full
        dims = {**vars(self.model.dims), "n_vocab": self.vocabulary.size}
        halves = {name: value.half() for name, value in weights.items()}
        replace(path, {"dims": dims, "model_state_dict": halves})


def replace(path: Path, content: Mapping[str, Any]) -> None:
    """Write beside ``path`` and rename, so that a stop half-way leaves the old file whole."""
    beside = path.with_name(path.name + ".part")
    torch.save(dict(content), beside)
    beside.replace(path)


def fit(
    trainer: Trainer,
    out: Path,
    *,
    minutes: float = math.inf,
    report: Callable[[dict[str, float]], None] = lambda line: None,
) -> list[tuple[float, float]]:
    """Train until the plan or ``minutes`` are used up, then export to ``out``.

    Goes on from ``out`` + ".state" when that exists, and returns the losses of the steps it took.
    Raises ``ValueError`` when that state belongs to another run.
    """
    state = out.with_name(out.name + ".state")
    if state.exists():
        trainer.restore(state)
    began, taken = time.monotonic(), []
    while trainer.step < trainer.plan.steps and time.monotonic() - began < minutes * 60:
        taken.append(trainer.advance())
        if trainer.step % REPORT_EVERY == 0:
            entropy, ctc = np.mean(taken[-REPORT_EVERY:], axis=0).round(4).tolist()
            spent = round((time.monotonic() - began) / 60, 2)
            report({"step": trainer.step, "entropy": entropy, "ctc": ctc, "minutes": spent})
        if trainer.step % SAVE_EVERY == 0:
            trainer.save(state)
    trainer.save(state)
    trainer.export(out)
    return taken


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("corpus", type=Path, help="what corpus.py wrote")
    parser.add_argument("--out", type=Path, default=Path("tiny-vi.pt"))
    parser.add_argument("--steps", type=int, default=5000, help="length of the whole schedule")
    parser.add_argument("--minutes", type=float, default=math.inf, help="stop and save after this")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    trainer = Trainer(standard_plan(given.steps, given.seed), corpus.load(given.corpus), device)
    fit(
        trainer,
        given.out,
        minutes=given.minutes,
        report=lambda line: print(json.dumps(line), flush=True),
    )
    print(f"{given.out}: {trainer.step} of {trainer.plan.steps} steps")


if __name__ == "__main__":
    main()
