"""The organisation as pages show it: the agency through the years, and its units."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from review import clock
from review.errors import NotFound
from review.models import (
    Agency,
    AgencyKind,
    AgencyPeriod,
    AgencySuccession,
    Clip,
    Person,
    Post,
    Unit,
    UnitName,
)
from review.offices import Document, Span, document_of, span_of
from review.states import CLOSED, ClipState


@dataclass(frozen=True)
class KindCard:
    """A kind of agency."""

    code: str
    name: str


@dataclass(frozen=True)
class PeriodCard:
    """What the agency was called over a stretch of days."""

    span: Span
    kind: str
    kind_name: str
    name: str
    parent_name: str
    place: str
    profile: str


@dataclass(frozen=True)
class SuccessionCard:
    """One turn in the agency's history."""

    kind: str
    others: tuple[str, ...]
    on_day: date
    basis: Document
    note: str
    recorded_by: str


@dataclass(frozen=True)
class AgencyHistory:
    """Periods and turns, the latest first; `closed_on` is the last day of the agency's work."""

    periods: tuple[PeriodCard, ...]
    successions: tuple[SuccessionCard, ...]
    closed_on: date | None
    open_clips: int


@dataclass(frozen=True)
class UnitCard:
    """A unit as it is called today, `depth` steps below the agency."""

    id: int
    name: str
    depth: int
    parent_id: int | None
    focal_id: int | None
    focal_name: str
    closed_on: date | None
    names: tuple[tuple[Span, str], ...]
    people: int

    @property
    def closed(self) -> bool:
        """Whether it exists no more."""
        return self.closed_on is not None and self.closed_on < clock.today()


def kinds_of_agency(session: Session) -> tuple[KindCard, ...]:
    """The kinds that an agency of this installation may be of."""
    rows = session.scalars(select(AgencyKind).order_by(AgencyKind.position, AgencyKind.code))
    return tuple(KindCard(row.code, row.name) for row in rows)


def agency_history(session: Session, agency_id: int) -> AgencyHistory:
    """The agency through the years."""
    periods = session.execute(
        select(AgencyPeriod, AgencyKind.name)
        .join(AgencyKind, AgencyKind.code == AgencyPeriod.kind)
        .where(AgencyPeriod.agency_id == agency_id)
        .order_by(AgencyPeriod.valid_from.desc())
    )
    turns = session.scalars(
        select(AgencySuccession)
        .where(AgencySuccession.agency_id == agency_id)
        .order_by(AgencySuccession.on_day.desc(), AgencySuccession.id.desc())
    )
    closed_on = session.scalar(select(Agency.closed_on).where(Agency.id == agency_id))
    done = [state.value for state in (*CLOSED, ClipState.POSTED)]
    still_open = select(func.count(Clip.id)).where(
        Clip.agency_id == agency_id, Clip.state.not_in(done)
    )
    return AgencyHistory(
        tuple(_period(row, kind) for row, kind in periods),
        tuple(_succession(row) for row in turns),
        closed_on,
        session.scalar(still_open) or 0,
    )


def units_of(session: Session, agency_id: int) -> tuple[UnitCard, ...]:
    """The units as a tree laid flat: each below its parent, by the order in which they were made;
    closed ones stay where they were."""
    rows = list(session.scalars(select(Unit).where(Unit.agency_id == agency_id).order_by(Unit.id)))
    beneath: dict[int | None, list[Unit]] = defaultdict(list)
    for row in rows:
        beneath[row.parent_id].append(row)
    found: list[UnitCard] = []

    def lay(parent: int | None, depth: int) -> None:
        for row in beneath[parent]:
            found.append(_unit(session, row, depth))
            lay(row.id, depth + 1)

    lay(None, 0)
    return tuple(found)


def unit_of(session: Session, agency_id: int, unit_id: int) -> UnitCard:
    """One unit of the agency. Raises NotFound, also for another agency's."""
    for card in units_of(session, agency_id):
        if card.id == unit_id:
            return card
    raise NotFound("not_found")


def _period(row: AgencyPeriod, kind: str) -> PeriodCard:
    return PeriodCard(
        span_of(row),
        row.kind,
        kind,
        row.name,
        row.parent_name,
        row.place,
        row.profile,
    )


def _succession(row: AgencySuccession) -> SuccessionCard:
    return SuccessionCard(
        row.kind,
        tuple(row.others),
        row.on_day,
        document_of(row),
        row.note,
        row.recorded_by,
    )


def _unit(session: Session, row: Unit, depth: int) -> UnitCard:
    named = session.scalars(
        select(UnitName).where(UnitName.unit_id == row.id).order_by(UnitName.valid_from.desc())
    ).all()
    today = clock.today()
    names = tuple((span_of(one), one.name) for one in named)
    # A unit whose first name lies ahead is called by that name already: it has no other.
    now = next((name for span, name in names if span.holds(today)), names[-1][1])
    focal = session.get(Person, row.focal_id) if row.focal_id else None
    holding = select(func.count(func.distinct(Post.person_id))).where(
        Post.unit_id == row.id,
        Post.valid_from <= today,
        func.coalesce(Post.valid_to, today) >= today,
    )
    return UnitCard(
        id=row.id,
        name=now,
        depth=depth,
        parent_id=row.parent_id,
        focal_id=row.focal_id,
        focal_name=focal.full_name if focal else "",
        closed_on=row.closed_on,
        names=names,
        people=session.scalar(holding) or 0,
    )
