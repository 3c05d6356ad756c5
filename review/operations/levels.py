"""Up and down: submit, approve, return, reject, recall, withdraw.

Every act is one decision row, one ledger entry and one step in `states.TRANSITIONS`. A level that
nobody but the clip's authors (or people who have decided or will sign) could decide is passed
over, and that is written down; the sign-off never is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from review import clock
from review.audit import Act, Entry
from review.db import Database, Transaction
from review.errors import Conflict, Invalid
from review.models import Clip, Decision, Person, Revision, RouteLevel
from review.operations import ticks as tick_work
from review.operations.clip_access import ClipRef, bump, clip_entry, ref, take_clip
from review.operations.political import answer_at_level
from review.permissions import SYSTEM, Action, Actor
from review.queries.caption_checks import require_for_arrival, require_for_decision
from review.queries.covered import missing_renditions
from review.queries.dossier import require_complete
from review.queries.facts import authors_of, deciders_of, holders_of, levels_of
from review.queries.ordered import require_made
from review.queries.routes import rule_for
from review.queries.scripts import require_script
from review.states import ClipState, Move, RevisionState, next_state

# Practical reasons for sending a colleague's clip back, in the order in which they are offered.
REASONS = (
    "wrong_name",
    "wrong_place",
    "captions",
    "sound",
    "picture",
    "rights",
    "too_long",
    "inaccurate",
    "unsuitable",
    "other",
)
NOTE_LIMIT = 4_000


def submit(
    db: Database,
    actor: Actor,
    code: str,
    version: int,
    note: str = "",
    ticks: Mapping[int, str] | None = None,
) -> ClipRef:
    """Sends a ready clip up the route that its category and political flag choose.

    `ticks` answers those that the route asks of the author: {tick id: yes, no, not_applicable}.

    Raises Invalid('fields_missing') with all that a submission lacks, Conflict('revision_not_ready'
    | 'route_missing' | 'captions_unchecked' | 'script_not_approved'), as `ordered.require_made`
    does, Invalid when a level is vacant or nobody could sign.
    """
    with db.transaction() as unit:
        clip = take_clip(unit.session, actor, code, version, Action.CLIP_SUBMIT)
        following = next_state(ClipState(clip.state), Move.SUBMIT)
        require_complete(unit.session, clip)
        require_script(unit.session, clip)
        revision = unit.session.get(Revision, clip.revision_id) if clip.revision_id else None
        if revision is None or revision.state != RevisionState.READY:
            raise Conflict("revision_not_ready")
        _demands_are_met(unit.session, clip, revision)
        clip.route_id = _route_in_force(unit.session, clip)
        levels = levels_of(unit.session, clip.route_id)
        _can_be_decided(unit.session, clip, levels)
        clip.state, clip.level, clip.round = following, 0, clip.round + 1
        clip.submitted_at = clock.now()
        answered = _decide_with_ticks(unit, actor, clip, "submitted", note, ticks)
        unit.record(_entry(Act.SUBMITTED, actor, clip, note=note, more=answered))
        _rise(unit, clip, levels)
        bump(clip)
        return ref(clip)


def approve(
    db: Database,
    actor: Actor,
    code: str,
    version: int,
    political: bool | None,
    note: str = "",
    political_reason: str = "",
    ticks: Mapping[int, str] | None = None,
) -> ClipRef:
    """Agrees at one level and sends the clip to the next.

    Raises Invalid('ticks_missing') while a tick that this level answers has no answer, and
    Conflict: 'captions_unchecked', 'captions_unchecked_by_other', where this level or the next
    needs checked words; as `ordered.require_made` does.
    """
    with db.transaction() as unit:
        clip = take_clip(unit.session, actor, code, version, Action.LEVEL_APPROVE)
        clip.state = next_state(ClipState(clip.state), Move.APPROVE)
        levels = levels_of(unit.session, clip.route_id)
        here = next(level for level in levels if level.position == clip.level)
        require_for_decision(unit.session, clip, here)
        require_made(unit.session, clip)
        answer_at_level(unit, actor, clip, political, political_reason)
        answered = _decide_with_ticks(unit, actor, clip, "approved", note, ticks)
        unit.record(_entry(Act.LEVEL_APPROVED, actor, clip, note=note, more=answered))
        _rise(unit, clip, levels)
        bump(clip)
        return ref(clip)


def return_clip(
    db: Database, actor: Actor, code: str, version: int, reason: str, note: str
) -> ClipRef:
    """Sends the clip back to its author with a practical reason."""
    return _send_down(
        db, actor, code, version, Action.LEVEL_RETURN, Move.RETURN, Act.RETURNED, reason, note
    )


def reject(db: Database, actor: Actor, code: str, version: int, reason: str, note: str) -> ClipRef:
    """Ends the clip's way: it will not be posted."""
    return _send_down(
        db, actor, code, version, Action.LEVEL_REJECT, Move.REJECT, Act.REJECTED, reason, note
    )


