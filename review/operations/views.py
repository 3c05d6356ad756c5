"""Who looked at an unpublished clip: one entry per person, revision and hour."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from review import clock
from review.audit import Act
from review.db import Database
from review.models import LedgerEntry, Revision
from review.operations.clip_access import clip_entry, load_clip
from review.permissions import Action, Actor, require
from review.queries.facts import facts_of

VIEW_SPACING = timedelta(hours=1)


def record_view(db: Database, actor: Actor, code: str) -> bool:
    """Remembers that the actor looked at the clip; False when it was remembered already.

    Raises NotFound or Forbidden when the actor may not look at all.
    """
    with db.read() as session:
        clip = load_clip(session, actor, code)
        require(actor, Action.CLIP_VIEW, facts_of(session, clip))
        recent = session.scalars(
            select(LedgerEntry.body).where(
                LedgerEntry.clip_id == clip.id,
                LedgerEntry.actor_id == actor.person_id,
                LedgerEntry.action == Act.CLIP_VIEWED,
                LedgerEntry.at > clock.now() - VIEW_SPACING,
            )
        )
        revision = session.get(Revision, clip.revision_id) if clip.revision_id else None
        number = revision.number if revision else 0
        if any(f'"revision":{number}}}'.encode() in body for body in recent):
            return False
    with db.transaction() as unit:
        clip = load_clip(unit.session, actor, code)
        unit.record(clip_entry(Act.CLIP_VIEWED, actor, clip, after={"revision": number}))
    return True
