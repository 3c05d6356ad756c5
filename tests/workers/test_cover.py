"""The chosen cover with real ffmpeg: cut from the file that is signed, once, and no litter."""

from __future__ import annotations

from pathlib import Path

import pytest

from media import pictures
from media.errors import ToolFailed
from media.results import Probe
from review.models import Work
from review.operations import covers, work
from review.queries.clip_page import clip_page
from review.queries.ordered import Making, Ordered
from tests.covers import lease
from tests.workers.test_jobs import Bench, here, spoken_clip
from workers import jobs
from workers.context import Context

__all__ = ["here", "spoken_clip"]


@pytest.fixture
def bench(here: Context, spoken_clip: Path) -> Bench:
    """A clip whose video is there."""
    bench = Bench(here, spoken_clip)
    assert [bench.do(kind) for kind in ("probe", "transcode")] == ["done"] * 2
    return bench


def choose(bench: Bench, at_ms: int) -> None:
    """The author chooses from a fresh page."""
    clip = bench.world.now(bench.clip)
    covers.choose_cover(bench.db, bench.world["phongvien"], clip.code, clip.version, at_ms)


def cover(bench: Bench) -> Ordered:
    """The cover as the page shows it."""
    with bench.db.read() as session:
        found = clip_page(session, bench.world["phongvien"], bench.clip.code).cover
    assert found is not None
    return found


def cut(bench: Bench) -> str:
    """Runs the oldest work that cuts a cover; says how it ended."""
    return jobs.attempt(bench.here, lease(bench.world, "cover"))


def test_a_frame_is_cut_from_the_published_file(bench: Bench) -> None:
    """Behind the gate, and nothing is left over."""
    choose(bench, 1_200)
    assert cut(bench) == "done"
    made = cover(bench)
    assert made.making is Making.MADE
    assert bench.all_files() == bench.known_files()
    assert list((bench.here.storage.root / "work").iterdir()) == []


def test_the_work_of_a_killed_worker_is_done_by_another(bench: Bench) -> None:
    """What the first left behind belongs to nobody; what the second makes is recorded."""
    choose(bench, 1_200)
    held = lease(bench.world, "cover")
    work.fail(bench.db, held, work.LEASE_EXPIRED, retry=True)
    assert jobs.attempt(bench.here, held) == "lease_lost"
    with bench.db.transaction() as unit:
        row = unit.session.get_one(Work, held.work_id)
        row.not_before = row.created_at
    assert cut(bench) == "done"
    assert cover(bench).making is Making.MADE
    assert bench.all_files() == bench.known_files()


def test_a_worker_that_wakes_late_leaves_no_file(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its lease ended while it was cutting."""
    choose(bench, 1_200)
    held = lease(bench.world, "cover")
    real = pictures.make_cover

    def slow(publication: Path, facts: Probe, out: Path, at_ms: int) -> None:
        real(publication, facts, out, at_ms)
        work.fail(bench.db, held, work.LEASE_EXPIRED, retry=False)

    monkeypatch.setattr(pictures, "make_cover", slow)
    assert jobs.attempt(bench.here, held) == "lease_lost"
    assert bench.all_files() == bench.known_files()
    assert cover(bench).making is Making.FAILED


def test_a_broken_tool_is_told_and_tried_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page says so, and the author asks once more."""

    def broken(*_: object) -> None:
        raise ToolFailed("damaged", step="poster")

    choose(bench, 1_200)
    with monkeypatch.context() as patch:
        patch.setattr("media.pictures.make_cover", broken)
        assert cut(bench) == "damaged"
    assert cover(bench).reason == "damaged"
    choose(bench, 1_200)
    assert cut(bench) == "done"
    assert cover(bench).making is Making.MADE
