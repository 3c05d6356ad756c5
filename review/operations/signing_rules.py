"""Who may sign for the head in an agency, from a day on: its own rule, on a document."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from review import clock
from review.audit import Act, Entry
from review.db import Database, Transaction
from review.errors import Invalid
from review.models import SigningRule
from review.offices import GRANTED, NO_DOCUMENT, Capacity, Document, document_of
from review.operations import typed
from review.operations.identity import managed_agency
from review.permissions import Action, Actor
from review.queries.signers import rule_at


@dataclass(frozen=True)
class SigningDraft:
    """The rule as entered; without capacities the head signs in person."""

    capacities: frozenset[Capacity] = frozenset()
    political: bool = False
    valid_from: date | None = None
    basis: Document = NO_DOCUMENT


HEAD_IN_PERSON = SigningDraft()


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
    rule = SigningRule(
        agency_id=agency_id,
        capacities=sorted(draft.capacities),
        political=draft.political and bool(draft.capacities),
        valid_from=day,
        created_at=clock.now(),
        **typed.columns(basis),
    )
    unit.session.add(rule)
    unit.session.flush()
    was = {"capacities": sorted(before.capacities), "for_political": before.political}
    entry = Entry(Act.SIGNING_RULE_SET, actor, agency_id, "agency", agency_id, before=was)
    entry.after.update(_said(rule))
    unit.record(entry)


def _said(rule: SigningRule) -> dict[str, object]:
    return {
        "capacities": rule.capacities,
        "for_political": rule.political,
        "from": typed.said(rule.valid_from),
        "basis": typed.document_said(document_of(rule)),
    }
