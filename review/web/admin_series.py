"""Administration of the agency's series (chuyên đề, loạt bài)."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from review.errors import Conflict, Fault, Invalid
from review.operations import series
from review.permissions import Action
from review.queries.dossier import series_of
from review.web import access, sessions
from review.web.done import done
from review.web.parts import parts

blueprint = Blueprint("admin_series", __name__, url_prefix="/admin/series")


@blueprint.get("")
@access.needs(Action.ROUTES_MANAGE)
def index() -> ResponseReturnValue:
    """The list, and the form for another."""
    return _list()


@blueprint.post("")
@access.needs(Action.ROUTES_MANAGE)
def add() -> ResponseReturnValue:
    """Adds a series."""
    try:
        series.add_series(parts().database, sessions.current_actor(), request.form.get("name", ""))
    except Invalid as fault:
        return _list(fault), 422
    return done("saved", "admin_series.index")


@blueprint.post("/<int:series_id>")
@access.needs(Action.ROUTES_MANAGE)
def change(series_id: int) -> ResponseReturnValue:
    """Another name, or no longer offered."""
    name, active = request.form.get("name", ""), bool(request.form.get("active"))
    actor = sessions.current_actor()
    try:
        series.change_series(parts().database, actor, series_id, name, active)
    except (Invalid, Conflict) as fault:
        return _list(fault, series_id), 422
    return done("saved", "admin_series.index")


def _list(fault: Fault | None = None, opened: int = 0) -> str:
    with parts().database.read() as session:
        found = series_of(session, sessions.agency_id())
    return render_template(
        "admin/series.html",
        series=found,
        fault=fault,
        opened=opened,
        values=request.form if fault else {},
    )
