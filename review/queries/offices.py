"""Posts that people hold and rights to sign for the head, as pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from review import clock
from review.errors import NotFound
from review.models import CapacityGrant, Category, Person, Post, SigningRule
from review.offices import Capacity, Document, Lead, Span, document_of, span_of
from review.queries.heads import head_at
from review.queries.organisation import units_of
from review.queries.signers import Rule, rule_at, why_not


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
    today = clock.today()
    rule, head = rule_at(session, agency_id, today), head_at(session, agency_id, today)
    head_id = head.person_id if head else None
    cards = [_grant(session, grant, person, rule, head_id) for grant, person in rows]
    order = ("present", "ahead", "past")
    return tuple(sorted(cards, key=lambda card: order.index(card.place)))


def rule_ahead(session: Session, agency_id: int) -> date | None:
    """The day on which another signing rule begins, if one has been recorded ahead."""
    return session.scalar(
        select(func.min(SigningRule.valid_from)).where(
            SigningRule.agency_id == agency_id, SigningRule.valid_from > clock.today()
        )
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
        span=span_of(row),
        basis=document_of(row),
    )


def _grant(
    session: Session, grant: CapacityGrant, person: Person, rule: Rule, head_id: int | None
) -> GrantCard:
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
        span=span_of(grant),
        basis=document_of(grant),
        file_name=grant.file_name,
        refused=why_not(grant, rule, head_id, some, political=False),
    )


def _place(span: Span) -> str:
    today = clock.today()
    if span.holds(today):
        return "present"
    return "past" if span.last is not None and span.last < today else "ahead"
