"""Tên riêng: the names of the agency, for whoever keeps them."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from review.errors import Fault, Invalid
from review.operations import glossary
from review.operations.glossary import KINDS, MAX_NOTE, MAX_TEXT, TermDraft
from review.permissions import Action
from review.queries.glossary import glossary_of, term_card
from review.web import access, sessions
from review.web.done import done
from review.web.locale import current_locale
from review.web.parts import parts
from review.words import say

blueprint = Blueprint("admin_names", __name__, url_prefix="/admin/names")


@blueprint.get("")
@access.needs(Action.GLOSSARY_MANAGE)
def index() -> ResponseReturnValue:
    """The list, and the box into which more are pasted."""
    return _list({})


@blueprint.post("")
@access.needs(Action.GLOSSARY_MANAGE)
def add() -> ResponseReturnValue:
    """Adds the pasted names."""
    form = request.form
    drafts = glossary.pasted(form.get("kind", ""), form.get("lines", ""))
    try:
        made = glossary.add_terms(parts().database, sessions.current_actor(), drafts)
    except Invalid as fault:
        return _list(form.to_dict(), fault), 422
    words = say("names_added", current_locale(), added=made.added, known=made.known)
    flash(words, "success")
    return redirect(url_for("admin_names.index"), 303)


@blueprint.get("/<int:term_id>")
@access.needs(Action.GLOSSARY_MANAGE)
def term(term_id: int) -> ResponseReturnValue:
    """One name."""
    with parts().database.read() as session:
        card = term_card(session, sessions.agency_id(), term_id)
    values = {"kind": card.kind, "text": card.text, "note": card.note}
    return _form(term_id, values, active=card.active)


@blueprint.post("/<int:term_id>")
@access.needs(Action.GLOSSARY_MANAGE)
def change(term_id: int) -> ResponseReturnValue:
    """Changes it, or takes it out of use."""
    form = request.form
    active = bool(form.get("active"))
    draft = TermDraft(form.get("kind", ""), form.get("text", ""), form.get("note", ""), active)
    try:
        glossary.change_term(parts().database, sessions.current_actor(), term_id, draft)
    except Invalid as fault:
        return _form(term_id, form.to_dict(), active=active, fault=fault), 422
    return done("names_saved", "admin_names.index")


def _list(values: dict[str, str], fault: Fault | None = None) -> str:
    with parts().database.read() as session:
        cards = glossary_of(session, sessions.agency_id())
    return render_template("admin/names.html", terms=cards, values=values, fault=fault, kinds=KINDS)


def _form(term_id: int, values: dict[str, str], *, active: bool, fault: Fault | None = None) -> str:
    return render_template(
        "admin/name.html",
        term_id=term_id,
        values=values,
        active=active,
        fault=fault,
        kinds=KINDS,
        max_text=MAX_TEXT,
        max_note=MAX_NOTE,
    )
