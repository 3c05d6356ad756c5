"""Administration of who may sign for the head: the agency's rule and the documents behind it."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request, send_file
from flask.typing import ResponseReturnValue

from media.errors import MediaError
from media.limits import MIB
from review import clock
from review.errors import Conflict, Fault, Forbidden, Invalid
from review.offices import GRANTED, Capacity
from review.operations import capacities, signing_rules
from review.operations.capacities import CapacityDraft
from review.operations.signing_rules import SigningDraft
from review.permissions import Action
from review.queries import choices, offices, people
from review.queries.heads import head_at, vacant_since
from review.queries.signers import rule_at
from review.web import access, office_forms, rows, sessions
from review.web.done import done
from review.web.error_pages import Problem, status_of
from review.web.parts import parts
from review.web.streaming import Fields, parse_upload

blueprint = Blueprint("admin_signing", __name__, url_prefix="/admin/signing")

# A scanned decision of a few pages; whole books belong elsewhere.
BASIS_MAX_BYTES = 20 * MIB


@blueprint.get("")
@access.needs(Action.PEOPLE_MANAGE)
def show() -> ResponseReturnValue:
    """The rule in force, and everybody who was given something in writing."""
    return _page()


@blueprint.post("/rule")
@access.needs(Action.ORGANISATION_MANAGE)
def set_rule() -> ResponseReturnValue:
    """Puts a rule in force from a day on."""
    form = request.form
    draft = SigningDraft(
        capacities=capacities_from(form.getlist("capacities")),
        political=bool(form.get("political")),
        valid_from=office_forms.day(form, "valid_from"),
        basis=office_forms.basis(form),
    )
    try:
        signing_rules.set_signing_rule(parts().database, sessions.current_actor(), draft)
    except Invalid as fault:
        return _page(form.to_dict(), fault, "rule"), 422
    return done("signing_rule_saved", "admin_signing.show")


@blueprint.post("/capacities")
@access.needs(Action.PEOPLE_MANAGE, streams=True)
def give() -> ResponseReturnValue:
    """Records that a person may sign for the head, with the document and its scan."""
    storage = parts().storage
    fields: Fields = {}
    try:
        fields, file = parse_upload(request, storage, BASIS_MAX_BYTES)
        try:
            draft = _draft(rows.Form((n, v) for n, some in fields.items() for v in some))
            capacities.give_capacity(parts().database, sessions.current_actor(), draft, file)
        except BaseException:
            if file is not None:
                storage.delete(file.stored.key)
            raise
    except (Invalid, Conflict, Forbidden, MediaError) as fault:
        if fault.code == "csrf_failed":
            raise
        values = {name: some[0] for name, some in fields.items() if some}
        return _page(values, fault, "give"), status_of(fault)
    return done("saved", "admin_signing.show")


@blueprint.post("/capacities/<int:grant_id>/end")
@access.needs(Action.PEOPLE_MANAGE)
def end(grant_id: int) -> ResponseReturnValue:
    """Ends a grant after a day."""
    day = office_forms.day(request.form, "valid_to")
    try:
        capacities.end_capacity(parts().database, sessions.current_actor(), grant_id, day)
    except (Invalid, Conflict) as fault:
        return _page(None, fault), 422
    return done("saved", "admin_signing.show")


@blueprint.get("/capacities/<int:grant_id>/file")
@access.needs(Action.ORGANISATION_VIEW)
def basis_file(grant_id: int) -> Response:
    """The scan of a basis document, as a download."""
    basis = capacities.open_basis(parts().database, sessions.current_actor(), grant_id)
    return send_file(
        parts().storage.open(basis.key),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=basis.name or "can-cu",
    )


def capacities_from(codes: list[str]) -> frozenset[Capacity]:
    """The known capacities among `codes`."""
    return frozenset(Capacity(code) for code in codes if code in set(GRANTED))


def _draft(form: rows.Form) -> CapacityDraft:
    return CapacityDraft(
        person_id=rows.whole(form.get("person_id", "")),
        capacity=form.get("capacity", ""),
        valid_from=office_forms.day(form, "valid_from"),
        valid_to=office_forms.day(form, "valid_to"),
        categories=tuple(form.getlist("categories")),
        political=bool(form.get("political")),
        scope=form.get("scope", ""),
        basis=office_forms.basis(form),
    )


def _page(
    values: dict[str, str] | None = None, fault: Problem | Fault | None = None, panel: str = ""
) -> str:
    agency_id, today = sessions.agency_id(), clock.today()
    actor = sessions.current_actor()
    with parts().database.read() as session:
        head = head_at(session, agency_id, today)
        staff = [
            one
            for one in people.people_of(session, agency_id)
            if not one.disabled and one.id not in (head.person_id if head else 0, actor.person_id)
        ]
        context = {
            "head": head,
            "vacant": vacant_since(session, agency_id, today),
            "rule": rule_at(session, agency_id, today),
            "rule_ahead": offices.rule_ahead(session, agency_id),
            "grants": offices.grants_of(session, agency_id),
            "categories": choices.clip_choices(session, agency_id).categories,
        }
    return render_template(
        "admin/signing.html",
        **context,
        people=staff,
        granted=[capacity.value for capacity in GRANTED],
        values=values or {},
        fault=fault,
        panel=panel,
        today=today,
    )
