"""The agency itself and its units: what they are called from a day on, and what becomes of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from review import clock
from review.audit import Act, Entry
from review.db import Database, Transaction
from review.errors import Conflict, Invalid
from review.models import Agency, AgencyKind, AgencyPeriod, AgencySuccession
from review.offices import NO_DOCUMENT, Document, Succession, day_before
from review.operations import typed
from review.operations.identity import managed_agency
from review.permissions import Action, Actor

PROFILES = ("nha_nuoc", "dang")
FACETS = ("kind", "name", "parent_name", "place", "profile")
# What a new value of a facet makes of the agency, beside the new period.
TURNS = ((Succession.RENAME, "name"), (Succession.TRANSFER, "parent_name"))


@dataclass(frozen=True)
class AgencyDraft:
    """What an agency is called, as entered."""

    kind: str
    name: str
    parent_name: str
    place: str
    profile: str


@dataclass(frozen=True)
class SuccessionDraft:
    """What became of the agency, as entered. `closes`: it works no more from `on_day` on."""

    kind: str
    on_day: date | None
    others: tuple[str, ...] = ()
    closes: bool = False
    basis: Document = NO_DOCUMENT
    note: str = ""


def change_agency(
    db: Database,
    actor: Actor,
    draft: AgencyDraft,
    from_day: date | None,
    basis: Document = NO_DOCUMENT,
) -> None:
    """From `from_day` on the agency is called so; a new name or parent is also a succession.

    The first day of the latest period given again corrects that period. Raises Invalid.
    """
    with db.transaction() as unit:
        agency_id = managed_agency(actor, Action.ORGANISATION_MANAGE)
        draft = checked_agency(unit.session, draft)
        basis = typed.document(basis)
        latest = _latest(unit.session, agency_id)
        if from_day is None:
            raise Invalid("day_missing", field="valid_from")
        if latest is not None and from_day < latest.valid_from:
            raise Invalid("period_order", field="valid_from")
        before = {name: getattr(latest, name) for name in FACETS} if latest else {}
        after = vars(draft)
        if before == after:
            raise Conflict("nothing_changed")
        corrected = latest is not None and from_day == latest.valid_from
        enter_period(unit.session, agency_id, draft, from_day)
        said = {**after, "from": typed.said(from_day), "basis": typed.document_said(basis)}
        unit.record(_entry(Act.AGENCY_CHANGED, actor, agency_id, before=before, after=said))
        for kind, facet in () if corrected else TURNS:
            if before.get(facet) != after[facet]:
                was = (str(before.get(facet, "")),)
                change = SuccessionDraft(kind, from_day, was, basis=basis)
                _succeed(unit, actor, agency_id, change, from_day)


def record_succession(db: Database, actor: Actor, draft: SuccessionDraft) -> None:
    """Remembers a merger, a split, a dissolution or a transfer; may end the agency's work.

    A closed agency stays readable: its people see everything and change nothing in it.
    """
    with db.transaction() as unit:
        agency_id = managed_agency(actor, Action.ORGANISATION_MANAGE)
        if draft.kind not in set(Succession):
            raise Invalid("succession_unknown", field="kind")
        if draft.on_day is None:
            raise Invalid("day_missing", field="on_day")
        _succeed(unit, actor, agency_id, draft, draft.on_day)
        if draft.closes or draft.kind == Succession.DISSOLVE:
            agency = unit.session.get_one(Agency, agency_id)
            agency.closed_on = day_before(draft.on_day)
            after = {"closed_on": typed.said(agency.closed_on)}
            unit.record(_entry(Act.AGENCY_CLOSED, actor, agency_id, after=after))


def reopen_agency(db: Database, actor: Actor, reason: str) -> None:
    """The agency works again, or a closing still to come is called off; `reason` is kept."""
    with db.transaction() as unit:
        agency_id = managed_agency(actor, Action.ORGANISATION_MANAGE)
        reason = typed.line(reason, "reason")
        agency = unit.session.get_one(Agency, agency_id)
        if agency.closed_on is None:
            raise Conflict("agency_not_closed")
        before = {"closed_on": typed.said(agency.closed_on)}
        agency.closed_on = None
        entry = _entry(Act.AGENCY_REOPENED, actor, agency_id, before=before)
        entry.texts["reason"] = reason
        unit.record(entry)


def checked_agency(session: Session, draft: AgencyDraft) -> AgencyDraft:
    """The draft trimmed. Raises Invalid with the field at fault."""
    if not draft.name.strip():
        raise Invalid("agency_name_missing", field="name")
    if session.get(AgencyKind, draft.kind) is None:
        raise Invalid("agency_kind_unknown", field="kind")
    if draft.profile not in PROFILES:
        raise Invalid("agency_profile_unknown", field="profile")
    return AgencyDraft(
        kind=draft.kind,
        name=typed.line(draft.name, "agency_name"),
        parent_name=typed.line(draft.parent_name, "parent_name", required=False),
        place=typed.line(draft.place, "place", required=False),
        profile=draft.profile,
    )


def enter_period(session: Session, agency_id: int, draft: AgencyDraft, from_day: date) -> None:
    """Begins a period inside a running transaction, or corrects the one that begins that day."""
    latest = _latest(session, agency_id)
    if latest is not None and latest.valid_from == from_day:
        for name in FACETS:
            setattr(latest, name, getattr(draft, name))
    else:
        if latest is not None:
            latest.valid_to = day_before(from_day)
        fresh = AgencyPeriod(agency_id=agency_id, **vars(draft), valid_from=from_day)
        session.add(fresh)
    session.flush()
    agency = session.get(Agency, agency_id)
    if agency is not None:
        session.expire(agency, FACETS)


def _latest(session: Session, agency_id: int) -> AgencyPeriod | None:
    found = select(AgencyPeriod).where(AgencyPeriod.agency_id == agency_id)
    return session.scalar(found.order_by(AgencyPeriod.valid_from.desc()).limit(1))


def _succeed(
    unit: Transaction, actor: Actor, agency_id: int, draft: SuccessionDraft, on_day: date
) -> None:
    basis = typed.document(draft.basis)
    others = [typed.line(name, "others") for name in draft.others if name.strip()]
    row = AgencySuccession(
        agency_id=agency_id,
        kind=draft.kind,
        others=others,
        on_day=on_day,
        note=typed.note(draft.note, "note"),
        recorded_by=actor.name,
        created_at=clock.now(),
        **typed.columns(basis),
    )
    unit.session.add(row)
    unit.session.flush()
    after = {
        "succession": str(draft.kind),
        "others": others,
        "from": typed.said(on_day),
        "basis": typed.document_said(basis),
    }
    entry = _entry(Act.AGENCY_SUCCEEDED, actor, agency_id, after=after)
    entry.texts["note"] = row.note
    unit.record(entry)


def _entry(
    act: Act,
    actor: Actor,
    agency_id: int,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> Entry:
    return Entry(act, actor, agency_id, "agency", agency_id, before=before or {}, after=after or {})
