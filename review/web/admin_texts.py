"""Administration of words that clips are sorted and checked by: categories and ticks."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from review.errors import Conflict, Fault, Invalid, NotFound
from review.operations import categories, ticks
from review.operations.categories import CategoryDraft
from review.operations.ticks import MAX_TICKS
from review.permissions import Action
from review.queries.choices import all_categories
from review.queries.ticks import KINDS, ticks_of
from review.web import access, sessions
from review.web.done import done
from review.web.parts import parts

blueprint = Blueprint("admin_texts", __name__, url_prefix="/admin")


@blueprint.get("/categories")
@access.needs(Action.ROUTES_MANAGE)
def category_list() -> ResponseReturnValue:
    """The categories, and the form for another."""
    return _categories()


@blueprint.post("/categories")
@access.needs(Action.ROUTES_MANAGE)
def add_category() -> ResponseReturnValue:
    """Makes a category."""
    try:
        categories.add_category(parts().database, sessions.current_actor(), _draft())
    except Invalid as fault:
        return _categories(fault), 422
    return done("saved", "admin_texts.category_list")


@blueprint.post("/categories/<int:category_id>")
@access.needs(Action.ROUTES_MANAGE)
def change_category(category_id: int) -> ResponseReturnValue:
    """Another name, another proposal, or no longer offered."""
    try:
        categories.change_category(
            parts().database, sessions.current_actor(), category_id, _draft()
        )
    except (Invalid, Conflict) as fault:
        return _categories(fault, category_id), 422
    return done("saved", "admin_texts.category_list")


@blueprint.get("/ticks")
@access.needs(Action.ROUTES_MANAGE)
def tick_list() -> ResponseReturnValue:
    """The quality and legal ticks as the agency words them."""
    return _ticks()


@blueprint.post("/ticks/<kind>")
@access.needs(Action.ROUTES_MANAGE)
def set_ticks(kind: str) -> ResponseReturnValue:
    """Puts the texts of one kind in force."""
    if kind not in KINDS:
        raise NotFound("not_found")
    texts = tuple(request.form.get("texts", "").splitlines())
    try:
        ticks.set_ticks(parts().database, sessions.current_actor(), kind, texts)
    except (Invalid, Conflict) as fault:
        return _ticks(fault, kind), 422
    return done("saved", "admin_texts.tick_list")


def _draft() -> CategoryDraft:
    form = request.form
    return CategoryDraft(
        form.get("name", ""), bool(form.get("political_by_default")), bool(form.get("active"))
    )


def _categories(fault: Fault | None = None, opened: int = 0) -> str:
    with parts().database.read() as session:
        found = all_categories(session, sessions.agency_id())
    return render_template(
        "admin/categories.html",
        categories=found,
        fault=fault,
        opened=opened,
        values=request.form if fault else {},
    )


def _ticks(fault: Fault | None = None, kind: str = "") -> str:
    with parts().database.read() as session:
        found = ticks_of(session, sessions.agency_id())
    lists = {name: "\n".join(tick.text for tick in found if tick.kind == name) for name in KINDS}
    if fault:
        lists[kind] = request.form.get("texts", "")
    return render_template("admin/ticks.html", lists=lists, fault=fault, limit=MAX_TICKS)
