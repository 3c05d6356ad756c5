"""Damaged clips through real workers: each ends with a code, and no worker ends at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from media.results import StoredFile
from media.storage import Storage
from review.db import Database
from review.models import Revision, Work
from review.operations import intake, work
from review.words import knows
from tests.faults.crew import Crew, tools_at_work
from tests.faults.test_kill_nine import url_of
from tests.media import mutants
from tests.media.clips import Shelf
from tests.services import RedisServer, wait_for
from tests.world import World

# One in ten of the damaged clips goes through workers; the first ones are enough for every day.
COUNT = max(mutants.COUNT // 10, 6)
PATIENCE_S = 15.0 * COUNT + 60.0

pytestmark = pytest.mark.slow


def send(database: Database, storage: Storage, shelf: Shelf) -> None:
    """Uploads the damaged clips, one after the other, as they are."""
    numbers = iter(range(COUNT))
    world = World.first(database)

    def upload(text: str = "") -> intake.Upload:
        source = storage.root.parent / "mutant"
        source.write_bytes(mutants.mutant(next(numbers), shelf)[1])
        with source.open("rb") as stream:
            stored: StoredFile = storage.receive(stream, max_bytes=1 << 30)
        return intake.Upload(stored, "clip.mp4")

    world.upload = upload  # type: ignore[method-assign]
    for _ in range(COUNT):
        world.draft_clip()


def media_work(database: Database) -> list[Work]:
    """The rows of what the media worker has to do."""
    with database.read() as session:
        return list(session.scalars(select(Work).where(Work.queue == "media")))


def tried(row: Work) -> bool:
    """Whether the row has an end, or a recorded cause for which it is tried again."""
    return row.state in ("done", "failed") or (row.state == work.DUE and bool(row.last_error))


def test_no_damaged_clip_ends_a_worker(
    database: Database,
    clean_redis: RedisServer,
    tmp_path: Path,
    crews: Callable[[str, str], Crew],
) -> None:
    """Every clip is probed and, if accepted, encoded; what fails says why; nothing stays behind."""
    storage = Storage(tmp_path / "uploads", min_free_bytes=0)
    send(database, storage, Shelf(tmp_path, mutants.MAKERS))
    crew = crews(url_of(database), clean_redis.url)
    crew.start("relay", "media")
    wait_for(lambda: crew.pid(1), 20, what="the media worker")
    before = crew.pid(1)
    wait_for(lambda: all(map(tried, media_work(database))), PATIENCE_S, what="every clip tried")
    assert crew.pid(1) == before
    with database.read() as session:
        revisions = list(session.scalars(select(Revision)))
    codes = {row.last_error for row in media_work(database)} | {r.reason_code for r in revisions}
    assert {code for code in codes if code and not knows(code)} == set()
    assert not codes & {"step_crashed", "job_hung", "lease_expired"}
    assert {r.state for r in revisions} <= {"processing", "ready", "refused", "failed"}
    wait_for(lambda: not tools_at_work(storage.root), 5, what="no orphan ffmpeg")
    assert list((storage.root / "work").iterdir()) == []
