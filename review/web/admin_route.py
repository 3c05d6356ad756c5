"""Administration of the route: the levels that a clip climbs."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from review.errors import Fault, Invalid
from review.operations import agencies
from review.operations.agencies import MAX_LEVELS
from review.permissions import DECIDING, Action, Role
from review.queries import agency
from review.web import access, rows, sessions
from review.web.done import done
from review.web.locale import current_locale
from review.web.parts import parts
from review.words import say

blueprint = Blueprint("admin_route", __name__, url_prefix="/admin/route")


@blueprint.get("")
@access.needs(Action.ROUTES_MANAGE)
def show() -> ResponseReturnValue:
    """The levels in force."""
    return _route_form()


@blueprint.post("")
@access.needs(Action.ROUTES_MANAGE)
def set_route() -> ResponseReturnValue:
    """Puts a new route in force; clips on their way keep theirs."""
    levels = rows.levels_from(request.form)
    name = say("route_name", current_locale())
    try:
        agencies.set_route(parts().database, sessions.current_actor(), name, levels)
    except Invalid as fault:
        return _route_form(request.form.to_dict(), fault), 422
    return done("route_saved", "admin_route.show")


def _route_form(values: dict[str, str] | None = None, fault: Fault | None = None) -> str:
    with parts().database.read() as session:
        levels = agency.route_in_force(session, sessions.agency_id())
    if values is None:
        values = {}
        for number, level in enumerate(levels, start=MAX_LEVELS - len(levels)):
            values[f"level{number}_role"] = level.role.value
            values[f"level{number}_label"] = level.label
            values[f"level{number}_due_hours"] = str(level.due_hours)
            values[f"level{number}_needs_checked"] = "1" if level.needs_checked_captions else ""
    return render_template(
        "admin/route.html",
        levels=levels,
        values=values,
        fault=fault,
        level_rows=MAX_LEVELS,
        level_roles=[role for role in Role if role in DECIDING and role is not Role.HEAD],
    )
