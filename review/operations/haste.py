"""The machines' work follows the urgency of its clip; nothing else does."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from review.dossier import HASTE_STEP, haste
from review.models import Clip, Revision, Work

# Kinds of work whose subject is a revision (review/operations/work.py).
OF_A_REVISION = frozenset({"probe", "transcode", "extras", "transcribe"})


def priority_for(session: Session, kind: str, subject_id: int, priority: int) -> int:
    """`priority`, moved forward where the work belongs to an urgent clip."""
    if kind not in OF_A_REVISION:
        return priority
    found = select(Clip.urgency).join(Revision, Revision.clip_id == Clip.id)
    return priority - haste(session.scalar(found.where(Revision.id == subject_id)) or "")


def pass_on(session: Session, clip: Clip) -> None:
    """Moves what is due for the clip already to where its new urgency puts it.

    Every kind's own priority lies between nothing and one step, so the rest is its urgency.
    """
    revisions = select(Revision.id).where(Revision.clip_id == clip.id)
    due = select(Work).where(
        Work.kind.in_(OF_A_REVISION), Work.subject_id.in_(revisions), Work.state == "due"
    )
    for row in session.scalars(due):
        row.priority = row.priority % HASTE_STEP - haste(clip.urgency)
