"""Units of an agency (phòng, ban): dated names, a place in the tree, one focal officer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from review import clock
from review.audit import Act, Entry
from review.db import Database
from review.errors import Conflict, Invalid, NotFound
from review.models import Person, Unit, UnitName
from review.offices import day_before
from review.operations import typed
from review.operations.identity import managed_agency
from review.permissions import Action, Actor, AgencyFacts, require


@dataclass(frozen=True)
class UnitDraft:
    """A unit as entered; the name holds from `valid_from` on."""

    name: str
    valid_from: date | None
    parent_id: int | None = None
    focal_id: int | None = None


def add_unit(db: Database, actor: Actor, draft: UnitDraft) -> int:
    """Makes a unit; returns its id. Raises Invalid."""
    with db.transaction() as unit:
        agency_id = managed_agency(actor, Action.ORGANISATION_MANAGE)
        name = typed.line(draft.name, "unit_name")
        if draft.valid_from is None:
            raise Invalid("day_missing", field="valid_from")
        _check(unit.session, agency_id, draft, None)
        row = Unit(
            agency_id=agency_id,
            parent_id=draft.parent_id,
            focal_id=draft.focal_id,
            created_at=clock.now(),
        )
        unit.session.add(row)
        unit.session.flush()
        unit.session.add(UnitName(unit_id=row.id, name=name, valid_from=draft.valid_from))
        unit.record(_entry(Act.UNIT_ADDED, actor, row, name, after=_said(row, name, draft)))
        return row.id


def change_unit(db: Database, actor: Actor, unit_id: int, draft: UnitDraft) -> None:
    """Another name from a day on, another parent, another focal officer. Raises Invalid."""
    with db.transaction() as unit:
        row = _managed(unit.session, actor, unit_id)
        _check(unit.session, row.agency_id, draft, unit_id)
        name = typed.line(draft.name, "unit_name")
        latest = unit.session.scalar(
            select(UnitName)
            .where(UnitName.unit_id == unit_id)
            .order_by(UnitName.valid_from.desc())
            .limit(1)
        )
        assert latest is not None
        before = {"unit": latest.name, "parent": row.parent_id, "focal": row.focal_id}
        if name != latest.name:
            _rename(unit.session, latest, name, draft.valid_from)
        row.parent_id, row.focal_id = draft.parent_id, draft.focal_id
        after = _said(row, name, draft)
        if all(before[key] == after[key] for key in before):
            raise Conflict("nothing_changed")
        unit.record(_entry(Act.UNIT_CHANGED, actor, row, name, before=before, after=after))


def close_unit(db: Database, actor: Actor, unit_id: int, last_day: date | None) -> None:
    """The unit exists until `last_day`; posts and clips keep its name. Raises Invalid."""
    with db.transaction() as unit:
        row = _managed(unit.session, actor, unit_id)
        if last_day is None:
            raise Invalid("day_missing", field="closed_on")
        if last_day < _first_day(unit.session, unit_id):
            raise Invalid("days_reversed", field="closed_on")
        before = {"closed_on": typed.said(row.closed_on)}
        row.closed_on = last_day
        after = {"closed_on": typed.said(last_day)}
        name = _name(unit.session, unit_id)
        unit.record(_entry(Act.UNIT_CHANGED, actor, row, name, before=before, after=after))


def _rename(session: Session, latest: UnitName, name: str, from_day: date | None) -> None:
    if from_day is None:
        raise Invalid("day_missing", field="valid_from")
    if from_day < latest.valid_from:
        raise Invalid("period_order", field="valid_from")
    if from_day == latest.valid_from:
        latest.name = name
        return
    latest.valid_to = day_before(from_day)
    session.add(UnitName(unit_id=latest.unit_id, name=name, valid_from=from_day))


def _check(session: Session, agency_id: int, draft: UnitDraft, unit_id: int | None) -> None:
    above = draft.parent_id
    while above is not None:
        parent = session.get(Unit, above)
        # A unit beneath itself would be a ring that no page could draw.
        if parent is None or parent.agency_id != agency_id or parent.id == unit_id:
            raise Invalid("unit_unknown", field="parent_id")
        above = parent.parent_id
    if draft.focal_id is not None:
        person = session.get(Person, draft.focal_id)
        if person is None or person.agency_id != agency_id:
            raise Invalid("person_unknown_here", field="focal_id")


def _managed(session: Session, actor: Actor, unit_id: int) -> Unit:
    row = session.get(Unit, unit_id, with_for_update=True)
    if row is None:
        raise NotFound("not_found")
    require(actor, Action.ORGANISATION_MANAGE, AgencyFacts(row.agency_id))
    return row


def _name(session: Session, unit_id: int) -> str:
    found = select(UnitName.name).where(UnitName.unit_id == unit_id)
    return session.scalar(found.order_by(UnitName.valid_from.desc()).limit(1)) or ""


def _first_day(session: Session, unit_id: int) -> date:
    found = select(func.min(UnitName.valid_from)).where(UnitName.unit_id == unit_id)
    return session.scalars(found).one()


def _said(row: Unit, name: str, draft: UnitDraft) -> dict[str, Any]:
    return {
        "unit": name,
        "parent": row.parent_id,
        "focal": row.focal_id,
        "from": typed.said(draft.valid_from),
    }


def _entry(
    act: Act,
    actor: Actor,
    row: Unit,
    name: str,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> Entry:
    return Entry(
        act, actor, row.agency_id, "unit", row.id, name, before=before or {}, after=after or {}
    )
