"""What a form about a clip offers: the agency's categories and channels in use."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from review.models import Category, Channel, Person, PersonRole
from review.permissions import AUTHORING
from review.queries.directives import directive_choices
from review.words.collation import name_key


@dataclass(frozen=True)
class CategoryChoice:
    """A category; `political_by_default` is the answer that is chosen with it."""

    code: str
    name: str
    political_by_default: bool


@dataclass(frozen=True)
class CategoryCard:
    """A category as its agency keeps it."""

    id: int
    code: str
    name: str
    political_by_default: bool
    active: bool


@dataclass(frozen=True)
class ChannelChoice:
    """A channel on which a clip may be planned."""

    id: int
    kind: str
    name: str


@dataclass(frozen=True)
class ClipChoices:
    """Both lists."""

    categories: tuple[CategoryChoice, ...]
    channels: tuple[ChannelChoice, ...]


def all_categories(session: Session, agency_id: int) -> tuple[CategoryCard, ...]:
    """Every category of the agency, those no longer offered last."""
    rows = session.scalars(
        select(Category)
        .where(Category.agency_id == agency_id)
        .order_by(Category.active.desc(), Category.position, Category.id)
    )
    return tuple(
        CategoryCard(row.id, row.code, row.name, row.political_by_default, row.active)
        for row in rows
    )


@dataclass(frozen=True)
class ListChoices:
    """By what a list may be filtered: (code, name) of categories, (id, name) of authors and of
    directives."""

    categories: tuple[tuple[str, str], ...]
    authors: tuple[tuple[int, str], ...]
    directives: tuple[tuple[int, str], ...] = ()


def list_choices(session: Session, agency_id: int) -> ListChoices:
    """The agency's categories in its own order, and the people who make clips by given name."""
    categories = session.execute(
        select(Category.code, Category.name)
        .where(Category.agency_id == agency_id)
        .order_by(Category.position, Category.id)
    )
    authors = session.execute(
        select(Person.id, Person.full_name)
        .join(PersonRole, PersonRole.person_id == Person.id)
        .where(Person.agency_id == agency_id, PersonRole.role.in_(AUTHORING))
        .distinct()
    )
    people = sorted(authors, key=lambda row: name_key(row.full_name))
    return ListChoices(
        tuple((row.code, row.name) for row in categories),
        tuple((row.id, row.full_name) for row in people),
        directive_choices(session, agency_id),
    )


def clip_choices(session: Session, agency_id: int) -> ClipChoices:
    """The active categories and channels of an agency, in its own order."""
    categories = session.scalars(
        select(Category)
        .where(Category.agency_id == agency_id, Category.active)
        .order_by(Category.position, Category.id)
    )
    channels = session.scalars(
        select(Channel).where(Channel.agency_id == agency_id, Channel.active).order_by(Channel.id)
    )
    return ClipChoices(
        tuple(CategoryChoice(row.code, row.name, row.political_by_default) for row in categories),
        tuple(ChannelChoice(row.id, row.kind, row.name) for row in channels),
    )
