"""Giao việc: a clip is given to a person to make, handed on, or called off.

The assignee is the clip's author from then on; who gave it out is not, and may decide on it later.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from review import clock
from review.audit import Act, Entry
from review.db import Database, Transaction
from review.dossier import Urgency
from review.errors import Conflict, Forbidden, Invalid
from review.models import Assignment, Clip, Person
from review.operations import dossier_fields
from review.operations.clip_access import ClipRef, bump, clip_entry, ref, take_clip
from review.operations.dossier_fields import ClipDraft
from review.operations.identity import managed_agency
from review.operations.intake import open_clip
from review.permissions import AUTHORING, Action, Actor
from review.queries.facts import roles_of
from review.states import ClipState, Move, next_state

INSTRUCTION_LIMIT = 4_000
BASIS_LIMIT = 500
REASON_LIMIT = 500
REASSIGNED, CANCELLED = "reassigned", "cancelled"


@dataclass(frozen=True)
class AssignmentDraft:
    """What is asked of whom, as entered."""

    assignee_id: int | None
    title: str
    category_code: str
    instruction: str
    due_at: datetime | None = None
    basis: str = ""
    needs_script: bool = False
    urgency: str = Urgency.NORMAL.value


def assign(db: Database, actor: Actor, draft: AssignmentDraft) -> ClipRef:
    """Opens a dossier for a named person, who is its author. Its other answers are still theirs
    to give.

    Raises Invalid naming the field, Forbidden.
    """
    with db.transaction() as unit:
        agency_id = managed_agency(actor, Action.ASSIGNMENT_GIVE)
        draft = _checked(draft)
        assignee = _assignee(unit.session, actor, agency_id, draft.assignee_id)
        fields = ClipDraft(draft.title, draft.category_code, ai_label=None, urgency=draft.urgency)
        clip = open_clip(unit, actor, agency_id, assignee.id, fields)
        clip.assigned_due_at = draft.due_at
        _open(unit, actor, clip, assignee, draft)
        unit.record(_entry(Act.ASSIGNED, actor, clip, assignee, draft))
        return ref(clip)


def reassign(
    db: Database, actor: Actor, code: str, version: int, assignee_id: int | None, reason: str
) -> ClipRef:
    """Hands the clip on to another person, with the same words; the actor answers for it now.

    Whoever uploaded the current file stays an author of it until another file comes.
    """
    reason = _reason(reason)
    with db.transaction() as unit:
        clip = take_clip(unit.session, actor, code, version, Action.ASSIGNMENT_CHANGE)
        row = _standing(unit.session, clip)
        assignee = _assignee(unit.session, actor, clip.agency_id, assignee_id)
        if assignee.id == row.assignee_id:
            raise Conflict("assignee_same", name=assignee.full_name)
        before = {"assignee": row.assignee_id}
        _end(unit, row, REASSIGNED, reason)
        clip.created_by, clip.keeper_id = assignee.id, None
        draft = AssignmentDraft(
            assignee.id,
            clip.title,
            "",
            row.instruction,
            row.due_at,
            row.basis,
            row.needs_script,
        )
        _open(unit, actor, clip, assignee, draft)
        after = {"assignee": assignee.id}
        texts = {"name": assignee.full_name, "note": reason}
        unit.record(
            clip_entry(Act.REASSIGNED, actor, clip, before=before, after=after, texts=texts)
        )
        bump(clip)
        return ref(clip)


def cancel_assignment(db: Database, actor: Actor, code: str, version: int, reason: str) -> ClipRef:
    """Calls the work off: the dossier is withdrawn and stays on record."""
    reason = _reason(reason)
    with db.transaction() as unit:
        clip = take_clip(unit.session, actor, code, version, Action.ASSIGNMENT_CHANGE)
        row = _standing(unit.session, clip)
        following = next_state(ClipState(clip.state), Move.WITHDRAW)
        _end(unit, row, CANCELLED, reason)
        clip.state, clip.assigned_due_at = following, None
        before, texts = {"assignee": row.assignee_id}, {"name": row.assignee_name, "note": reason}
        unit.record(clip_entry(Act.ASSIGNMENT_CANCELLED, actor, clip, before=before, texts=texts))
        bump(clip)
        return ref(clip)


def _checked(draft: AssignmentDraft) -> AssignmentDraft:
    title = dossier_fields.text(draft.title, "title", 200, lines=False)
    if not title:
        raise Invalid("title_missing", field="title")
    if not draft.category_code:
        raise Invalid("category_unknown", field="category")
    if draft.due_at is not None and draft.due_at <= clock.now():
        raise Invalid("assignment_due_past", field="due_at")
    instruction = dossier_fields.text(draft.instruction, "instruction", INSTRUCTION_LIMIT)
    if not instruction:
        raise Invalid("field_missing", field="instruction", name="instruction")
    basis = dossier_fields.text(draft.basis, "basis", BASIS_LIMIT)
    return replace(draft, title=title, instruction=instruction, basis=basis)


def _reason(text: str) -> str:
    reason = dossier_fields.text(text, "reason", REASON_LIMIT)
    if not reason:
        raise Invalid("field_missing", field="reason", name="reason")
    return reason


def _assignee(session: Session, actor: Actor, agency_id: int, person_id: int | None) -> Person:
    """Somebody of the agency who makes clips, and not the assigner: who works for themselves opens
    a dossier of their own."""
    person = session.get(Person, person_id) if person_id else None
    if person is None or person.agency_id != agency_id:
        raise Invalid("assignee_missing", field="assignee")
    if person.id == actor.person_id:
        raise Invalid("assignee_self", field="assignee")
    able = roles_of(session, person) & AUTHORING
    if person.disabled_at is not None or person.password_hash is None or not able:
        raise Invalid("assignee_unable", field="assignee", name=person.full_name)
    return person


def _standing(session: Session, clip: Clip) -> Assignment:
    row = session.scalar(
        select(Assignment).where(Assignment.clip_id == clip.id, Assignment.ended_at.is_(None))
    )
    if row is None:
        raise Conflict("assignment_none")
    return row


def _open(
    unit: Transaction, actor: Actor, clip: Clip, assignee: Person, draft: AssignmentDraft
) -> None:
    if actor.person_id is None:
        raise Forbidden("decision_needs_person")
    unit.session.add(
        Assignment(
            clip_id=clip.id,
            assignee_id=assignee.id,
            assignee_name=assignee.full_name,
            assigner_id=actor.person_id,
            assigner_name=actor.name,
            assigner_post=actor.post,
            instruction=draft.instruction,
            basis=draft.basis,
            due_at=draft.due_at,
            needs_script=draft.needs_script,
            created_at=clock.now(),
            ended_as="",
            end_reason="",
        )
    )
    unit.session.flush()


def _end(unit: Transaction, row: Assignment, ended_as: str, reason: str) -> None:
    row.ended_at, row.ended_as, row.end_reason = clock.now(), ended_as, reason
    unit.session.flush()


def _entry(act: Act, actor: Actor, clip: Clip, assignee: Person, draft: AssignmentDraft) -> Entry:
    due = draft.due_at.isoformat(timespec="minutes") if draft.due_at else ""
    after = {"assignee": assignee.id, "due_at": due, "needs_script": draft.needs_script}
    texts = {
        "name": assignee.full_name,
        "instruction": draft.instruction,
        "basis": draft.basis,
    }
    return clip_entry(act, actor, clip, after=after, texts=texts)
