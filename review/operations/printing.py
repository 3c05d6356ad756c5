"""Who printed the sheet of a clip: one entry per person, state of the clip and hour."""

from __future__ import annotations

import json
from datetime import timedelta

from sqlalchemy import select

from review import clock
from review.audit import Act
from review.db import Database
from review.models import LedgerEntry
from review.operations.clip_access import clip_entry, load_clip
from review.permissions import Action, Actor, require
from review.queries.facts import facts_of

# Looking at the preview twice before printing is one print.
PRINT_SPACING = timedelta(hours=1)


def record_print(db: Database, actor: Actor, code: str) -> bool:
    """Remembers that the actor took the sheet; False when it was remembered already.

    Raises NotFound or Forbidden when the actor may not have it.
    """
    with db.read() as session:
        clip = load_clip(session, actor, code)
        require(actor, Action.SHEET_PRINT, facts_of(session, clip))
        recent = session.scalars(
            select(LedgerEntry.body).where(
                LedgerEntry.clip_id == clip.id,
                LedgerEntry.actor_id == actor.person_id,
                LedgerEntry.action == Act.SHEET_PRINTED,
                LedgerEntry.at > clock.now() - PRINT_SPACING,
            )
        )
        if any(json.loads(body)["after"].get("version") == clip.version for body in recent):
            return False
    with db.transaction() as unit:
        clip = load_clip(unit.session, actor, code)
        require(actor, Action.SHEET_PRINT, facts_of(unit.session, clip))
        unit.record(clip_entry(Act.SHEET_PRINTED, actor, clip, after={"version": clip.version}))
    return True
