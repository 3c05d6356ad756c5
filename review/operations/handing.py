"""From hand to hand: a level's holder to a colleague, an author's dossier to another, and the head
who takes a clip past the levels that it still waits for."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from review.audit import Act
from review.db import Database, Transaction
from review.errors import Conflict, Invalid
from review.models import Clip
from review.operations import typed
from review.operations.clip_access import ClipRef, bump, clip_entry, ref, take_clip
from review.operations.rising import arrive, decide, decision_entry
from review.permissions import Action, Actor
from review.queries.facts import holders_of, levels_of
from review.queries.passing import HEAD_SKIPPED, Choice, colleagues_of, keepers_of
from review.states import ClipState, Move, next_state


def hand_over(
    db: Database, actor: Actor, code: str, version: int, person_id: int, note: str = ""
) -> ClipRef:
    """Has the clip wait for one of its level's holders alone, or for the actor again.

    Raises Invalid('person_cannot_take'), Invalid('hand_reason_missing') unless the actor takes it
    themselves, Conflict('nothing_changed').
    """
    with db.transaction() as unit:
        clip = take_clip(unit.session, actor, code, version, Action.LEVEL_HAND_OVER)
        taker = _one_of(colleagues_of(unit.session, clip), person_id)
        if clip.handed_to == taker.id:
            raise Conflict("nothing_changed")
        if taker.id != actor.person_id:
            _reason_given(note)
        before, clip.handed_to = clip.handed_to, taker.id
        _record(unit, Act.LEVEL_HANDED_OVER, actor, clip, taker, note, before)
        bump(clip)
        return ref(clip)


def hand_over_dossier(
    db: Database, actor: Actor, code: str, version: int, person_id: int, note: str = ""
) -> ClipRef:
    """Gives a dossier that lies with its author to another, who counts as an author from then on.

    The first author stays one: nobody decides on what they made. Raises
    Invalid('person_cannot_take' | 'hand_reason_missing').
    """
    with db.transaction() as unit:
        clip = take_clip(unit.session, actor, code, version, Action.DOSSIER_HAND_OVER)
        taker = _one_of(keepers_of(unit.session, clip), person_id)
        _reason_given(note)
        before, clip.keeper_id = clip.keeper_id, taker.id
        unit.session.flush()
        _record(unit, Act.DOSSIER_HANDED_OVER, actor, clip, taker, note, before)
        bump(clip)
        return ref(clip)


def skip_to_head(db: Database, actor: Actor, code: str, version: int, reason: str) -> ClipRef:
    """The head takes a clip past the levels below, which is written down level by level.

    Raises Invalid('skip_reason_missing'), Conflict as `rising.arrive` does.
    """
    if not reason.strip():
        raise Invalid("skip_reason_missing", field="reason")
    with db.transaction() as unit:
        clip = take_clip(unit.session, actor, code, version, Action.LEVEL_SKIP)
        clip.state = next_state(ClipState(clip.state), Move.SKIP)
        *below, last = levels_of(unit.session, clip.route_id)
        passed = [level for level in below if level.position >= clip.level]
        for level in passed:
            clip.level = level.position
            decide(unit, actor, clip, "passed_over", HEAD_SKIPPED, reason)
        arrive(unit.session, clip, last)
        labels = [level.label for level in passed]
        more: dict[str, object] = {"labels": labels, "from_level": passed[0].position}
        unit.record(decision_entry(Act.LEVEL_SKIPPED, actor, clip, note=reason, more=more))
        bump(clip)
        return ref(clip)


def release(session: Session, person_id: int) -> None:
    """Lets go of what somebody had in hand at a level that they hold no longer."""
    found = select(Clip).where(Clip.handed_to == person_id, Clip.state == ClipState.IN_REVIEW)
    for clip in session.scalars(found):
        role = next(
            (one.role for one in levels_of(session, clip.route_id) if one.position == clip.level),
            "",
        )
        if person_id not in holders_of(session, clip.agency_id, role):
            clip.handed_to = None
            bump(clip)


def _reason_given(note: str) -> None:
    if not note.strip():
        raise Invalid("hand_reason_missing", field="note")


def _one_of(able: tuple[Choice, ...], person_id: int) -> Choice:
    for choice in able:
        if choice.id == person_id:
            return choice
    raise Invalid("person_cannot_take", field="person")


def _record(
    unit: Transaction,
    act: Act,
    actor: Actor,
    clip: Clip,
    taker: Choice,
    note: str,
    before: int | None,
) -> None:
    after = {"to": taker.id, "level": clip.level}
    texts = {"to_person": f"{taker.post} {taker.name}".strip(), "note": typed.note(note, "note")}
    unit.record(clip_entry(act, actor, clip, before={"to": before}, after=after, texts=texts))
