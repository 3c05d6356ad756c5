"""How far the workshop is with a file: told by Redis, which may be away and may forget.

What is unknown is shown as unknown; nothing that a person decides on hangs on it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import redis

# ffmpeg counts milliseconds; speech says only how many windows of its sound are done.
UNITS = ("ms", "windows")
# The kinds of work whose subject is a revision.
STEPS = ("probe", "transcode", "transcribe")
# Those whose subject is a file that somebody asked for.
ORDERED_STEPS = ("captioned",)


def key_of(subject_id: int, step: str = "") -> str:
    """The Redis hash that holds one field per running step of a revision, or of what `step` says
    the subject is."""
    return f"progress:{step}:{subject_id}" if step in ORDERED_STEPS else f"progress:{subject_id}"


@dataclass(frozen=True)
class StepProgress:
    """One running step: `done` of `total` in `unit`; `beat_s` since its worker last moved a hand.

    A `total` of 0 means that the step cannot say how far it is.
    """

    step: str
    done: int
    total: int
    unit: str
    beat_s: int

    @property
    def percent(self) -> int | None:
        """Hundredths done, where that is an honest figure; None elsewhere."""
        if self.unit != "ms" or self.total <= 0:
            return None
        return min(99, self.done * 100 // self.total)


@dataclass(frozen=True)
class Progress:
    """The running steps of a revision by name. Not `known`: Redis did not answer."""

    steps: dict[str, StepProgress] = field(default_factory=dict)
    known: bool = True


def progress_of(client: redis.Redis, revision_ids: Iterable[int]) -> dict[int, Progress]:
    """The progress of each revision. Never raises for a Redis that is away or talks nonsense."""
    wanted = list(revision_ids)
    try:
        with client.pipeline(transaction=False) as pipeline:
            for revision_id in wanted:
                pipeline.hgetall(key_of(revision_id))
            answers = pipeline.execute()
    except redis.exceptions.RedisError:
        return {revision_id: Progress(known=False) for revision_id in wanted}
    return {
        revision_id: Progress(_steps(answer))
        for revision_id, answer in zip(wanted, answers, strict=True)
    }


def progress_of_order(client: redis.Redis, step: str, order_id: int) -> StepProgress | None:
    """How far the work for an ordered file is; None where nobody says. Never raises."""
    try:
        answer = client.hgetall(key_of(order_id, step))
    except redis.exceptions.RedisError:
        return None
    return _steps(answer).get(step)


def _steps(answer: dict[Any, Any]) -> dict[str, StepProgress]:
    found = (_step(_text(name), _text(value)) for name, value in answer.items())
    return {step.step: step for step in found if step is not None}


def _step(name: str, value: str) -> StepProgress | None:
    try:
        said = json.loads(value)
        beat_s = max(0, int(time.time()) - int(said["at"]))
        return StepProgress(name, int(said["done"]), int(said["total"]), said["unit"], beat_s)
    except (ValueError, KeyError, TypeError):
        return None  # written by another version of this code; it passes away with its ttl


def _text(value: bytes | str) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
