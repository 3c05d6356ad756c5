"""A clip arrives at a level: whom it passes over, when it is due, and what is written down."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from review import clock
from review.audit import Act, Entry
from review.db import Transaction
from review.errors import Conflict, Invalid
from review.models import Clip, Decision, Revision, RouteLevel
from review.operations.clip_access import bump, clip_entry
from review.permissions import SYSTEM, Actor
from review.queries.caption_checks import require_for_arrival
from review.queries.facts import authors_of, deciders_of, holders_of, levels_of
from review.states import ClipState

NOTE_LIMIT = 4_000


def decide(
    unit: Transaction, actor: Actor, clip: Clip, kind: str, reason: str, note: str
) -> Decision:
    """Writes the decision row: who, as what, on which revision and captions, at which level."""
    note = note.strip()
    if len(note) > NOTE_LIMIT:
        raise Invalid("field_too_long", field="note", name="note", limit=NOTE_LIMIT)
    revision = unit.session.get(Revision, clip.revision_id) if clip.revision_id else None
    if revision is None:
        raise Conflict("revision_not_ready")
    levels = levels_of(unit.session, clip.route_id)
    label = next((level.label for level in levels if level.position == clip.level), "")
    row = Decision(
        clip_id=clip.id,
        round=clip.round,
        level=clip.level,
        level_label=label,
        kind=kind,
        revision_id=revision.id,
        captions_id=revision.captions_id,
        person_id=actor.person_id,
        person_name=actor.name,
        person_post=actor.post,
        political=clip.political,
        reason=reason,
        note=note,
        created_at=clock.now(),
    )
    unit.session.add(row)
    unit.session.flush()
    return row


def rise(unit: Transaction, clip: Clip, levels: list[RouteLevel]) -> None:
    """Moves the clip to the next level that somebody other than its authors can decide."""
    above = [level for level in levels if level.position > clip.level]
    for level in above:
        clip.level = level.position
        reason = _why_passed_over(unit.session, clip, level, levels)
        if not reason:
            break
        decide(unit, SYSTEM, clip, "passed_over", reason, "")
        unit.record(decision_entry(Act.LEVEL_PASSED_OVER, SYSTEM, clip, reason=reason))
    arrive(unit.session, clip, next(one for one in levels if one.position == clip.level))


def arrive(session: Session, clip: Clip, level: RouteLevel) -> None:
    """Has the clip wait at `level` from now on, for any of its holders.

    Raises Conflict('captions_unchecked') where the level wants words that somebody has checked.
    """
    clip.level, clip.handed_to = level.position, None
    require_for_arrival(session, clip, level)
    clip.waiting_since = clock.now()
    clip.due_at = clip.waiting_since + timedelta(hours=level.due_hours)


def lay_down(clip: Clip, state: ClipState) -> None:
    """Takes the clip off its way; nothing is left of who had it in hand or was to mend it."""
    clip.state, clip.level = state, 0
    clip.waiting_since, clip.due_at = None, None
    clip.handed_to, clip.fixer_id, clip.back_to_level = None, None, None
    bump(clip)


def _why_passed_over(
    session: Session, clip: Clip, level: RouteLevel, levels: list[RouteLevel]
) -> str:
    if level is levels[-1]:
        return ""
    holders = holders_of(session, clip.agency_id, level.role)
    if not holders:
        return ""  # a post that fell vacant on the way waits for its successor
    others = holders - authors_of(session, clip)
    if not others:
        return "only_author"
    signers = holders_of(session, clip.agency_id, levels[-1].role)
    return "" if others - deciders_of(session, clip) - signers else "same_person"


def decision_entry(
    act: Act,
    actor: Actor,
    clip: Clip,
    *,
    reason: str = "",
    note: str = "",
    more: dict[str, object] | None = None,
) -> Entry:
    """The ledger entry of a decision, written after the clip has moved."""
    after: dict[str, object] = {"state": clip.state, "level": clip.level, "round": clip.round}
    if reason:
        after["reason"] = reason
    after |= more or {}
    return clip_entry(act, actor, clip, after=after, texts={"note": note.strip()})
