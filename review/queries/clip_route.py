"""The way of a clip: its levels with who did what at each, and everything that was said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from review.models import (
    Clip,
    Decision,
    Person,
    Revision,
    RouteLevel,
    SignOff,
    SignOffVoid,
)
from review.queries.facts import able_at, levels_of
from review.queries.routes import route_id_of
from review.states import ClipState

APPROVING = ("approved", "signed", "passed_over")


@dataclass(frozen=True)
class Step:
    """One level on the line. `place`: done, here, ahead, passed_over, returned, rejected."""

    label: str
    role: str
    place: str
    person: str
    post: str
    at: datetime | None
    revision: int
    reason: str  # why it was passed over
    holder: str  # who can decide here, when it is one person; empty when several or none
    vacant: bool  # the clip waits here and nobody can decide


@dataclass(frozen=True)
class Opinion:
    """What somebody decided about the clip, and why."""

    id: int
    kind: str
    person: str
    post: str
    label: str
    reason: str
    text: str
    round: int
    revision: int
    at: datetime


@dataclass(frozen=True)
class SignOffView:
    """The sign-off that stands: who, when, on what."""

    id: int
    person: str
    post: str
    digest: str
    statement: str
    agency: str
    at: datetime


def steps_of(session: Session, clip: Clip) -> tuple[Step, ...]:
    """The levels of the clip's route; of the route in force before it is submitted."""
    route_id = route_id_of(session, clip)
    decisions = session.scalars(
        select(Decision)
        .where(Decision.clip_id == clip.id, Decision.round == clip.round)
        .order_by(Decision.id)
    ).all()
    by_level = {decision.level: decision for decision in decisions if decision.level > 0}
    taken_back = clip.state in (ClipState.DRAFT, ClipState.WITHDRAWN)
    return tuple(
        _step(session, clip, level, None if taken_back else by_level.get(level.position))
        for level in levels_of(session, route_id)
    )


def opinions_of(session: Session, clip: Clip) -> tuple[Opinion, ...]:
    """Decisions of every round, oldest first."""
    numbers = {
        row.id: row.number
        for row in session.execute(
            select(Revision.id, Revision.number).where(Revision.clip_id == clip.id)
        )
    }
    decisions = session.scalars(
        select(Decision).where(Decision.clip_id == clip.id).order_by(Decision.id)
    )
    return tuple(_decided(decision, numbers) for decision in decisions.all())


def standing_sign_off_view(session: Session, clip_id: int) -> SignOffView | None:
    """The sign-off that nothing has voided, or None."""
    row = session.scalar(
        select(SignOff)
        .outerjoin(SignOffVoid, SignOffVoid.sign_off_id == SignOff.id)
        .where(SignOff.clip_id == clip_id, SignOffVoid.id.is_(None))
        .order_by(SignOff.id.desc())
        .limit(1)
    )
    if row is None:
        return None
    return SignOffView(
        id=row.id,
        person=row.person_name,
        post=row.person_post,
        digest=row.digest,
        statement=row.statement,
        agency=row.agency_name,
        at=row.created_at,
    )


def _step(session: Session, clip: Clip, level: RouteLevel, decision: Decision | None) -> Step:
    waits_here = clip.state == ClipState.IN_REVIEW and clip.level == level.position
    place = "here" if waits_here else "ahead"
    # What a level above said before it sent the clip down again has to be said anew.
    above = clip.state == ClipState.IN_REVIEW and clip.level < level.position
    if decision is not None and not waits_here and not above:
        place = "done" if decision.kind in ("approved", "signed") else decision.kind
    done = decision if decision is not None and place != "ahead" and not waits_here else None
    holder, vacant = _who_can(session, clip, level) if waits_here else ("", False)
    revision = session.get(Revision, done.revision_id) if done else None
    return Step(
        label=level.label,
        role=level.role,
        place=place,
        person=done.person_name if done else "",
        post=done.person_post if done else "",
        at=done.created_at if done else None,
        revision=revision.number if revision else 0,
        reason=done.reason if done else "",
        holder=holder,
        vacant=vacant,
    )


def _who_can(session: Session, clip: Clip, level: RouteLevel) -> tuple[str, bool]:
    """The one who can decide at `level`, if it is one; and whether it is nobody."""
    able = able_at(session, clip, level, levels_of(session, clip.route_id))
    if clip.handed_to in able:
        able = frozenset({clip.handed_to})
    only = session.get_one(Person, next(iter(able))).full_name if len(able) == 1 else ""
    return only, not able


def _decided(decision: Decision, numbers: dict[int, int]) -> Opinion:
    return Opinion(
        id=decision.id,
        kind=decision.kind,
        person=decision.person_name,
        post=decision.person_post,
        label=decision.level_label,
        reason=decision.reason,
        text=decision.note,
        round=decision.round,
        revision=numbers.get(decision.revision_id, 0),
        at=decision.created_at,
    )
