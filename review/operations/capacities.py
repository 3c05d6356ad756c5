"""Who may sign for the head: the agency's rule, and what single people were given in writing.

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
from review.audit import Act, Entry
from review.db import Database, Transaction
from review.errors import Conflict, Forbidden, Invalid, NotFound
from review.models import CapacityGrant, Category, Person, SigningRule, StoredFile
from review.offices import GRANTED, NEEDS_END, NO_DOCUMENT, Capacity, Document, checked_span
from review.operations import typed
from review.operations.identity import managed_agency
from review.operations.intake import Upload
from review.operations.posts import post_entry
from review.permissions import Action, Actor, AgencyFacts, Role, require
from review.queries.facts import roles_of
from review.queries.heads import head_at
from review.queries.signers import rule_at


@dataclass(frozen=True)
class SigningDraft:
    """The rule as entered; without capacities the head signs in person."""

    capacities: frozenset[Capacity] = frozenset()
    political: bool = False
    valid_from: date | None = None
    basis: Document = NO_DOCUMENT


HEAD_IN_PERSON = SigningDraft()


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


def set_signing_rule(db: Database, actor: Actor, draft: SigningDraft) -> None:
    """Puts a rule in force from a day on.

    Raises Invalid: 'basis_missing' when others may sign and no document says so, 'day_past'.
    """
    with db.transaction() as unit:
        agency_id = managed_agency(actor, Action.ORGANISATION_MANAGE)
        if draft.valid_from is None or draft.valid_from < clock.today():
            raise Invalid("day_past", field="valid_from")
        enter_signing_rule(unit, actor, agency_id, draft)


def enter_signing_rule(
    unit: Transaction, actor: Actor, agency_id: int, draft: SigningDraft
) -> None:
    """Makes the rule inside a running transaction, from today where no day is given."""
    day = draft.valid_from or clock.today()
    if draft.capacities - frozenset(GRANTED):
        raise Invalid("capacity_unknown", field="capacities")
    basis = typed.document(draft.basis, required=bool(draft.capacities))
    before = rule_at(unit.session, agency_id, day)
    political = draft.political and bool(draft.capacities)
    unit.session.add(
        SigningRule(
            agency_id=agency_id,
            capacities=sorted(draft.capacities),
            political=political,
            valid_from=day,
            basis_number=basis.number,
            basis_day=basis.issued_on,
            basis_issuer=basis.issuer,
            created_at=clock.now(),
        )
    )
    unit.session.flush()
    unit.record(
        Entry(
            Act.SIGNING_RULE_SET,
            actor,
            agency_id,
            "agency",
            agency_id,
            before={"capacities": sorted(before.capacities), "for_political": before.political},
            after={
                "capacities": sorted(draft.capacities),
                "for_political": political,
                "from": typed.said(day),
                "basis": typed.document_said(basis),
            },
        )
    )


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
        assert basis.issued_on is not None
        grant = CapacityGrant(
            agency_id=agency_id,
            person_id=person.id,
            capacity=draft.capacity,
            given_by=head.person_id,
            categories=sorted(draft.categories),
            political=draft.political,
            scope=typed.note(draft.scope, "scope"),
            basis_number=basis.number,
            basis_day=basis.issued_on,
            basis_issuer=basis.issuer,
            file_id=_store(unit.session, file) if file else None,
            file_name=typed.line(file.original_name, "file", required=False) if file else "",
            valid_from=span.first,
            valid_to=span.last,
            created_at=clock.now(),
        )
        unit.session.add(grant)
        unit.session.flush()
        unit.record(post_entry(Act.CAPACITY_GIVEN, actor, person, after=_said(grant)))
        return grant.id


def end_capacity(db: Database, actor: Actor, grant_id: int, last_day: date | None) -> None:
    """Ends a grant after `last_day`. Raises Invalid, Conflict('capacity_over')."""
    with db.transaction() as unit:
        grant = _managed(unit.session, actor, grant_id)
        if grant.valid_to is not None and grant.valid_to < clock.today():
            raise Conflict("capacity_over")
        if last_day is None:
            raise Invalid("day_missing", field="valid_to")
        before = _said(grant)
        # One that has not begun ends before its first day: then it never held.
        grant.valid_to = last_day
        person = unit.session.get_one(Person, grant.person_id)
        entry = post_entry(Act.CAPACITY_ENDED, actor, person, before=before, after=_said(grant))
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
        unit.record(post_entry(Act.BASIS_READ, actor, person, after=after))
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
    basis = Document(grant.basis_number, grant.basis_day, grant.basis_issuer)
    return {
        "grant": grant.id,
        "capacity": grant.capacity,
        "given_by": grant.given_by,
        "categories": grant.categories,
        "for_political": grant.political,
        "from": typed.said(grant.valid_from),
        "to": typed.said(grant.valid_to),
        "basis": typed.document_said(basis),
    }
