"""The organisation as pages show it: the agency through the years, its units, posts and grants."""

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
    CapacityGrant,
    Category,
    Clip,
    Person,
    Post,
    SigningRule,
    Unit,
    UnitName,
)
from review.offices import Capacity, Document, Lead, Span
from review.queries.heads import head_at
from review.queries.signers import rule_at, why_not
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


@dataclass(frozen=True)
class PostCard:
    """One post of a person."""

    id: int
    person_id: int
    person: str
    title: str
    unit_id: int | None
    unit: str
    lead: Lead
    main: bool
    span: Span
    basis: Document

    @property
    def place(self) -> str:
        """past, present or ahead."""
        return _place(self.span)


@dataclass(frozen=True)
class GrantCard:
    """One grant to sign for the head; `refused` says why it does not reach any clip today."""

    id: int
    person_id: int
    person: str
    post: str
    capacity: Capacity
    given_by: str
    categories: tuple[str, ...]
    political: bool
    scope: str
    span: Span
    basis: Document
    file_name: str
    refused: str | None

    @property
    def place(self) -> str:
        """past, present or ahead."""
        return _place(self.span)


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


def posts_of(
    session: Session, agency_id: int, *, person_id: int | None = None
) -> tuple[PostCard, ...]:
    """Posts of the agency's people, or of one of them, the latest first."""
    found = (
        select(Post, Person.full_name)
        .join(Person, Person.id == Post.person_id)
        .where(Post.agency_id == agency_id)
    )
    if person_id is not None:
        found = found.where(Post.person_id == person_id)
    names = {card.id: card.name for card in units_of(session, agency_id)}
    rows = session.execute(found.order_by(Post.valid_from.desc(), Post.id.desc()))
    return tuple(_post(row, name, names) for row, name in rows)


def post_of(session: Session, agency_id: int, post_id: int) -> PostCard:
    """One post. Raises NotFound, also for another agency's."""
    row = session.get(Post, post_id)
    if row is None or row.agency_id != agency_id:
        raise NotFound("not_found")
    names = {card.id: card.name for card in units_of(session, agency_id)}
    return _post(row, session.get_one(Person, row.person_id).full_name, names)


def grants_of(session: Session, agency_id: int) -> tuple[GrantCard, ...]:
    """Everything given in writing, those in force first, then by their beginning."""
    rows = session.execute(
        select(CapacityGrant, Person)
        .join(Person, Person.id == CapacityGrant.person_id)
        .where(CapacityGrant.agency_id == agency_id)
        .order_by(CapacityGrant.valid_from.desc(), CapacityGrant.id.desc())
    )
    cards = [_grant(session, grant, person) for grant, person in rows]
    order = ("present", "ahead", "past")
    return tuple(sorted(cards, key=lambda card: order.index(card.place)))


def rule_ahead(session: Session, agency_id: int) -> date | None:
    """The day on which another signing rule begins, if one has been recorded ahead."""
    return session.scalar(
        select(func.min(SigningRule.valid_from)).where(
            SigningRule.agency_id == agency_id, SigningRule.valid_from > clock.today()
        )
    )


def _period(row: AgencyPeriod, kind: str) -> PeriodCard:
    return PeriodCard(
        Span(row.valid_from, row.valid_to),
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
        Document(row.basis_number, row.basis_day, row.basis_issuer),
        row.note,
        row.recorded_by,
    )


def _unit(session: Session, row: Unit, depth: int) -> UnitCard:
    named = session.scalars(
        select(UnitName).where(UnitName.unit_id == row.id).order_by(UnitName.valid_from.desc())
    ).all()
    today = clock.today()
    names = tuple((Span(one.valid_from, one.valid_to), one.name) for one in named)
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


def _post(row: Post, person: str, units: dict[int, str]) -> PostCard:
    return PostCard(
        id=row.id,
        person_id=row.person_id,
        person=person,
        title=row.title,
        unit_id=row.unit_id,
        unit=units.get(row.unit_id, "") if row.unit_id else "",
        lead=Lead(row.lead),
        main=row.main,
        span=Span(row.valid_from, row.valid_to),
        basis=Document(row.basis_number, row.basis_day, row.basis_issuer),
    )


def _grant(session: Session, grant: CapacityGrant, person: Person) -> GrantCard:
    today = clock.today()
    head = head_at(session, grant.agency_id, today)
    rule = rule_at(session, grant.agency_id, today)
    some = grant.categories[0] if grant.categories else ""
    names = session.scalars(
        select(Category.name).where(
            Category.agency_id == grant.agency_id, Category.code.in_(grant.categories)
        )
    )
    return GrantCard(
        id=grant.id,
        person_id=person.id,
        person=person.full_name,
        post=person.post,
        capacity=Capacity(grant.capacity),
        given_by=session.get_one(Person, grant.given_by).full_name,
        categories=tuple(names),
        political=grant.political,
        scope=grant.scope,
        span=Span(grant.valid_from, grant.valid_to),
        basis=Document(grant.basis_number, grant.basis_day, grant.basis_issuer),
        file_name=grant.file_name,
        refused=why_not(grant, rule, head.person_id if head else None, some, political=False),
    )


def _place(span: Span) -> str:
    today = clock.today()
    if span.holds(today):
        return "present"
    return "past" if span.last is not None and span.last < today else "ahead"
