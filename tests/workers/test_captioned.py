"""The copy with the captions in its picture, with real ffmpeg: made, told how far, sent."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from sqlalchemy import select

from media import burning
from media.results import Line
from review.models import Publication
from review.operations import captioned, covers, downloads, levels
from review.operations.clip_access import ClipRef
from review.queries.clip_page import clip_page
from review.queries.ordered import Making, Ordered
from review.queries.progress import progress_of_order
from tests.covers import lease
from tests.media.test_burning import rows_that_differ
from tests.words import heard
from tests.workers.test_jobs import Bench, here, spoken_clip
from workers import jobs
from workers.context import Context

__all__ = ["here", "spoken_clip"]

WORDS = (Line(500, 1_500, "Tin vui đến với bà con: ệ ữ ợ ẵ."),)


@pytest.fixture
def bench(here: Context, spoken_clip: Path) -> Bench:
    """A clip whose video is there and whose words are known."""
    bench = Bench(here, spoken_clip)
    assert [bench.do(kind) for kind in ("probe", "transcode", "transcribe")] == ["done"] * 3
    heard(bench.world, bench.clip, WORDS)
    return bench


def ask(bench: Bench) -> ClipRef:
    """The author asks from a fresh page."""
    clip = bench.world.now(bench.clip)
    return captioned.ask_captioned(bench.db, bench.world["phongvien"], clip.code, clip.version)


def copy_of(bench: Bench) -> Ordered:
    """The copy as the page shows it."""
    with bench.db.read() as session:
        found = clip_page(session, bench.world["phongvien"], bench.clip.code).captioned
    assert found is not None
    return found


def draw(bench: Bench) -> str:
    """Runs the work; says how it ended."""
    return jobs.attempt(bench.here, lease(bench.world, "captioned"))


def test_a_copy_is_made_signed_and_taken_by_the_channel_manager(bench: Bench) -> None:
    """With the chosen cover beside it; every file that leaves is the one that was signed."""
    ask(bench)
    assert draw(bench) == "done"
    clip = bench.world.now(bench.clip)
    author = bench.world["phongvien"]
    clip = covers.choose_cover(bench.db, author, clip.code, clip.version, 900)
    assert jobs.attempt(bench.here, lease(bench.world, "cover")) == "done"
    clip = levels.submit(bench.db, author, clip.code, clip.version)
    for name in ("bientap", "truongphong"):
        clip = levels.approve(bench.db, bench.world[name], clip.code, clip.version, False)
    bench.world.sign(clip)
    with bench.db.read() as session:
        (posted,) = session.scalars(select(Publication.id))
    paths = {}
    for name in ("publication.mp4", "captioned.mp4", "poster.jpg"):
        taken = downloads.record_download(bench.db, bench.world["kenh"], posted, name)
        bench.here.storage.verify(taken.key, taken.sha256)
        paths[name] = bench.here.storage.path(taken.key)
    assert copy_of(bench).sha256 == taken_hash(bench, posted, "captioned.mp4")
    rows = rows_that_differ(paths["publication.mp4"], paths["captioned.mp4"], 1.0)
    assert rows and min(rows) > 90
    assert rows_that_differ(paths["publication.mp4"], paths["captioned.mp4"], 0.2) == []
    assert bench.all_files() == bench.known_files()


def taken_hash(bench: Bench, publication: int, name: str) -> str:
    """The hash under which a file leaves."""
    return downloads.record_download(bench.db, bench.world["kenh"], publication, name).sha256


def test_it_says_how_far_it_is(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it is drawn, and no more afterwards."""
    ask(bench)
    order, seen = copy_of(bench).id, []
    real = burning.make_captioned

    def slow(publication, probe, lines, out, on_progress):  # type: ignore[no-untyped-def]
        real(publication, probe, lines, out, on_progress)
        on_progress(probe.duration_ms // 2)
        ends = time.monotonic() + 10
        while not seen and time.monotonic() < ends:
            step = progress_of_order(bench.here.redis, "captioned", order)
            seen.extend([step.percent] if step and step.percent else [])

    monkeypatch.setattr(burning, "make_captioned", slow)
    assert draw(bench) == "done"
    assert 0 < seen[0] < 100
    assert progress_of_order(bench.here.redis, "captioned", order) is None


def test_signs_that_cannot_be_drawn_are_told_at_once(bench: Bench) -> None:
    """Another attempt would fare no better; other words do."""
    heard(bench.world, bench.clip, (Line(0, 900, "Sabaidee ສະບາຍ"),))
    ask(bench)
    assert draw(bench) == "face_lacks"
    copy = copy_of(bench)
    assert (copy.making, copy.reason) == (Making.FAILED, "face_lacks")
    assert copy.params["signs"] == "ສ ະ ບ າ ຍ"
    assert bench.all_files() == bench.known_files()
    heard(bench.world, bench.clip, WORDS)
    ask(bench)
    assert draw(bench) == "done"
