"""Series (chuyên đề, loạt bài): an agency's own list, which also grows by typing a new name."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from review import clock
from review.audit import Act, Entry
from review.db import Database, Transaction
from review.errors import Conflict, Invalid, NotFound
from review.models import Clip, Series
from review.operations import typed
from review.operations.identity import managed_agency
from review.permissions import Action, Actor, AgencyFacts, require


def add_series(db: Database, actor: Actor, name: str) -> int:
    """A further series; returns its id. Raises Invalid."""
    with db.transaction() as unit:
        agency_id = managed_agency(actor, Action.ROUTES_MANAGE)
        name = typed.line(name, "series")
        if _named(unit.session, agency_id, name) is not None:
            raise Invalid("series_twice", field="name")
        return _make(unit, actor, agency_id, name).id


def change_series(db: Database, actor: Actor, series_id: int, name: str, active: bool) -> None:
    """Another name, or no longer offered. Raises NotFound, Invalid, Conflict('nothing_changed')."""
    with db.transaction() as unit:
        row = unit.session.get(Series, series_id, with_for_update=True)
        if row is None:
            raise NotFound("not_found")
        require(actor, Action.ROUTES_MANAGE, AgencyFacts(row.agency_id))
        name = typed.line(name, "series")
        same = _named(unit.session, row.agency_id, name)
        if same is not None and same.id != row.id:
            raise Invalid("series_twice", field="name")
        before = {"series": row.name, "active": row.active}
        if before == {"series": name, "active": active}:
            raise Conflict("nothing_changed")
        row.name, row.folded, row.active = name, _key(name), active
        unit.record(_entry(Act.SERIES_CHANGED, actor, row, before=before))


def id_of(unit: Transaction, actor: Actor, clip: Clip, name: str) -> int | None:
    """The series that somebody typed for a clip, made where it is new; None for no name."""
    if not name:
        return None
    found = _named(unit.session, clip.agency_id, name)
    return (found or _make(unit, actor, clip.agency_id, name)).id


def _key(name: str) -> str:
    """Case makes no other series; a mark does, for in Vietnamese it makes another word."""
    return name.casefold()


def _named(session: Session, agency_id: int, name: str) -> Series | None:
    return session.scalar(
        select(Series).where(Series.agency_id == agency_id, Series.folded == _key(name))
    )


def _make(unit: Transaction, actor: Actor, agency_id: int, name: str) -> Series:
    row = Series(
        agency_id=agency_id, name=name, folded=_key(name), active=True, created_at=clock.now()
    )
    unit.session.add(row)
    unit.session.flush()
    unit.record(_entry(Act.SERIES_ADDED, actor, row))
    return row


def _entry(act: Act, actor: Actor, row: Series, before: dict[str, object] | None = None) -> Entry:
    after = {"series": row.name, "active": row.active}
    return Entry(act, actor, row.agency_id, "series", row.id, "", before=before or {}, after=after)
