"""A script is sent and answered before filming; each act names the exact words by their hash."""

from __future__ import annotations

from sqlalchemy import select, update

from review import clock
from review.audit import Act
from review.db import Database, Transaction
from review.errors import Conflict, Invalid
from review.models import Assignment, Clip, Script
from review.operations import dossier_fields
from review.operations.clip_access import ClipRef, bump, clip_entry, ref, take_clip
from review.permissions import Action, Actor
from review.queries.scripts import APPROVED, OVERTAKEN, RETURNED, SENT, script_hash

NOTE_LIMIT = 4_000


def send_script(
    db: Database, actor: Actor, code: str, version: int, text: str | None = None
) -> ClipRef:
    """Keeps `text`, or what the dossier holds, as the clip's script and asks whoever gave the clip
    out to approve it.

    Without an assigner it is asked of the heads of sections and the head. A script that was sent
    before and not answered is overtaken. Raises Invalid('script_missing'),
    Conflict('script_sent_already').
    """
    with db.transaction() as unit:
        session = unit.session
        clip = take_clip(session, actor, code, version, Action.SCRIPT_SEND)
        text = dossier_fields.text(
            clip.script if text is None else text, "script", dossier_fields.LIMITS["script"]
        )
        if not text:
            raise Invalid("script_missing", field="script")
        last = session.scalar(
            select(Script).where(Script.clip_id == clip.id).order_by(Script.number.desc()).limit(1)
        )
        if last is not None and last.state in (SENT, APPROVED) and last.text == text:
            raise Conflict("script_sent_already")
        session.execute(
            update(Script)
            .where(Script.clip_id == clip.id, Script.state == SENT)
            .values(state=OVERTAKEN)
        )
        clip.script = text
        row = _write(unit, actor, clip, text, last.number + 1 if last else 1)
        after = {"script": row.number, "sha256": row.sha256}
        unit.record(clip_entry(Act.SCRIPT_SENT, actor, clip, after=after, texts={"words": text}))
        bump(clip)
        return ref(clip)


def approve_script(
    db: Database, actor: Actor, code: str, version: int, number: int, note: str = ""
) -> ClipRef:
    """Agrees to script `number`, so that the clip may be filmed by it."""
    return _decide(db, actor, code, version, number, note, APPROVED)


def return_script(
    db: Database, actor: Actor, code: str, version: int, number: int, note: str
) -> ClipRef:
    """Asks for another script. Raises Invalid('script_note_missing') without a note."""
    if not note.strip():
        raise Invalid("script_note_missing", field="note")
    return _decide(db, actor, code, version, number, note, RETURNED)


def _decide(
    db: Database, actor: Actor, code: str, version: int, number: int, note: str, state: str
) -> ClipRef:
    with db.transaction() as unit:
        clip = take_clip(unit.session, actor, code, version, Action.SCRIPT_DECIDE)
        row = unit.session.scalar(
            select(Script).where(
                Script.clip_id == clip.id, Script.number == number, Script.state == SENT
            )
        )
        if row is None:
            raise Conflict("script_overtaken")
        row.state, row.note = state, dossier_fields.text(note, "note", NOTE_LIMIT)
        row.decided_by, row.decided_name, row.decided_post = (
            actor.person_id,
            actor.name,
            actor.post,
        )
        row.decided_at = clock.now()
        act = Act.SCRIPT_APPROVED if state == APPROVED else Act.SCRIPT_RETURNED
        after = {"script": row.number, "sha256": row.sha256}
        unit.record(clip_entry(act, actor, clip, after=after, texts={"note": row.note}))
        bump(clip)
        return ref(clip)


def _write(unit: Transaction, actor: Actor, clip: Clip, text: str, number: int) -> Script:
    asked_of = unit.session.scalar(
        select(Assignment.assigner_id).where(
            Assignment.clip_id == clip.id, Assignment.ended_at.is_(None)
        )
    )
    row = Script(
        clip_id=clip.id,
        number=number,
        text=text,
        sha256=script_hash(text),
        author_id=actor.person_id,
        author_name=actor.name,
        asked_of=asked_of,
        state=SENT,
        decided_name="",
        decided_post="",
        note="",
        created_at=clock.now(),
    )
    unit.session.add(row)
    unit.session.flush()
    return row
