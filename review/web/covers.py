"""The picture that stands for a clip: chosen at the player's place, changed, given back."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from review.errors import Fault, Invalid
from review.operations import covers
from review.queries.clip_page import clip_page
from review.web import access
from review.web.clip_view import Refusal, form_fields, render_clip
from review.web.locale import current_locale
from review.web.numbers import number
from review.web.parts import parts
from review.web.sessions import current_actor
from review.words import say
from review.words.figures import milliseconds

blueprint = Blueprint("covers", __name__, url_prefix="/clips/<code>/cover")
PANEL = "cover"


@blueprint.get("")
@access.signed_in
def show(code: str) -> ResponseReturnValue:
    """The cover's place on the page, which looks again while a machine cuts the picture."""
    with parts().database.read() as session:
        page = clip_page(session, current_actor(), code)
    editing = request.args.get("edit") == "1"
    return render_template("clip/_cover.html", page=page, editing=editing)


@blueprint.post("")
@access.signed_in
def choose(code: str) -> ResponseReturnValue:
    """Takes the picture at the time sent, and leaves the player there."""
    try:
        at_ms = milliseconds(request.form.get("at", ""))
        if at_ms is None:
            raise Invalid("cover_unreadable", field="at")
        covers.choose_cover(parts().database, current_actor(), code, _version(), at_ms)
    except Fault as trouble:
        return _refused(code, trouble)
    return _done(code, "cover_asked", at_ms)


@blueprint.post("/drop")
@access.signed_in
def drop(code: str) -> ResponseReturnValue:
    """Goes back to the automatic picture."""
    try:
        covers.drop_cover(parts().database, current_actor(), code, _version())
    except Fault as trouble:
        return _refused(code, trouble)
    return _done(code, "cover_dropped", None)


def _version() -> int:
    return request.form.get("version", 0, type=number)


def _refused(code: str, trouble: Fault) -> ResponseReturnValue:
    return render_clip(code, refusal=Refusal(trouble, panel=PANEL, fields=form_fields()))


def _done(code: str, words: str, at_ms: int | None) -> ResponseReturnValue:
    flash(say(words, current_locale()), "success")
    return redirect(url_for("clip.show", code=code, at=at_ms), 303)
