"""Words that save themselves while somebody types them into the fields of a clip.

What is kept is no act: one row for each person and clip, written over at every pause. It becomes
one act when the sitting is over, by leaving the form, by submitting or by uploading; saving by the
button is an act of its own and empties the row. See docs/adr/0011-drafts-save-themselves.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from review import clock
from review.db import Database
from review.errors import Conflict, Fault, Invalid, NotFound
from review.models import Clip, FieldDraft
from review.operations.clip_access import is_fresh, load_clip
from review.operations.dossier_fields import ClipDraft
from review.operations.intake import change_fields
from review.permissions import Action, Actor, require
from review.queries.facts import facts_of
from review.states import EDITABLE

Typed = dict[str, list[str]]
# All fields at their longest are some 120 kB of UTF-8; beyond that no form of ours has sent it.
MAX_KEPT = 200_000


@dataclass(frozen=True)
class Kept:
    """When the words were kept; `stale` says that somebody else has changed the clip meanwhile."""

    at: datetime
    stale: bool


def keep(db: Database, actor: Actor, code: str, version: int, fields: Typed) -> Kept:
    """Keeps what stands in the form that was opened at `version`. Nothing else changes.

    Also from a page that somebody has overtaken: the words are kept, and never written over theirs
    unasked. Raises NotFound, Forbidden, Conflict('autosave_closed') where the clip does not lie
    with its author, Invalid('form_unreadable').
    """
    if sum(len(value) for values in fields.values() for value in values) > MAX_KEPT:
        raise Invalid("form_unreadable")
    with db.transaction() as unit:
        session = unit.session
        clip = _editable(session, actor, code)
        row = _row(session, clip, actor)
        if not is_fresh(session, actor, clip, version):
            row.fields, row.kept_at = fields, clock.now()
            # What it builds on is gone: only its owner can say what becomes of it.
            row.opened = row.base = min(version, clip.version - 1)
            return Kept(row.kept_at, True)
        if row.base != clip.version:
            row.opened = row.base = clip.version
        row.fields, row.kept_at = fields, clock.now()
        return Kept(row.kept_at, False)


def settle(db: Database, actor: Actor, code: str, read: Callable[[Typed], ClipDraft]) -> bool:
    """Makes one act of what the actor typed, if nobody has changed the clip meanwhile and it can be
    read as a draft; else it stays where it is. Returns whether the fields changed."""
    with db.transaction() as unit:
        session = unit.session
        clip = load_clip(session, actor, code, lock=True)
        row = session.get(FieldDraft, (clip.id, actor.person_id or 0))
        if row is None or row.fields is None or row.base != clip.version:
            return False
        if clip.state not in EDITABLE:
            return False
        require(actor, Action.CLIP_EDIT, facts_of(session, clip))
        changed = change_fields(unit, actor, clip, read(row.fields))
        row.fields, row.base = None, clip.version
        return changed


def settle_quietly(
    db: Database, actor: Actor, code: str, read: Callable[[Typed], ClipDraft]
) -> None:
    """As `settle`, before another act of the same person: what cannot be settled stays kept, and
    is shown to its owner in the form. Raises NotFound."""
    try:
        settle(db, actor, code, read)
    except NotFound:
        raise
    except Fault:
        return


def saved(db: Database, actor: Actor, code: str, version: int) -> None:
    """The button was pressed: what was kept of this person's words is in the clip now."""
    with db.transaction() as unit:
        clip = load_clip(unit.session, actor, code, lock=True)
        row = unit.session.get(FieldDraft, (clip.id, actor.person_id or 0))
        if row is not None and clip.version == version:
            row.fields, row.opened, row.base = None, version, version


def drop(db: Database, actor: Actor, code: str) -> None:
    """Throws away what the actor typed and has not saved."""
    with db.transaction() as unit:
        clip = load_clip(unit.session, actor, code, lock=True)
        row = unit.session.get(FieldDraft, (clip.id, actor.person_id or 0))
        if row is not None:
            unit.session.delete(row)


def _editable(session: Session, actor: Actor, code: str) -> Clip:
    clip = load_clip(session, actor, code, lock=True)
    facts = facts_of(session, clip)
    require(actor, Action.CLIP_VIEW, facts)
    if clip.state not in EDITABLE:
        raise Conflict("autosave_closed")
    require(actor, Action.CLIP_EDIT, facts)
    return clip


def _row(session: Session, clip: Clip, actor: Actor) -> FieldDraft:
    assert actor.person_id is not None
    row = session.get(FieldDraft, (clip.id, actor.person_id))
    if row is None:
        row = FieldDraft(
            clip_id=clip.id,
            person_id=actor.person_id,
            opened=clip.version,
            base=clip.version,
            fields=None,
            kept_at=clock.now(),
        )
        session.add(row)
        session.flush()
    return row
