"""Due work: the rows from which everything is done, and from which everything recovers.

A row goes `due → leased → done | failed`. A lease is taken by one conditional UPDATE that raises
the fence; whoever comes back with an older fence is refused. Nothing here knows of a queue: what
Redis holds is a copy that may vanish at any moment.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from review import clock
from review.db import Database, Transaction
from review.errors import LeaseLost
from review.models import Work
from review.operations import settling
from review.operations.haste import priority_for

DUE, LEASED, DONE, FAILED = "due", "leased", "done", "failed"

QUEUE_OF = {
    "probe": "media",
    "transcode": "media",
    "extras": "media",
    "cover": "media",
    "captioned": "media",
    "transcribe": "speech",
    "deliver": "deliver",
}

# How long a lease lasts, in seconds. A worker that is killed is noticed when its lease ends: twenty
# seconds leave forty of the minute in which lost work must be taken up again, and four renewals fit
# in, so that one which waits for the database's lock costs nothing.
LEASE_S = 20
RENEW_EVERY_S = 5

# How long a job may show no progress and still keep its lease, in seconds. ffmpeg is silent for two
# minutes at most before its own leash ends it (media.limits.NO_PROGRESS_S); hashing and storing
# two gigabytes on a slow disk takes another two. Speech reports once a window of thirty seconds:
# the largest model needs some five minutes for one on two cores, and as long to be read from disk.
HANG_LIMIT_S = {
    "probe": 300,
    "transcode": 300,
    "extras": 300,
    "cover": 120,
    "captioned": 300,
    "transcribe": 900,
    "deliver": 120,
}

# Waiting times before the second and the third attempt, in seconds: a full disk or memory needs a
# moment to clear, a person who waits for a clip should not need to.
BACKOFF_S = (5, 30)

# What stands so far ahead that only a clock set back explains it counts as ended, in seconds.
CLOCK_SLACK_S = 60

# Processing waits only for its back-off; a delivery may really be meant for tomorrow.
_PATIENT_QUEUES = ("deliver",)

LEASE_EXPIRED = "lease_expired"


@dataclass(frozen=True)
class Lease:
    """The right to do one piece of work, for as long as the fence stands."""

    work_id: int
    kind: str
    subject_id: int
    fence: int
    attempts: int
    max_attempts: int
    options: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class DueWork:
    """A row that a worker could take now. `attempts` is how often it has been tried."""

    work_id: int
    kind: str
    attempts: int


_LEASE_COLUMNS = (
    Work.id,
    Work.kind,
    Work.subject_id,
    Work.fence,
    Work.attempts,
    Work.max_attempts,
    Work.options,
)


def enqueue(
    session: Session,
    kind: str,
    subject_id: int,
    *,
    priority: int = 100,
    not_before: datetime | None = None,
    max_attempts: int = 3,
    options: dict[str, str] | None = None,
) -> None:
    """Makes work due in the caller's own transaction; does nothing where it is open already.

    The lowest `priority` goes first; an urgent clip's is lowered (`haste`).
    """
    of_subject = and_(Work.kind == kind, Work.subject_id == subject_id)
    if session.scalar(select(Work.id).where(of_subject, Work.state.in_((DUE, LEASED)))):
        return
    moment = clock.now()
    session.add(
        Work(
            kind=kind,
            queue=QUEUE_OF[kind],
            subject_id=subject_id,
            priority=priority_for(session, kind, subject_id, priority),
            not_before=not_before or moment,
            state=DUE,
            attempts=0,
            max_attempts=max_attempts,
            fence=0,
            last_error="",
            options=options or {},
            created_at=moment,
        )
    )
    session.flush()


def due(session: Session, queue: str, limit: int) -> list[DueWork]:
    """What `queue` should do next, the most urgent first."""
    found = (
        select(Work.id, Work.kind, Work.attempts)
        .where(Work.queue == queue, Work.state == DUE, _waited_enough(clock.now()))
        .order_by(Work.priority, Work.not_before, Work.id)
        .limit(limit)
    )
    return [DueWork(row.id, row.kind, row.attempts) for row in session.execute(found)]


def take_lease(db: Database, work_id: int) -> Lease | None:
    """The lease, if the work is due and nobody else was quicker; else None."""
    moment = clock.now()
    taken = (
        update(Work)
        .where(Work.id == work_id, Work.state == DUE, _waited_enough(moment))
        .values(
            state=LEASED,
            fence=Work.fence + 1,
            attempts=Work.attempts + 1,
            lease_until=moment + timedelta(seconds=LEASE_S),
        )
        .returning(*_LEASE_COLUMNS)
    )
    with db.transaction() as unit:
        row = unit.session.execute(taken).one_or_none()
    return Lease(*row) if row is not None else None


def renew(db: Database, lease: Lease, *, idle_s: float = 0.0) -> None:
    """Keeps the lease for another `LEASE_S`; `idle_s` is how long the job has shown no progress.

    A lease that ended unnoticed, because the database was away, is renewed as long as nobody took
    the work. Raises LeaseLost('lease_lost'); LeaseLost('job_hung') beyond the hang limit.
    """
    if idle_s > HANG_LIMIT_S[lease.kind]:
        raise LeaseLost("job_hung", kind=lease.kind, seconds=int(idle_s))
    until = clock.now() + timedelta(seconds=LEASE_S)
    with db.transaction() as unit:
        renewed = update(Work).where(_mine(lease)).values(lease_until=until).returning(Work.id)
        if unit.session.scalar(renewed) is None:
            raise LeaseLost("lease_lost")


def still_held(session: Session, lease: Lease) -> None:
    """Locks the row and returns if the lease stands. Raises LeaseLost('lease_lost')."""
    if session.scalar(select(Work.id).where(_mine(lease)).with_for_update()) is None:
        raise LeaseLost("lease_lost")


def is_finished(session: Session, lease: Lease) -> bool:
    """Whether this very lease has ended its work: an answer to the worker may have been lost."""
    ended = and_(Work.id == lease.work_id, Work.fence == lease.fence, Work.state == DONE)
    return session.scalar(select(Work.id).where(ended)) is not None


def finish(session: Session, lease: Lease) -> None:
    """Marks the work done, in the transaction that records its result. Raises LeaseLost."""
    done = update(Work).where(_mine(lease)).values(state=DONE, finished_at=clock.now())
    if session.scalar(done.returning(Work.id)) is None:
        raise LeaseLost("lease_lost")


def finish_in_vain(session: Session, lease: Lease, code: str) -> None:
    """Marks work done that found out that it cannot be: `code` says why. Raises LeaseLost."""
    ended = {"state": FAILED, "finished_at": clock.now(), "last_error": code}
    if session.scalar(update(Work).where(_mine(lease)).values(**ended).returning(Work.id)) is None:
        raise LeaseLost("lease_lost")


def fail(
    db: Database,
    lease: Lease,
    code: str,
    *,
    retry: bool,
    params: dict[str, Any] | None = None,
) -> None:
    """Ends an attempt that failed with `code`; the work is due again if `retry` and any are left.

    Otherwise the subject is settled with what cannot be had. Raises LeaseLost.
    """
    with db.transaction() as unit:
        settling.lock_clip(unit.session, lease.kind, lease.subject_id)
        still_held(unit.session, lease)
        wait = BACKOFF_S[min(lease.attempts, len(BACKOFF_S)) - 1]
        _end_attempt(unit, lease, code, params or {}, wait_s=wait if retry else None)


def expire_leases(db: Database) -> int:
    """Takes back every lease that has ended and returns their number; each was an attempt."""
    ended = or_(
        Work.lease_until < clock.now(),
        Work.lease_until > clock.now() + timedelta(seconds=LEASE_S + CLOCK_SLACK_S),
    )
    with db.read() as session:
        rows = session.execute(select(*_LEASE_COLUMNS).where(Work.state == LEASED, ended)).all()
    return sum(_expire(db, Lease(*row), ended) for row in rows)


def _expire(db: Database, lease: Lease, ended: ColumnElement[bool]) -> bool:
    with db.transaction() as unit:
        settling.lock_clip(unit.session, lease.kind, lease.subject_id)
        here = select(Work.id).where(_mine(lease), ended).with_for_update()
        if unit.session.scalar(here) is None:
            return False  # renewed or ended since it was looked up
        _end_attempt(unit, lease, LEASE_EXPIRED, {}, wait_s=0)
    return True


def _end_attempt(
    unit: Transaction, lease: Lease, code: str, params: dict[str, Any], *, wait_s: int | None
) -> None:
    """`wait_s` is None where another attempt makes no sense."""
    again = wait_s is not None and lease.attempts < lease.max_attempts
    settling.note_failure(unit, lease.kind, lease.subject_id, lease.attempts, code, params)
    if again:
        next_at = clock.now() + timedelta(seconds=wait_s or 0)
        changes: dict[str, Any] = {"state": DUE, "not_before": next_at, "lease_until": None}
    else:
        changes = {"state": FAILED, "finished_at": clock.now(), "lease_until": None}
        tried = lease.attempts if wait_s is not None else 0
        if not lease.options:  # a wish leaves everything as it was
            settling.give_up(unit, lease.kind, lease.subject_id, code, params, tried=tried)
    unit.session.execute(update(Work).where(_mine(lease)).values(last_error=code, **changes))


def _mine(lease: Lease) -> ColumnElement[bool]:
    return and_(Work.id == lease.work_id, Work.fence == lease.fence, Work.state == LEASED)


def _waited_enough(moment: datetime) -> ColumnElement[bool]:
    beyond = moment + timedelta(seconds=max(BACKOFF_S) + CLOCK_SLACK_S)
    clock_was_set_back = and_(Work.queue.not_in(_PATIENT_QUEUES), Work.not_before > beyond)
    return or_(Work.not_before <= moment, clock_was_set_back)
