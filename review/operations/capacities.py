"""What single people were given in writing: to sign for the head, as what and how far.

An administrator records what a document says and never records it for themselves. Nothing is
passed on: each grant comes from the head of its first day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from review import clock
from review.audit import Act
from review.db import Database
from review.errors import Conflict, Forbidden, Invalid, NotFound
from review.models import CapacityGrant, Category, Person, StoredFile
from review.offices import (
    GRANTED,
    NEEDS_END,
    NO_DOCUMENT,
    Document,
    Span,
    checked_span,
    document_of,
)
from review.operations import typed
from review.operations.identity import managed_agency
from review.operations.intake import Upload
from review.operations.person_entries import person_entry
from review.permissions import Action, Actor, AgencyFacts, Role, require
from review.queries.facts import roles_of
from review.queries.heads import head_at


@dataclass(frozen=True)
class CapacityDraft:
    """A grant as entered: whom, as what, how far, on which document."""

    person_id: int | None
    capacity: str
    valid_from: date | None
    valid_to: date | None = None
    categories: tuple[str, ...] = ()
    political: bool = False
    scope: str = ""
    basis: Document = NO_DOCUMENT


@dataclass(frozen=True)
class BasisFile:
    """The file of a basis document, to be read through the gate to files."""

    key: str
    name: str


def give_capacity(
    db: Database, actor: Actor, draft: CapacityDraft, file: Upload | None = None
) -> int:
    """Records that a person may sign for the head; returns the id of the grant.

    Raises Invalid ('basis_missing', 'capacity_needs_end', 'capacity_needs_scope', …),
    Conflict('head_vacant'), Forbidden('capacity_own').
    """
    with db.transaction() as unit:
        agency_id = managed_agency(actor, Action.PEOPLE_MANAGE)
        person = _person(unit.session, actor, agency_id, draft.person_id)
        span = checked_span(draft.valid_from, draft.valid_to)
        head = head_at(unit.session, agency_id, span.first)
        if head is None:
            raise Conflict("head_vacant")
        if head.person_id == person.id:
            raise Invalid("capacity_of_head", field="person_id")
        basis = _checked(unit.session, agency_id, draft)
        grant = _grant(draft, person, head.person_id, span, basis)
        if file is not None:
            grant.file_id = _store(unit.session, file)
            grant.file_name = typed.line(file.original_name, "file", required=False)
        unit.session.add(grant)
        unit.session.flush()
        unit.record(person_entry(Act.CAPACITY_GIVEN, actor, person, after=_said(grant)))
        return grant.id


def _grant(
    draft: CapacityDraft, person: Person, head_id: int, span: Span, basis: Document
) -> CapacityGrant:
    return CapacityGrant(
        agency_id=person.agency_id,
        person_id=person.id,
        capacity=draft.capacity,
        given_by=head_id,
        categories=sorted(draft.categories),
        political=draft.political,
        scope=typed.note(draft.scope, "scope"),
        file_name="",
        valid_from=span.first,
        valid_to=span.last,
        created_at=clock.now(),
        **typed.columns(basis),
    )


def end_capacity(db: Database, actor: Actor, grant_id: int, last_day: date | None) -> None:
    """Ends a grant after `last_day`, never later than its document says.

    Raises Invalid('day_missing' | 'capacity_not_longer'), Conflict('capacity_over').
    """
    with db.transaction() as unit:
        grant = _managed(unit.session, actor, grant_id)
        if grant.valid_to is not None and grant.valid_to < clock.today():
            raise Conflict("capacity_over")
        if last_day is None:
            raise Invalid("day_missing", field="valid_to")
        if grant.valid_to is not None and last_day > grant.valid_to:
            raise Invalid("capacity_not_longer", field="valid_to")
        before = _said(grant)
        # One that has not begun ends before its first day: then it never held.
        grant.valid_to = last_day
        person = unit.session.get_one(Person, grant.person_id)
        entry = person_entry(Act.CAPACITY_ENDED, actor, person, before=before, after=_said(grant))
        unit.record(entry)


def open_basis(db: Database, actor: Actor, grant_id: int) -> BasisFile:
    """The file of a grant's document; that it was read is remembered. Raises NotFound."""
    with db.transaction() as unit:
        grant = unit.session.get(CapacityGrant, grant_id)
        if grant is None or grant.file_id is None:
            raise NotFound("not_found")
        require(actor, Action.ORGANISATION_VIEW, AgencyFacts(grant.agency_id))
        stored = unit.session.get_one(StoredFile, grant.file_id)
        person = unit.session.get_one(Person, grant.person_id)
        after = {"grant": grant.id, "sha256": stored.sha256}
        unit.record(person_entry(Act.BASIS_READ, actor, person, after=after))
        return BasisFile(stored.key, grant.file_name)


def _checked(session: Session, agency_id: int, draft: CapacityDraft) -> Document:
    if draft.capacity not in GRANTED:
        raise Invalid("capacity_unknown", field="capacity")
    basis = typed.document(draft.basis, required=True)
    if draft.capacity in NEEDS_END:
        if draft.valid_to is None:
            raise Invalid("capacity_needs_end", field="valid_to")
        if not draft.categories and not draft.scope.strip():
            raise Invalid("capacity_needs_scope", field="scope")
    known = set(session.scalars(select(Category.code).where(Category.agency_id == agency_id)))
    if set(draft.categories) - known:
        raise Invalid("category_unknown", field="categories")
    return basis


def _person(session: Session, actor: Actor, agency_id: int, person_id: int | None) -> Person:
    person = session.get(Person, person_id) if person_id is not None else None
    if person is None or person.agency_id != agency_id or person.disabled_at is not None:
        raise Invalid("person_unknown_here", field="person_id")
    if person.id == actor.person_id:
        raise Forbidden("capacity_own")
    if roles_of(session, person) & {Role.INSPECTOR, Role.WATCHER}:
        raise Invalid("inspector_alone", field="person_id")
    return person


def _store(session: Session, file: Upload) -> int:
    row = StoredFile(
        key=file.stored.key,
        sha256=file.stored.sha256,
        size=file.stored.size,
        media_type=file.media_type,
        created_at=clock.now(),
    )
    session.add(row)
    session.flush()
    return row.id


def _managed(session: Session, actor: Actor, grant_id: int) -> CapacityGrant:
    grant = session.get(CapacityGrant, grant_id, with_for_update=True)
    if grant is None:
        raise NotFound("not_found")
    require(actor, Action.PEOPLE_MANAGE, AgencyFacts(grant.agency_id))
    return grant


def _said(grant: CapacityGrant) -> dict[str, Any]:
    return {
        "grant": grant.id,
        "capacity": grant.capacity,
        "given_by": grant.given_by,
        "categories": grant.categories,
        "for_political": grant.political,
        "from": typed.said(grant.valid_from),
        "to": typed.said(grant.valid_to),
        "basis": typed.document_said(document_of(grant)),
    }