def recall(db: Database, actor: Actor, code: str, version: int, note: str = "") -> ClipRef:
    """The author takes the clip back before the sign-off."""
    with db.transaction() as unit:
        clip = take_clip(unit.session, actor, code, version, Action.CLIP_RECALL)
        following = next_state(ClipState(clip.state), Move.RECALL)
        decide(unit, actor, clip, "recalled", "", note)
        unit.record(_entry(Act.RECALLED, actor, clip, note=note))
        _lay_down(clip, following)
        return ref(clip)


def withdraw(db: Database, actor: Actor, code: str, version: int) -> ClipRef:
    """The author gives the clip up; it stays on record."""
    with db.transaction() as unit:
        clip = take_clip(unit.session, actor, code, version, Action.CLIP_WITHDRAW)
        following = next_state(ClipState(clip.state), Move.WITHDRAW)
        unit.record(_entry(Act.WITHDRAWN, actor, clip))
        _lay_down(clip, following)
        return ref(clip)


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


def _decide_with_ticks(
    unit: Transaction,
    actor: Actor,
    clip: Clip,
    kind: str,
    note: str,
    ticks: Mapping[int, str] | None,
) -> dict[str, object]:
    wanted = tick_work.asked(unit, clip, ticks)
    decision = decide(unit, actor, clip, kind, "", note)
    tick_work.write(unit, decision, wanted, ticks or {})
    return tick_work.said(wanted, ticks or {})


def _send_down(
    db: Database,
    actor: Actor,
    code: str,
    version: int,
    action: Action,
    move: Move,
    act: Act,
    reason: str,
    note: str,
) -> ClipRef:
    if reason not in REASONS:
        raise Invalid("return_reason_missing", field="reason")
    if reason == "other" and not note.strip():
        raise Invalid("note_missing", field="note")
    with db.transaction() as unit:
        clip = take_clip(unit.session, actor, code, version, action)
        following = next_state(ClipState(clip.state), move)
        decide(unit, actor, clip, following.value, reason, note)
        unit.record(_entry(act, actor, clip, reason=reason, note=note))
        _lay_down(clip, following)
        return ref(clip)


def _lay_down(clip: Clip, state: ClipState) -> None:
    clip.state, clip.level = state, 0
    clip.waiting_since, clip.due_at = None, None
    bump(clip)


def _rise(unit: Transaction, clip: Clip, levels: list[RouteLevel]) -> None:
    """Moves the clip to the next level that somebody other than its authors can decide."""
    above = [level for level in levels if level.position > clip.level]
    for level in above:
        clip.level = level.position
        reason = _why_passed_over(unit.session, clip, level, levels)
        if not reason:
            break
        decide(unit, SYSTEM, clip, "passed_over", reason, "")
        unit.record(_entry(Act.LEVEL_PASSED_OVER, SYSTEM, clip, reason=reason))
    here = next(level for level in levels if level.position == clip.level)
    require_for_arrival(unit.session, clip, here)
    clip.waiting_since = clock.now()
    clip.due_at = clip.waiting_since + timedelta(hours=here.due_hours)


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


def _demands_are_met(session: Session, clip: Clip, revision: Revision) -> None:
    """What the planned channels play is there before submission: none is made after a sign-off."""
    require_made(session, clip)
    if not missing_renditions(session, clip):
        return
    facts = revision.facts or {}
    if "audio_codec" in facts and facts["audio_codec"] is None:
        raise Conflict("loudspeaker_needs_sound")
    raise Conflict("rendition_not_ready")


def _can_be_decided(session: Session, clip: Clip, levels: list[RouteLevel]) -> None:
    for level in levels:
        if not holders_of(session, clip.agency_id, level.role):
            raise Invalid("level_vacant", label=level.label)
    signers = holders_of(session, clip.agency_id, levels[-1].role)
    if not signers - authors_of(session, clip):
        names = session.scalars(select(Person.full_name).where(Person.id.in_(signers)))
        raise Invalid("signer_is_author", names=", ".join(names))


def _route_in_force(session: Session, clip: Clip) -> int:
    rule = rule_for(session, clip.agency_id, clip.category_id, clip.political)
    if rule is None:
        raise Conflict("route_missing")
    return rule.route_id


def _entry(
    act: Act,
    actor: Actor,
    clip: Clip,
    *,
    reason: str = "",
    note: str = "",
    more: dict[str, object] | None = None,
) -> Entry:
    after: dict[str, object] = {"state": clip.state, "level": clip.level, "round": clip.round}
    if reason:
        after["reason"] = reason
    after |= more or {}
    return clip_entry(act, actor, clip, after=after, texts={"note": note.strip()})
