"""Progress is told through Redis, and its absence is no error."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from review.db import Database
from review.errors import LeaseLost
from review.operations import work
from review.queries.progress import key_of, progress_of
from tests.services import RedisServer, wait_for
from tests.workers.benches import bench
from tests.workers.conftest import Workshop
from tests.world import World
from workers.pulse import Pulse


def test_a_running_step_is_shown_and_then_gone(
    database: Database, clean_redis: RedisServer, tmp_path: Path
) -> None:
    """Milliseconds give a per cent; nothing stays behind when the step ends."""
    here = bench(database, clean_redis, tmp_path)
    workshop = Workshop(World.first(database))
    revision_id = workshop.revision_id
    with Pulse(here, workshop.lease("probe")) as pulse:
        pulse.measure(4_000, "ms")
        pulse.done(1_000)
        wait_for(lambda: step_of(here, revision_id).done == 1_000, what="progress in Redis")
        step = step_of(here, revision_id)
        assert (step.percent, step.unit) == (25, "ms")
        assert step.beat_s <= 2
        assert here.redis.ttl(key_of(revision_id)) > 0
    assert progress_of(here.redis, [revision_id])[revision_id].steps == {}


def step_of(here, revision_id):  # type: ignore[no-untyped-def]
    """The probe's progress, waited for."""
    return wait_for(
        lambda: progress_of(here.redis, [revision_id])[revision_id].steps.get("probe"),
        what="the step in Redis",
    )


def test_windows_give_no_invented_per_cent(
    database: Database, clean_redis: RedisServer, tmp_path: Path
) -> None:
    """Speech says how many windows are done, no more."""
    here = bench(database, clean_redis, tmp_path)
    said = json.dumps({"done": 1, "total": 4, "unit": "windows", "at": int(time.time())})
    here.redis.hset(key_of(7), "transcribe", said)
    here.redis.hset(key_of(7), "transcode", "written by another version")
    steps = progress_of(here.redis, [7])[7].steps
    assert list(steps) == ["transcribe"]
    assert (steps["transcribe"].done, steps["transcribe"].percent) == (1, None)


def test_without_redis_progress_is_unknown_and_the_job_goes_on(
    database: Database, clean_redis: RedisServer, tmp_path: Path
) -> None:
    """Redis being away costs neither the page nor the work anything."""
    here = bench(database, clean_redis, tmp_path)
    lease = Workshop(World.first(database)).lease("probe")
    clean_redis.kill()
    with Pulse(here, lease) as pulse:
        pulse.done(1)
        assert not progress_of(here.redis, [1])[1].known


def test_a_job_whose_work_passed_on_is_told_at_its_next_move(
    database: Database, clean_redis: RedisServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The renewal notices; the next sign of progress ends the job."""
    monkeypatch.setattr("workers.pulse.RENEW_EVERY_S", 0.1)
    monkeypatch.setattr("workers.pulse.BEAT_S", 0.05)
    here = bench(database, clean_redis, tmp_path)
    workshop = Workshop(World.first(database))
    lease = workshop.lease("probe")
    with Pulse(here, lease) as pulse:
        work.fail(database, lease, "step_crashed", retry=True)
        with pytest.raises(LeaseLost):
            wait_for(pulse.moved, what="the pulse to notice")
