"""The rows of due work: one lease at a time, and nothing lost."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from review.errors import LeaseLost
from review.operations import work
from review.operations.work import LEASE_S, Lease
from review.states import RevisionState
from tests.workers.conftest import Workshop

Later = Callable[[float], None]


def test_work_is_due_once_while_it_is_open(workshop: Workshop) -> None:
    """Asking twice for the same work leaves one row."""
    with workshop.db.transaction() as unit:
        work.enqueue(unit.session, "probe", workshop.revision_id)
        work.enqueue(unit.session, "probe", workshop.revision_id)
    with workshop.db.read() as session:
        assert [item.kind for item in work.due(session, "media", 10)] == ["probe"]


def test_urgent_work_comes_first(workshop: Workshop) -> None:
    """A smaller priority is served sooner, whatever was asked for first."""
    with workshop.db.transaction() as unit:
        work.enqueue(unit.session, "transcode", 1, priority=100)
        work.enqueue(unit.session, "transcode", 2, priority=10)
        work.enqueue(unit.session, "transcode", 3, priority=50)
    with workshop.db.read() as session:
        first = work.due(session, "media", 2)
        rows = [workshop.row(item.work_id).subject_id for item in first]
    assert rows == [2, 3]


def test_of_many_takers_at_once_one_gets_the_lease(workshop: Workshop) -> None:
    """The conditional UPDATE lets exactly one through."""
    row = workshop.open_work("probe")
    assert row is not None
    barrier, taken = threading.Barrier(6), []

    def take() -> None:
        barrier.wait()
        taken.append(work.take_lease(workshop.db, row.id))

    threads = [threading.Thread(target=take) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    leases = [lease for lease in taken if lease is not None]
    assert [(lease.fence, lease.attempts) for lease in leases] == [(1, 1)]


def test_a_renewed_lease_does_not_expire(workshop: Workshop, later: Later) -> None:
    """Renewal moves the end away from the moment of renewal."""
    lease = workshop.lease("probe")
    later(LEASE_S - 1)
    work.renew(workshop.db, lease)
    later(LEASE_S - 1)
    assert work.expire_leases(workshop.db) == 0


def test_an_expired_lease_is_an_attempt_and_the_work_is_due_at_once(
    workshop: Workshop, later: Later
) -> None:
    """Who was killed is followed without a back-off: a minute is all there is."""
    first = workshop.lease("probe")
    later(LEASE_S + 1)
    assert work.expire_leases(workshop.db) == 1
    second = workshop.lease("probe")
    assert (second.fence, second.attempts) == (2, 2)
    with pytest.raises(LeaseLost):
        work.renew(workshop.db, first)
    assert "clip:step:failed" in workshop.acts()


def test_a_lease_that_outlived_the_databases_absence_is_kept(
    workshop: Workshop, later: Later
) -> None:
    """Past its end, but taken by nobody: the worker goes on."""
    lease = workshop.lease("probe")
    later(LEASE_S * 3)
    work.renew(workshop.db, lease)
    assert work.expire_leases(workshop.db) == 0


@pytest.mark.parametrize(("kind", "limit"), sorted(work.HANG_LIMIT_S.items()))
def test_a_job_that_does_not_move_keeps_no_lease(kind: str, limit: int, workshop: Workshop) -> None:
    """Renewal needs progress."""
    hung = Lease(1, kind, 1, 1, 1, 3)
    with pytest.raises(LeaseLost) as lost:
        work.renew(workshop.db, hung, idle_s=limit + 1)
    assert lost.value.code == "job_hung"


def test_a_clock_set_back_does_not_keep_the_dead_alive(workshop: Workshop, later: Later) -> None:
    """A lease that ends further ahead than any lease can is over."""
    workshop.lease("probe")
    later(-3_600)
    assert work.expire_leases(workshop.db) == 1


def test_a_clock_set_back_does_not_hold_work_up(workshop: Workshop, later: Later) -> None:
    """Processing that seems to be due in an hour is due now."""
    later(-3_600)
    assert workshop.lease("probe").attempts == 1


def test_a_failure_waits_before_the_next_attempt(workshop: Workshop, later: Later) -> None:
    """Memory or disk need a moment to clear."""
    lease = workshop.lease("probe")
    work.fail(workshop.db, lease, "disk_full", retry=True, params={"free_bytes": 1})
    row = workshop.row(lease.work_id)
    assert (row.state, row.last_error) == (work.DUE, "disk_full")
    assert work.take_lease(workshop.db, row.id) is None
    later(work.BACKOFF_S[0] + 1)
    assert workshop.lease("probe").attempts == 2


def test_attempts_end_and_the_revision_says_which_step(workshop: Workshop, later: Later) -> None:
    """Three killed workers, and the person is told and may retry."""
    for _ in range(3):
        workshop.lease("probe")
        later(LEASE_S + 1)
        work.expire_leases(workshop.db)
    revision = workshop.revision()
    assert revision.state == RevisionState.FAILED
    assert revision.reason_code == "step_failed_too_often"
    assert revision.reason_params == {"step": "probe", "attempts": 3, "cause": "lease_expired"}
    assert workshop.open_work("probe") is None


def test_what_cannot_be_cured_is_not_tried_again(workshop: Workshop) -> None:
    """A permanent failure ends the step at the first attempt, with its cause."""
    workshop.probed()
    lease = workshop.lease("transcode")
    work.fail(workshop.db, lease, "tonemap_missing", retry=False, params={"step": "publication"})
    revision = workshop.revision()
    assert (revision.state, revision.reason_code) == (RevisionState.FAILED, "step_failed")
    assert revision.reason_params["cause"] == "tonemap_missing"


def test_speech_that_fails_too_often_does_not_hold_the_clip_up(
    workshop: Workshop, later: Later
) -> None:
    """The clip goes on without a machine transcript, and says why."""
    workshop.probed()
    workshop.rendered()
    for _ in range(3):
        workshop.lease("transcribe")
        later(LEASE_S + 1)
        work.expire_leases(workshop.db)
    revision = workshop.revision()
    assert revision.state == RevisionState.READY
    assert (revision.speech_state, revision.speech_reason) == (
        "unavailable",
        "step_failed_too_often",
    )


def test_who_lost_the_lease_can_neither_finish_nor_fail(workshop: Workshop, later: Later) -> None:
    """A worker that wakes late changes nothing."""
    lease = workshop.lease("probe")
    later(LEASE_S + 1)
    work.expire_leases(workshop.db)
    with pytest.raises(LeaseLost):
        work.fail(workshop.db, lease, "step_crashed", retry=True)
    with pytest.raises(LeaseLost), workshop.db.transaction() as unit:
        work.finish(unit.session, lease)
    assert workshop.row(lease.work_id).state == work.DUE
