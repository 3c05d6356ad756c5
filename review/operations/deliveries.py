"""Sending a message to a hook: what to send, what came of it, and sending it once more.

The outbox is the table of work: one row is one try. A worker that dies between its POST and the
record leaves its row leased; when the lease runs out the same message goes out again under the
same identifier, by which the receiver knows it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from review import clock, retry
from review.audit import Act, Entry
from review.db import Database, Transaction
from review.errors import Conflict
from review.models import Delivery, DeliveryAttempt, HookEndpoint, Work
from review.operations import work
from review.operations.publication_access import (
    CANCELLED,
    DELIVERED,
    FAILED,
    HOOK,
    POSTED,
    WAITING,
    Target,
    entry,
    locked,
    require_standing,
    take,
)
from review.operations.publishing import WORK_ATTEMPTS
from review.permissions import SYSTEM, Action, Actor
from review.queries.signed_files import SignedFile, signed_files, stands

KIND = "deliver"
DETAIL_LIMIT = 500


@dataclass(frozen=True)
class Outgoing:
    """A message ready to be signed and sent, and the files it speaks of."""

    message_id: str
    url: str
    secret_box: bytes
    body: dict[str, Any]
    files: tuple[SignedFile, ...]


@dataclass(frozen=True)
class AttemptResult:
    """What came of one try. `outcome` is delivered, refused, unreachable, timeout, gone or blocked.

    `final` says that trying again cannot help.
    """

    outcome: str
    took_ms: int
    status: int | None = None
    detail: str = ""
    retry_after: timedelta | None = None
    final: bool = False


def load_delivery(db: Database, lease: work.Lease) -> Outgoing | None:
    """The message of a lease; None, the work ended, when it must not go out any more.

    That is so when the sign-off fell, the publication was cancelled or posted by hand, or the
    hook was taken away. Raises LeaseLost; Conflict('signed_file_wrong').
    """
    with db.transaction() as unit:
        session = unit.session
        # The clip first, the work second, as every operation on work does: never a deadlock.
        delivery = session.get_one(Delivery, lease.subject_id)
        target = locked(session, delivery.publication_id)
        work.still_held(session, lease)
        endpoint = session.get_one(HookEndpoint, delivery.endpoint_id)
        publication = target.publication
        sendable = publication.state not in (CANCELLED, POSTED)
        if sendable and stands(session, publication.sign_off_id) and endpoint.active:
            files = signed_files(session, publication.sign_off_id)
            body = json.loads(delivery.body)
            return Outgoing(delivery.message_id, endpoint.url, endpoint.secret_box, body, files)
        if sendable and not endpoint.active:
            publication.state = FAILED
            unit.record(entry(Act.DELIVERY_GIVEN_UP, SYSTEM, target, outcome="hook_disabled"))
        delivery.state = FAILED
        work.finish(session, lease)
    return None


def record_attempt(db: Database, lease: work.Lease, result: AttemptResult) -> None:
    """Writes down one try and plans the next, if there is to be one. Raises LeaseLost."""
    with db.transaction() as unit:
        session = unit.session
        # The clip first, the work second, as every operation on work does: never a deadlock.
        delivery = session.get_one(Delivery, lease.subject_id)
        target = locked(session, delivery.publication_id)
        work.still_held(session, lease)
        next_at = _next_try(session, delivery, target, result)
        number = _add_attempt(session, delivery.id, result, next_at)
        work.finish(session, lease)
        facts: dict[str, Any] = {
            "attempt": number,
            "outcome": result.outcome,
            "status": result.status,
        }
        if result.outcome == DELIVERED:
            _move(delivery, target, DELIVERED)
            unit.record(entry(Act.DELIVERY_SUCCEEDED, SYSTEM, target, **facts))
        elif next_at is not None:
            session.flush()
            work.enqueue(session, KIND, delivery.id, not_before=next_at, max_attempts=WORK_ATTEMPTS)
            unit.record(entry(Act.DELIVERY_FAILED, SYSTEM, target, **facts))
        else:
            _move(delivery, target, FAILED)
            unit.record(entry(Act.DELIVERY_GIVEN_UP, SYSTEM, target, **facts))
        if result.outcome == "gone":
            _disable(unit, delivery.endpoint_id, target)


def resend(db: Database, actor: Actor, publication_id: int) -> None:
    """Sends the same message again now, with a schedule of retries of its own.

    Raises NotFound, Forbidden; Conflict: 'not_a_hook', 'already_posted', 'hook_disabled',
    'publication_cancelled', 'sign_off_void'.
    """
    with db.transaction() as unit:
        session = unit.session
        target = take(session, actor, publication_id, Action.DELIVERY_RESEND)
        publication = target.publication
        if publication.mode != HOOK:
            raise Conflict("not_a_hook")
        if publication.state == POSTED:
            raise Conflict("already_posted")
        require_standing(session, publication)
        found = select(Delivery).where(Delivery.publication_id == publication.id)
        delivery = session.scalars(found).one()
        if not session.get_one(HookEndpoint, delivery.endpoint_id).active:
            raise Conflict("hook_disabled")
        delivery.state = publication.state = WAITING
        _due_now(session, delivery.id)
        unit.record(entry(Act.DELIVERY_RESENT, actor, target))


def _due_now(session: Session, delivery_id: int) -> None:
    # A retry that waits for its hour is brought forward; else there is nothing open, and a fresh
    # row begins.
    session.execute(
        update(Work)
        .where(Work.kind == KIND, Work.subject_id == delivery_id, Work.state == "due")
        .values(not_before=clock.now())
    )
    work.enqueue(session, KIND, delivery_id, max_attempts=WORK_ATTEMPTS)


def _next_try(
    session: Session, delivery: Delivery, target: Target, result: AttemptResult
) -> datetime | None:
    over = target.publication.state in (CANCELLED, POSTED)
    if over or result.final or result.outcome in (DELIVERED, "gone"):
        return None
    wait = retry.delay_after(_failures_in_a_row(session, delivery.id) + 1, result.retry_after)
    return None if wait is None else clock.now() + wait


def _failures_in_a_row(session: Session, delivery_id: int) -> int:
    """Tries since the last one after which no other was planned: a success, or giving up."""
    ended = select(func.max(DeliveryAttempt.number)).where(
        DeliveryAttempt.delivery_id == delivery_id, DeliveryAttempt.next_at.is_(None)
    )
    since = session.scalar(ended) or 0
    found = select(func.count()).where(
        DeliveryAttempt.delivery_id == delivery_id, DeliveryAttempt.number > since
    )
    return session.scalars(found).one()


def _add_attempt(
    session: Session, delivery_id: int, result: AttemptResult, next_at: datetime | None
) -> int:
    last = select(func.max(DeliveryAttempt.number)).where(
        DeliveryAttempt.delivery_id == delivery_id
    )
    number = (session.scalar(last) or 0) + 1
    session.add(
        DeliveryAttempt(
            delivery_id=delivery_id,
            number=number,
            outcome=result.outcome,
            status=result.status,
            detail=result.detail[:DETAIL_LIMIT],
            took_ms=result.took_ms,
            next_at=next_at,
            created_at=clock.now(),
        )
    )
    return number


def _move(delivery: Delivery, target: Target, state: str) -> None:
    delivery.state = state
    # What a person did meanwhile stands: posted by hand, or cancelled with the sign-off.
    if target.publication.state not in (CANCELLED, POSTED):
        target.publication.state = state


def _disable(unit: Transaction, endpoint_id: int, target: Target) -> None:
    unit.session.get_one(HookEndpoint, endpoint_id).active = False
    channel = target.channel
    after = {"channel": channel.id, "host": "", "reason": "gone"}
    unit.record(
        Entry(
            Act.HOOK_SET,
            SYSTEM,
            channel.agency_id,
            "channel",
            channel.id,
            channel.name,
            after=after,
        )
    )
