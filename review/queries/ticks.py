"""The quality and legal ticks: what is still to be answered on a clip, and what was."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from review.models import Clip, Decision, Route, RouteLevel, TickAnswer, TickText
from review.queries.facts import levels_of
from review.queries.route_choice import rule_for
from review.states import EDITABLE, ClipState

KINDS = ("quality", "legal")
ANSWERS = ("yes", "no", "not_applicable")


@dataclass(frozen=True)
class Tick:
    """One thing to look at, as the agency words it."""

    id: int
    kind: str
    text: str
    active: bool


@dataclass(frozen=True)
class Ticked:
    """One answer of the present round: what was asked, what was said, by whom at which level."""

    kind: str
    text: str
    answer: str
    person: str
    label: str


@dataclass(frozen=True)
class Ticks:
    """The ticks of a clip in its present round. `pending` are kinds that nobody has answered."""

    answers: tuple[Ticked, ...]
    pending: tuple[str, ...]

    @property
    def wrong(self) -> tuple[Ticked, ...]:
        """What is not in order: the head sees these first."""
        return tuple(one for one in self.answers if one.answer == "no")


def ticks_of(session: Session, agency_id: int, *, all_of_them: bool = False) -> tuple[Tick, ...]:
    """The agency's ticks in its own order, quality before legal; only those still used."""
    found = select(TickText).where(TickText.agency_id == agency_id)
    if not all_of_them:
        found = found.where(TickText.active)
    rows = session.scalars(found.order_by(TickText.position, TickText.id))
    ticks = [Tick(row.id, row.kind, row.text, row.active) for row in rows]
    return tuple(sorted(ticks, key=lambda tick: KINDS.index(tick.kind)))


def kinds_due(session: Session, clip: Clip, level: int) -> tuple[str, ...]:
    """The kinds that whoever decides at `level` (0 is the author) has to answer.

    Those of the level and of every lower one that was passed over; the last level answers none,
    for the head is never asked them.
    """
    levels = levels_of(session, clip.route_id)
    if not levels or level >= levels[-1].position:
        return ()
    due = _kinds_to(session, clip, level) - _answered(session, clip)
    return tuple(kind for kind in KINDS if kind in due and _has(session, clip.agency_id, kind))


def asked_now(session: Session, clip: Clip) -> tuple[Tick, ...]:
    """The ticks that have to be answered with the next step: a submission, or the decision at the
    level where the clip stands."""
    due = _due_of_author(session, clip) if clip.state in EDITABLE else ()
    if clip.state == ClipState.IN_REVIEW:
        due = kinds_due(session, clip, clip.level)
    return tuple(tick for tick in ticks_of(session, clip.agency_id) if tick.kind in due)


def asked_on(session: Session, clip_id: int) -> tuple[tuple[Tick, ...], Ticks]:
    """What the next step on a clip has to answer, and what was answered so far."""
    clip = session.get_one(Clip, clip_id)
    return asked_now(session, clip), ticks_on(session, clip)


def ticks_on(session: Session, clip: Clip) -> Ticks:
    """What was answered in the present round, and which kinds nobody answered though asked."""
    rows = session.execute(
        select(TickAnswer, Decision.person_name, Decision.level_label)
        .join(Decision, Decision.id == TickAnswer.decision_id)
        .where(Decision.clip_id == clip.id, Decision.round == clip.round)
        .order_by(TickAnswer.decision_id, TickAnswer.tick_id)
    )
    answers = tuple(
        Ticked(row.kind, row.text, row.answer, person, label) for row, person, label in rows
    )
    said = {one.kind for one in answers}
    levels = levels_of(session, clip.route_id)
    left = _kinds_to(session, clip, levels[-1].position) - said if levels else set()
    pending = tuple(kind for kind in KINDS if kind in left and _has(session, clip.agency_id, kind))
    return Ticks(answers, pending)


def _due_of_author(session: Session, clip: Clip) -> tuple[str, ...]:
    """What the route that the clip would take now asks of its author."""
    rule = rule_for(session, clip.agency_id, clip.category_id, clip.political)
    route = session.get(Route, rule.route_id) if rule else None
    asks = {"quality": route and route.answers_quality, "legal": route and route.answers_legal}
    return tuple(kind for kind in KINDS if asks[kind] and _has(session, clip.agency_id, kind))


def _kinds_to(session: Session, clip: Clip, level: int) -> set[str]:
    """Every kind that the route asks for up to `level`."""
    route = session.get(Route, clip.route_id) if clip.route_id else None
    places = [row for row in levels_of(session, clip.route_id) if row.position <= level]
    asking: list[Route | RouteLevel] = [*places, *([route] if route else [])]
    quality = any(place.answers_quality for place in asking)
    legal = any(place.answers_legal for place in asking)
    return ({"quality"} if quality else set()) | ({"legal"} if legal else set())


def _answered(session: Session, clip: Clip) -> set[str]:
    found = (
        select(TickAnswer.kind)
        .join(Decision, Decision.id == TickAnswer.decision_id)
        .where(Decision.clip_id == clip.id, Decision.round == clip.round)
    )
    return set(session.scalars(found))


def _has(session: Session, agency_id: int, kind: str) -> bool:
    found = select(TickText.id).where(
        TickText.agency_id == agency_id, TickText.kind == kind, TickText.active
    )
    return session.scalar(found.limit(1)) is not None
