"""Administration of routes: the levels that clips climb, and which clips take which."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from review.errors import Conflict, Fault, Invalid
from review.operations import route_rules, routes
from review.operations.agencies import MAX_LEVELS, RouteDraft
from review.permissions import DECIDING, Action, Role
from review.queries.choices import all_categories
from review.queries.routes import RouteCard, RuleCard, route_of, routes_of, rules_of
from review.web import access, office_forms, rows, sessions
from review.web.done import done
from review.web.locale import current_locale
from review.web.parts import parts
from review.words import say

blueprint = Blueprint("admin_route", __name__, url_prefix="/admin/route")

# Beside the rules there are: room for two more without any script.
SPARE_RULES = 2


@blueprint.get("")
@access.needs(Action.ROUTES_MANAGE)
def show() -> ResponseReturnValue:
    """The rules, and the routes that they may name."""
    return _index()


@blueprint.post("/rules")
@access.needs(Action.ROUTES_MANAGE)
def set_rules() -> ResponseReturnValue:
    """Puts a new set of rules in force."""
    drafts = office_forms.rules_from(request.form)
    try:
        route_rules.set_rules(parts().database, sessions.current_actor(), drafts)
    except Invalid as fault:
        return _index(request.form, fault), 422
    return done("rules_saved", "admin_route.show")


@blueprint.get("/new")
@access.needs(Action.ROUTES_MANAGE)
def new_route() -> ResponseReturnValue:
    """The empty form."""
    return _route_form(None, {"level3_label": say("setup_head_post", current_locale())})


@blueprint.post("/new")
@access.needs(Action.ROUTES_MANAGE)
def add_route() -> ResponseReturnValue:
    """A further route, which rules may name from now on."""
    try:
        routes.add_route(parts().database, sessions.current_actor(), _draft(""))
    except Invalid as fault:
        return _route_form(None, request.form.to_dict(), fault), 422
    return done("route_added", "admin_route.show")


@blueprint.get("/<int:route_id>")
@access.needs(Action.ROUTES_MANAGE)
def route(route_id: int) -> ResponseReturnValue:
    """One route with its levels."""
    return _route_form(_card(route_id))


@blueprint.post("/<int:route_id>")
@access.needs(Action.ROUTES_MANAGE)
def replace_route(route_id: int) -> ResponseReturnValue:
    """A new route in place of this one."""
    card = _card(route_id)
    try:
        routes.replace_route(
            parts().database, sessions.current_actor(), route_id, _draft(card.name)
        )
    except (Invalid, Conflict) as fault:
        return _route_form(card, request.form.to_dict(), fault), 422
    return done("route_saved", "admin_route.show")


@blueprint.post("/<int:route_id>/retire")
@access.needs(Action.ROUTES_MANAGE)
def retire_route(route_id: int) -> ResponseReturnValue:
    """The route is offered no more."""
    try:
        routes.retire_route(parts().database, sessions.current_actor(), route_id)
    except Conflict as fault:
        return _route_form(_card(route_id), None, fault), 422
    return done("route_retired_done", "admin_route.show")


def _draft(name: str) -> RouteDraft:
    form = request.form
    return RouteDraft(
        form.get("name", "").strip() or name or say("route_name", current_locale()),
        rows.levels_from(form),
        bool(form.get("author_quality")),
        bool(form.get("author_legal")),
    )


def _card(route_id: int) -> RouteCard:
    with parts().database.read() as session:
        return route_of(session, sessions.agency_id(), route_id)


def _index(form: rows.Form | None = None, fault: Fault | None = None) -> str:
    with parts().database.read() as session:
        found = routes_of(session, sessions.agency_id())
        rules = rules_of(session, sessions.agency_id())
        categories = all_categories(session, sessions.agency_id())
    lines = rows.rows_of(form, "rule") if form else [_line(rule) for rule in rules]
    spare = {"category": "", "political": "", "route": "", "head": "1"}
    # The general rule stays at the foot: it catches what is left.
    special = [line for line in lines if not _catches_all(line)]
    general = next((line for line in lines if _catches_all(line)), spare)
    return render_template(
        "admin/routes.html",
        routes=found,
        rules=special + [spare] * SPARE_RULES,
        general=general,
        categories=[one for one in categories if one.active],
        fault=fault,
    )


def _line(rule: RuleCard) -> dict[str, str]:
    return {
        "category": str(rule.category_id or ""),
        "political": {None: "", True: "yes", False: "no"}[rule.political],
        "route": str(rule.route_id),
        "head": "1" if rule.head_in_person else "0",
    }


def _catches_all(line: dict[str, str]) -> bool:
    return bool(line.get("route")) and not line.get("category") and not line.get("political")


def _route_form(
    card: RouteCard | None, values: dict[str, str] | None = None, fault: Fault | None = None
) -> str:
    return render_template(
        "admin/route.html",
        card=card,
        values=values if values is not None else _values(card),
        fault=fault,
        level_rows=MAX_LEVELS,
        level_roles=[role for role in Role if role in DECIDING and role is not Role.HEAD],
    )


def _values(card: RouteCard | None) -> dict[str, str]:
    values: dict[str, str] = {"name": card.name if card else ""}
    levels = card.levels if card else ()
    for number, level in enumerate(levels, start=MAX_LEVELS - len(levels)):
        values[f"level{number}_role"] = level.role.value
        values[f"level{number}_label"] = level.label
        values[f"level{number}_due_hours"] = str(level.due_hours)
        values[f"level{number}_quality"] = "1" if level.answers_quality else ""
        values[f"level{number}_legal"] = "1" if level.answers_legal else ""
        values[f"level{number}_needs_checked"] = "1" if level.needs_checked_captions else ""
    if card is not None:
        values["author_quality"] = "1" if card.answers_quality else ""
        values["author_legal"] = "1" if card.answers_legal else ""
    return values
