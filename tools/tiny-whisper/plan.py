"""The course of a training run: its stages, their learning rates, the size of the model."""

from __future__ import annotations

import math
from dataclasses import dataclass

# The share of steps spent on 8 s windows, where a step is cheap and alignment is easy.
SHORT_SHARE = 0.6

# What is left of the peak rate at the end of a stage.
LOWEST_RATE = 0.05


@dataclass(frozen=True)
class Stage:
    """A stretch of training: window length in seconds, windows a step, peak rate, warm-up steps."""

    steps: int
    seconds: int
    batch: int
    rate: float
    warmup: int

    def rate_at(self, step: int) -> float:
        """Learning rate: linear warm-up times a half cosine down to a twentieth of the peak."""
        fall = 0.5 * (1 + math.cos(math.pi * step / self.steps))
        rise = min(1.0, (step + 1) / self.warmup)
        return self.rate * rise * (LOWEST_RATE + (1 - LOWEST_RATE) * fall)


@dataclass(frozen=True)
class Plan:
    """All that decides the weights, besides the corpus: the stages, the seed and the size."""

    stages: tuple[Stage, ...]
    seed: int = 0
    width: int = 128
    heads: int = 4
    encoder_layers: int = 3
    decoder_layers: int = 2

    @property
    def steps(self) -> int:
        """Steps of all stages."""
        return sum(stage.steps for stage in self.stages)

    def locate(self, step: int) -> tuple[Stage, int]:
        """The stage of ``step`` and the step within it. Raises ``IndexError`` past the end."""
        for stage in self.stages:
            if step < stage.steps:
                return stage, step
            step -= stage.steps
        raise IndexError(step)


def standard_plan(steps: int, seed: int) -> Plan:
    """8 s windows first, then Whisper's own 30 s; at least one step of each."""
    short = max(round(steps * SHORT_SHARE), 1)
    long = max(steps - short, 1)
    return Plan((Stage(short, 8, 16, 1.5e-3, 200), Stage(long, 30, 6, 8e-4, 50)), seed)
