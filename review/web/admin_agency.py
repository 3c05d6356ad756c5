"""Administration of the agency itself: what it is called from a day on, and its units."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from review import clock
from review.errors import Conflict, Fault, Invalid
from review.offices import Succession
from review.operations import organisation, units
from review.operations.organisation import PROFILES, AgencyDraft, SuccessionDraft
from review.operations.units import UnitDraft
from review.permissions import Action
from review.queries import agency, people
from review.queries import organisation as seen
from review.web import access, office_forms, rows, sessions
from review.web.done import done
from review.web.parts import parts

blueprint = Blueprint("admin_agency", __name__, url_prefix="/admin")


@blueprint.get("/agency")
@access.needs(Action.ORGANISATION_MANAGE)
def show() -> ResponseReturnValue:
    """What the agency is called, was called, and became."""
    return _agency_page()


@blueprint.post("/agency")
@access.needs(Action.ORGANISATION_MANAGE)
def change() -> ResponseReturnValue:
    """Another name, kind or parent from a day on."""
    form = request.form
    draft = AgencyDraft(
        *(form.get(name, "") for name in ("kind", "name", "parent_name", "place", "profile"))
    )
    day, basis = office_forms.day(form, "valid_from"), office_forms.basis(form)
    try:
        organisation.change_agency(parts().database, sessions.current_actor(), draft, day, basis)
    except (Invalid, Conflict) as fault:
        return _agency_page(form.to_dict(), fault, "change"), 422
    return done("saved", "admin_agency.show")


@blueprint.post("/agency/succession")
@access.needs(Action.ORGANISATION_MANAGE)
def succeed() -> ResponseReturnValue:
    """Remembers what became of the agency."""
    form = request.form
    draft = SuccessionDraft(
        kind=form.get("succession", ""),
        on_day=office_forms.day(form, "on_day"),
        others=tuple(form.get("others", "").splitlines()),
        closes=bool(form.get("closes")),
        basis=office_forms.basis(form),
        note=form.get("note", ""),
    )
    try:
        organisation.record_succession(parts().database, sessions.current_actor(), draft)
    except (Invalid, Conflict) as fault:
        return _agency_page(form.to_dict(), fault, "succession"), 422
    return done("saved", "admin_agency.show")


@blueprint.post("/agency/reopen")
@access.needs(Action.ORGANISATION_MANAGE)
def reopen() -> ResponseReturnValue:
    """The agency works again."""
    try:
        organisation.reopen_agency(
            parts().database, sessions.current_actor(), request.form.get("reason", "")
        )
    except (Invalid, Conflict) as fault:
        return _agency_page(request.form.to_dict(), fault, "reopen"), 422
    return done("agency_reopened", "admin_agency.show")


@blueprint.get("/units")
@access.needs(Action.ORGANISATION_MANAGE)
def unit_list() -> ResponseReturnValue:
    """The units as a tree, and the form for another."""
    return _unit_page(None, {"valid_from": clock.today().isoformat()})


@blueprint.post("/units")
@access.needs(Action.ORGANISATION_MANAGE)
def add_unit() -> ResponseReturnValue:
    """Makes a unit."""
    try:
        units.add_unit(parts().database, sessions.current_actor(), _unit_draft())
    except Invalid as fault:
        return _unit_page(None, request.form.to_dict(), fault), 422
    return done("saved", "admin_agency.unit_list")


@blueprint.get("/units/<int:unit_id>")
@access.needs(Action.ORGANISATION_MANAGE)
def unit(unit_id: int) -> ResponseReturnValue:
    """One unit with the names it had."""
    return _unit_page(unit_id)


@blueprint.post("/units/<int:unit_id>")
@access.needs(Action.ORGANISATION_MANAGE)
def change_unit(unit_id: int) -> ResponseReturnValue:
    """Another name from a day on, another place, another focal officer."""
    try:
        units.change_unit(parts().database, sessions.current_actor(), unit_id, _unit_draft())
    except (Invalid, Conflict) as fault:
        return _unit_page(unit_id, request.form.to_dict(), fault), 422
    return done("saved", "admin_agency.unit_list")


@blueprint.post("/units/<int:unit_id>/close")
@access.needs(Action.ORGANISATION_MANAGE)
def close_unit(unit_id: int) -> ResponseReturnValue:
    """The unit ends."""
    day = office_forms.day(request.form, "closed_on")
    try:
        units.close_unit(parts().database, sessions.current_actor(), unit_id, day)
    except Invalid as fault:
        return _unit_page(unit_id, None, fault), 422
    return done("saved", "admin_agency.unit_list")


def _unit_draft() -> UnitDraft:
    form = request.form
    return UnitDraft(
        form.get("name", ""),
        office_forms.day(form, "valid_from"),
        rows.whole(form.get("parent_id", "")),
        rows.whole(form.get("focal_id", "")),
    )


def _agency_page(
    values: dict[str, str] | None = None, fault: Fault | None = None, panel: str = ""
) -> str:
    with parts().database.read() as session:
        card = agency.agency_card(session, sessions.agency_id())
        history = seen.agency_history(session, card.id)
        kinds = seen.kinds_of_agency(session)
    now = {**vars(card), "valid_from": clock.today().isoformat()}
    return render_template(
        "admin/agency.html",
        card=card,
        history=history,
        kinds=kinds,
        profiles=PROFILES,
        successions=[kind.value for kind in Succession],
        values={**now, **(values or {})},
        fault=fault,
        panel=panel,
        today=clock.today(),
    )


def _unit_page(
    unit_id: int | None, values: dict[str, str] | None = None, fault: Fault | None = None
) -> str:
    with parts().database.read() as session:
        found = seen.units_of(session, sessions.agency_id())
        card = seen.unit_of(session, sessions.agency_id(), unit_id) if unit_id else None
        staff = [one for one in people.people_of(session, sessions.agency_id()) if not one.disabled]
    if values is None and card is not None:
        values = {
            "name": card.name,
            "parent_id": str(card.parent_id or ""),
            "focal_id": str(card.focal_id or ""),
            "valid_from": clock.today().isoformat(),
        }
    template = "admin/unit.html" if card else "admin/units.html"
    return render_template(
        template,
        card=card,
        units=found,
        people=staff,
        values=values or {},
        fault=fault,
        today=clock.today(),
    )
