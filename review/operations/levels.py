"""Up and down: submit, approve, return, reject, recall, withdraw.

Every act is one decision row, one ledger entry and one step in `states.TRANSITIONS`. A level that
nobody but the clip's authors (or people who have decided or will sign) could decide is passed
over, and that is written down; the sign-off never is.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from review import clock
from review.audit import Act
from review.db import Database, Transaction
from review.errors import Conflict, Invalid
from review.models import Clip, Person, Revision, RouteLevel
from review.operations import returning
from review.operations import ticks as tick_work
from review.operations.clip_access import ClipRef, bump, ref, take_clip
from review.operations.political import answer_at_level
from review.operations.returning import TO_AUTHOR, Back
from review.operations.rising import decide, decision_entry, lay_down, rise
from review.permissions import Action, Actor
from review.queries.caption_checks import require_for_decision
from review.queries.covered import missing_renditions
from review.queries.dossier import require_complete
from review.queries.facts import authors_of, holders_of, levels_of
from review.queries.ordered import require_made
from review.queries.remarks import require_settled
from review.queries.route_choice import rule_for
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


def submit(
    db: Database,
    actor: Actor,
    code: str,
    version: int,
    note: str = "",
    ticks: Mapping[int, str] | None = None,
) -> ClipRef:
    """Sends a ready clip up the route that its category and political flag choose; one that was
    returned to be mended and brought straight back, to whoever returned it.

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
        route_id = _route_in_force(unit.session, clip)
        straight = returning.straight_back(unit.session, clip, route_id)
        levels = levels_of(unit.session, route_id)
        _can_be_decided(unit.session, clip, levels)
        clip.route_id, clip.state, clip.level = route_id, following, 0
        clip.round += 0 if straight else 1
        clip.fixer_id, clip.back_to_level = None, None
        clip.submitted_at = clock.now()
        answered = _decide_with_ticks(unit, actor, clip, "submitted", note, ticks)
        said = answered | ({"straight_to": straight.label} if straight else {})
        unit.record(decision_entry(Act.SUBMITTED, actor, clip, note=note, more=said))
        clip.level = straight.position - 1 if straight else 0
        rise(unit, clip, levels)
        if straight and clip.level == straight.position:
            clip.handed_to = returning.returner(unit.session, clip, straight)
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
        require_settled(unit.session, clip)
        answer_at_level(unit, actor, clip, political, political_reason)
        answered = _decide_with_ticks(unit, actor, clip, "approved", note, ticks)
        unit.record(decision_entry(Act.LEVEL_APPROVED, actor, clip, note=note, more=answered))
        rise(unit, clip, levels)
        bump(clip)
        return ref(clip)


def return_clip(
    db: Database,
    actor: Actor,
    code: str,
    version: int,
    reason: str,
    note: str,
    back: Back = TO_AUTHOR,
) -> ClipRef:
    """Sends the clip back with a practical reason: to its author, to a lower level, or to be mended
    and brought straight back.

    Raises Invalid: 'return_reason_missing', 'note_missing', 'return_level_unknown',
    'fixer_unknown'.
    """
    _reason_given(reason, note)
    with db.transaction() as unit:
        clip = take_clip(unit.session, actor, code, version, Action.LEVEL_RETURN)
        returning.check(unit.session, clip, back)
        move = Move.RETURN_BELOW if back.to_level else Move.RETURN
        following = next_state(ClipState(clip.state), move)
        decide(unit, actor, clip, "returned", reason, note)
        said = returning.said(unit.session, clip, back)
        unit.record(decision_entry(Act.RETURNED, actor, clip, reason=reason, note=note, more=said))
        returning.send(unit.session, clip, back, following)
        return ref(clip)


def reject(db: Database, actor: Actor, code: str, version: int, reason: str, note: str) -> ClipRef:
    """Ends the clip's way: it will not be posted."""
    _reason_given(reason, note)
    with db.transaction() as unit:
        clip = take_clip(unit.session, actor, code, version, Action.LEVEL_REJECT)
        following = next_state(ClipState(clip.state), Move.REJECT)
        decide(unit, actor, clip, following.value, reason, note)
        unit.record(decision_entry(Act.REJECTED, actor, clip, reason=reason, note=note))
        lay_down(clip, following)
        return ref(clip)


def recall(db: Database, actor: Actor, code: str, version: int, note: str = "") -> ClipRef:
    """The author takes the clip back before the sign-off."""
    with db.transaction() as unit:
        clip = take_clip(unit.session, actor, code, version, Action.CLIP_RECALL)
        following = next_state(ClipState(clip.state), Move.RECALL)
        decide(unit, actor, clip, "recalled", "", note)
        unit.record(decision_entry(Act.RECALLED, actor, clip, note=note))
        lay_down(clip, following)
        return ref(clip)


def withdraw(db: Database, actor: Actor, code: str, version: int) -> ClipRef:
    """The author gives the clip up; it stays on record."""
    with db.transaction() as unit:
        clip = take_clip(unit.session, actor, code, version, Action.CLIP_WITHDRAW)
        following = next_state(ClipState(clip.state), Move.WITHDRAW)
        unit.record(decision_entry(Act.WITHDRAWN, actor, clip))
        lay_down(clip, following)
        return ref(clip)


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


def _reason_given(reason: str, note: str) -> None:
    if reason not in REASONS:
        raise Invalid("return_reason_missing", field="reason")
    if reason == "other" and not note.strip():
        raise Invalid("note_missing", field="note")


def _demands_are_met(session: Session, clip: Clip, revision: Revision) -> None:
    """What the planned channels play is there before submission: none is made after a sign-off."""
    require_made(session, clip)
    require_settled(session, clip)
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
