"""What the end of a piece of work means for the thing it was done for.

One rule joins the two siblings: a revision is ready once its renditions are there and its speech
is settled, as done or as unavailable, whichever comes last.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from review.audit import Act
from review.db import Transaction
from review.errors import NotFound
from review.models import Clip, Delivery, OrderedFile, Publication, Rendition, Revision
from review.operations.clip_access import clip_entry
from review.permissions import SYSTEM
from review.renditions import ORDERED
from review.states import RevisionState, next_revision_state

# Without these a revision cannot be reviewed.
NEEDED_RENDITIONS = frozenset({"publication", "poster"})

PENDING, SPEECH_DONE, UNAVAILABLE = "pending", "done", "unavailable"

DELIVER = "deliver"
TRANSCRIBE = "transcribe"
EXTRAS = "extras"


def lock_clip(session: Session, kind: str, subject_id: int) -> Clip:
    """The clip behind a piece of work, locked. Raises NotFound.

    Every operation on work locks the clip first and the work row second: two orders would be a
    deadlock between an editor and a worker.
    """
    found = select(Clip)
    if kind == DELIVER:
        found = (
            found.join(Publication, Publication.clip_id == Clip.id)
            .join(Delivery, Delivery.publication_id == Publication.id)
            .where(Delivery.id == subject_id)
        )
    elif kind in ORDERED:
        found = (
            found.join(Revision, Revision.clip_id == Clip.id)
            .join(OrderedFile, OrderedFile.revision_id == Revision.id)
            .where(OrderedFile.id == subject_id)
        )
    else:
        found = found.join(Revision, Revision.clip_id == Clip.id).where(Revision.id == subject_id)
    clip = session.scalar(found.with_for_update(of=Clip))
    if clip is None:
        raise NotFound("not_found")
    return clip


def settle(unit: Transaction, clip: Clip, revision: Revision) -> None:
    """Makes the revision ready, if nothing that it needs is missing any more."""
    if revision.state != RevisionState.PROCESSING or revision.speech_state == PENDING:
        return
    unit.session.flush()
    made = select(Rendition.kind).where(Rendition.revision_id == revision.id)
    if not set(unit.session.scalars(made)) >= NEEDED_RENDITIONS:
        return
    move(revision, RevisionState.READY)
    after = {"revision": revision.id, "number": revision.number, "speech": revision.speech_state}
    unit.record(clip_entry(Act.REVISION_READY, SYSTEM, clip, after=after))


def move(
    revision: Revision,
    target: RevisionState,
    reason: str = "",
    params: dict[str, Any] | None = None,
) -> None:
    """Takes a revision to `target`, with the reason if it is a bad end. Raises Conflict."""
    revision.state = next_revision_state(RevisionState(revision.state), target).value
    revision.reason_code = reason
    revision.reason_params = plain(params or {})


def speech_unavailable(
    unit: Transaction, clip: Clip, revision: Revision, code: str, params: dict[str, Any]
) -> None:
    """Settles the speech of a revision as not to be had from a machine, and why."""
    revision.speech_state, revision.speech_reason = UNAVAILABLE, code
    revision.speech_params = plain(params)
    after = {"revision": revision.id, "reason": code}
    unit.record(clip_entry(Act.TRANSCRIPT_UNAVAILABLE, SYSTEM, clip, after=after))
    settle(unit, clip, revision)


def note_failure(
    unit: Transaction,
    kind: str,
    subject_id: int,
    attempt: int,
    code: str,
    params: dict[str, Any],
) -> None:
    """Writes a failed attempt into the ledger; what a tool complained of goes in as a text."""
    clip = lock_clip(unit.session, kind, subject_id)
    after = {"step": kind, "subject": subject_id, "attempt": attempt, "reason": code}
    texts = {"detail": str(params["detail"])} if params.get("detail") else {}
    unit.record(clip_entry(Act.STEP_FAILED, SYSTEM, clip, after=after, texts=texts))


def give_up(
    unit: Transaction,
    kind: str,
    subject_id: int,
    code: str,
    params: dict[str, Any],
    *,
    tried: int,
) -> None:
    """Settles what waits for work that will not be done. `tried` of 0: once was enough to know."""
    clip = lock_clip(unit.session, kind, subject_id)
    if kind == DELIVER:
        _give_up_delivery(unit, clip, subject_id, code)
        return
    if kind in ORDERED:
        order = unit.session.get_one(OrderedFile, subject_id)
        order.reason_code, order.reason_params = code, plain(params)
        return
    if kind == EXTRAS:
        return  # the clip can be read without them; a channel that demands one waits for a retry
    reason = "step_failed_too_often" if tried else "step_failed"
    facts = {**params, "step": kind, "attempts": tried or 1, "cause": code}
    revision = unit.session.get_one(Revision, subject_id)
    if kind == TRANSCRIBE:
        speech_unavailable(unit, clip, revision, reason, facts)
        return
    if revision.state == RevisionState.RECEIVED:  # killed before it could say that it began
        move(revision, RevisionState.PROBING)
    if revision.state in (RevisionState.PROBING, RevisionState.PROCESSING):
        move(revision, RevisionState.FAILED, reason, facts)


def _give_up_delivery(unit: Transaction, clip: Clip, delivery_id: int, code: str) -> None:
    """The sign-off stands; the delivery waits for a person to send it again."""
    delivery = unit.session.get_one(Delivery, delivery_id)
    publication = unit.session.get_one(Publication, delivery.publication_id)
    delivery.state = "failed"
    if publication.state in ("waiting", "sending"):
        publication.state = "failed"
    after = {"delivery": delivery.id, "publication": publication.id, "reason": code}
    unit.record(clip_entry(Act.DELIVERY_GIVEN_UP, SYSTEM, clip, after=after))


def plain(params: dict[str, Any]) -> dict[str, Any]:
    """Parameters as JSON keeps them: text, whole numbers, yes and no, nothing; others as text."""
    return {
        name: value if isinstance(value, str | int | None) else str(value)
        for name, value in params.items()
    }
