"""Clips changed at random go the whole way and end in words, within their time and memory."""

from __future__ import annotations

import collections
import multiprocessing
import os
import resource
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from media import limits, pictures, transcode
from media.errors import Refused, ToolFailed
from media.probe import probe
from media.storage import Storage
from review.words import knows
from tests.media import mutants
from tests.media.clips import Clip
from tests.media.test_ffmpeg import tools_at_work

MAX_SECONDS = 30

# One second of a small picture: seconds are plenty, whatever was done to it.
WALL_S, CPU_S = 40.0, 60.0
MEMORY_BYTES = limits.GIB


@dataclass(frozen=True)
class End:
    """How one mutant ended: accepted, refused or failed, and with which code."""

    how: str
    code: str = ""


def whole_way(source: Path, storage: Storage) -> End:
    """Probe, publication and poster, as the jobs do them."""
    try:
        facts = probe(source, max_seconds=MAX_SECONDS)
    except Refused as refused:
        return End("refused", refused.code)
    except ToolFailed as failed:
        return End("failed at the door", failed.code)
    with storage.workspace("transcode") as folder:
        film = folder / "publication.mp4"
        try:
            transcode.make_publication(source, facts, film)
            pictures.make_poster(film, facts, folder / "poster.jpg")
        except ToolFailed as failed:
            return End(f"failed at {failed.params['step']}", failed.code)
        assert film.stat().st_size <= limits.output_bytes(facts.duration_ms + 1_000)
    return End("accepted")


@dataclass(frozen=True)
class Spent:
    """What one mutant took: seconds on the wall and seconds of the tools' processors."""

    wall_s: float
    cpu_s: float


def attempt(source: Path, root: Path) -> tuple[End, Spent]:
    """One mutant's end and what it took, in the process that this is called in."""
    begun, busy = time.monotonic(), cpu_of_children()
    end = whole_way(source, Storage(root, min_free_bytes=0))
    return end, Spent(time.monotonic() - begun, cpu_of_children() - busy)


@pytest.fixture
def bystander() -> Iterator[ProcessPoolExecutor]:
    """A small process to start the tools from.

    Between fork and exec a tool has the memory of whoever starts it, which counts as its own peak;
    a process that has run other tests may hold a gigabyte of Whisper.
    """
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


def test_random_damage_ends_in_words(
    clip: Clip, tmp_path: Path, bystander: ProcessPoolExecutor
) -> None:
    """No mutant hangs, eats memory or disk, leaves a process or a file, or ends without a code."""
    root, source = tmp_path / "uploads", tmp_path / "mutant"
    ends: collections.Counter[End] = collections.Counter()
    for number in range(mutants.COUNT):
        name, data = mutants.mutant(number, clip)
        source.write_bytes(data)
        try:
            end, spent = bystander.submit(attempt, source, root).result()
        except Exception as error:
            pytest.fail(f"mutant {number} of {name}: {error!r}")
        assert spent.wall_s < WALL_S and spent.cpu_s < CPU_S, f"mutant {number} of {name}: {spent}"
        assert end.code not in ("ffmpeg_timeout", "no_progress"), f"mutant {number} of {name}"
        assert not end.code or knows(end.code), end
        assert list((root / "work").iterdir()) == []
        assert tools_at_work(str(tmp_path)) == []
        ends[end] += 1
    tell(ends)
    assert bystander.submit(peak_of_children).result() < MEMORY_BYTES
    assert {end.how for end in ends} >= {"accepted", "refused"}


def peak_of_children() -> int:
    """The most bytes of memory that any ended child of this process held."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * limits.KIB


def cpu_of_children() -> float:
    """Seconds of processor time that ended children have used."""
    times = os.times()
    return times.children_user + times.children_system


def tell(ends: collections.Counter[End]) -> None:
    """A line for each way to end, for whoever runs the long mode with ``-s``."""
    print()
    for end, count in sorted(ends.items(), key=lambda item: -item[1]):
        print(f"{count:6} {end.how} {end.code}")
