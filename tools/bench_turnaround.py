"""From the end of an upload to "ready for review", beside the same work done by hand.

    python tools/bench.py turnaround

By hand is ffmpeg alone (measuring the sound, then encoding with it corrected) and Whisper alone,
warm, one after the other: what counts is the longer of the two. On a machine whose cores ffmpeg
fills, speech beside it has to cost something; `least possible` is both works' processor time shared
out evenly over the cores, or the longer of the two if that is more. Each figure is the middle one
of `ROUNDS`, by hand and through the product in turn.
"""

from __future__ import annotations

import contextlib
import os
import resource
import shlex
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from media import speech
from media.fitting import can_copy_picture
from media.probe import probe
from media.profiles import PUBLICATION
from review.models import Clip, Revision, Work
from review.operations import intake, work
from review.permissions import Actor
from tools import make_clip
from tools.bench_speech import make_small
from workers.context import Context

ROUNDS = 3
DEADLINE_S = 900.0
LOOK_S = 0.02
MAX_BYTES = 4 * 1024**3
BY_HAND = shlex.split(
    "-c:v libx264 -preset veryfast -crf 20 -maxrate 12M -bufsize 24M -profile:v high "
    "-pix_fmt yuv420p -g 60 -c:a aac -aac_coder fast -b:a 160k -ar 48000 -ac 2 "
    "-map_metadata -1 -movflags +faststart"
)
MEASURING = ("-vn", "-af", "ebur128=peak=true:framelog=verbose", "-f", "null", "-")
# What the clips made here need; by hand, it is read off the screen.
CORRECTING = ("-af", "volume=4.8dB,alimiter=limit=0.7943:level=false")

Starter = Callable[..., contextlib.AbstractContextManager[object]]
Figures = dict[str, float]


@dataclass(frozen=True)
class Took:
    """Seconds on the clock, and of all cores together."""

    wall: float
    cpu: float


def turnaround(
    folder: Path, env: dict[str, str], starter: Starter, here: Context, author: Actor
) -> Iterator[Figures]:
    """The figures for clips that are encoded, with the small bundled model and with one of size
    small (see `tools.bench_speech.make_small`), and for one whose picture is copied."""
    small = folder / "small-sixty.pt"
    make_small(small)
    demo = {f"{length} s": _clip(folder, length, key_gap=900) for length in (30, 120)}
    large = {"30 s": demo["30 s"], "30 s, picture copied": _clip(folder, 30, key_gap=30)}
    with starter(sys.executable, "-m", "workers", "relay", env=env):
        for model, sources in ((env["WHISPER_MODEL"], demo), (str(small), large)):
            size = "size small" if model == str(small) else "demo model"
            recogniser = speech.load(model)
            with contextlib.ExitStack() as stack:
                for kind in ("media", "speech"):
                    told = env | {"WHISPER_MODEL": model}
                    stack.enter_context(starter(sys.executable, "-m", "workers", kind, env=told))
                through_the_product(here, author, _clip(folder, 8, key_gap=900))
                for name, source in sources.items():
                    yield from _compare(f"{size}, {name}", source, recogniser, here, author)


def _clip(folder: Path, length: int, *, key_gap: int) -> Path:
    source = folder / f"{length}-{key_gap}.mp4"
    if not source.exists():
        # Key frames too far apart to copy the picture, or near enough.
        options = ("-g", str(key_gap))
        words = make_clip.sentences(max(length // 8, 1))
        make_clip.make(source, words, seconds=length, size=(1920, 1080), options=options)
    return source


def _compare(
    name: str, source: Path, recogniser: speech.Recognizer, here: Context, author: Actor
) -> Iterator[Figures]:
    facts = probe(source, max_seconds=300)
    rounds: list[tuple[Took, Took, float]] = []
    for _ in range(ROUNDS):
        rounds.append(
            (
                coded_by_hand(source, copied=can_copy_picture(facts, PUBLICATION)),
                heard_by_hand(source, recogniser),
                through_the_product(here, author, source),
            )
        )
    coded, heard = (statistics.median(one[side].wall for one in rounds) for side in (0, 1))
    spent = statistics.median(one[0].cpu + one[1].cpu for one in rounds)
    ready = statistics.median(one[2] for one in rounds)
    longer = max(coded, heard)
    least = max(longer, spent / (os.cpu_count() or 1))
    yield {
        f"{name}: ffmpeg by hand (s)": coded,
        f"{name}: whisper by hand, warm (s)": heard,
        f"{name}: upload to ready (s)": ready,
        f"{name}: ratio to the longer": ready / longer,
        f"{name}: the least possible here": least / longer,
    }


def coded_by_hand(source: Path, *, copied: bool) -> Took:
    """ffmpeg alone, measuring and encoding; of a conforming picture, copying it."""
    out = source.with_name("by-hand.mp4")
    reading = ("ffmpeg", "-nostdin", "-y", "-i", str(source))
    picture = ("-c:v", "copy") if copied else ()
    begun, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    for command in ((*reading, *MEASURING), (*reading, *CORRECTING, *BY_HAND, *picture, str(out))):
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return _since(begun, before, resource.RUSAGE_CHILDREN)


def heard_by_hand(source: Path, recogniser: speech.Recognizer) -> Took:
    """Whisper alone, with its model loaded."""
    facts = probe(source, max_seconds=300)
    begun, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF)
    recogniser.transcribe(source, language="vi", probe=facts)
    return _since(begun, before, resource.RUSAGE_SELF)


def _since(begun: float, before: resource.struct_rusage, who: int) -> Took:
    after = resource.getrusage(who)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Took(time.monotonic() - begun, cpu)


def through_the_product(here: Context, author: Actor, source: Path) -> float:
    """Seconds from the end of the upload to ready; returns once the machines rest again."""
    with source.open("rb") as stream:
        stored = here.storage.receive(stream, max_bytes=MAX_BYTES)
    draft = intake.ClipDraft(title="Đo tốc độ", category_code="xa_hoi", political=False)
    begun = time.monotonic()
    clip = intake.create_clip(here.database, author, draft, intake.Upload(stored, source.name))
    while not _is_ready(here, clip.id):
        if time.monotonic() - begun > DEADLINE_S:
            raise SystemExit("the clip was not ready in time")
        time.sleep(LOOK_S)
    took = time.monotonic() - begun
    while _at_work(here):
        time.sleep(LOOK_S)
    return took


def _is_ready(here: Context, clip_id: int) -> bool:
    with here.database.read() as session:
        revision = session.get_one(Revision, session.get_one(Clip, clip_id).revision_id)
        if revision.state in ("refused", "failed"):
            raise SystemExit(f"the clip was not made: {revision.reason_code}")
        return revision.state == "ready"


def _at_work(here: Context) -> bool:
    with here.database.read() as session:
        busy = select(func.count()).where(Work.state.in_((work.DUE, work.LEASED)))
        return bool(session.scalar(busy))
