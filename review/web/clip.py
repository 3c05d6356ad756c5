"""Trang clip: the page, its fields, who has it open, and what machines are asked once more."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from review.errors import Fault
from review.operations import field_drafts, intake, notices, retrying
from review.queries.clip_page import clip_page, visible_clip
from review.web import access, hearing
from review.web.clip_form import draft_from
from review.web.clip_view import (
    Refusal,
    clip_context,
    form_fields,
    render_clip,
    seen,
)
from review.web.locale import current_locale
from review.web.numbers import number
from review.web.parts import parts
from review.web.presence import presence
from review.web.sessions import current_actor
from review.words import say

blueprint = Blueprint("clip", __name__, url_prefix="/clips/<code>")


@blueprint.get("")
@access.signed_in
def show(code: str) -> ResponseReturnValue:
    """The page of one clip."""
    tab = request.args.get("tab", "")
    shown = render_clip(code, tab=tab, editing=_editing())
    notices.read_about(parts().database, current_actor(), code)
    return shown


@blueprint.get("/status")
@access.signed_in
def status(code: str) -> ResponseReturnValue:
    """The player's place while machines work; once they are done it fetches the whole page's."""
    with parts().database.read() as session:
        page = clip_page(session, current_actor(), code)
    tab, editing = request.args.get("tab", "captions"), _editing()
    if request.args.get("seen") != seen(page):
        return render_template("clip/_changed.html", page=page, tab=tab, editing=editing)
    return render_template("clip/_player.html", **clip_context(page, tab), editing=editing)


@blueprint.post("/presence")
@access.signed_in
def present(code: str) -> str:
    """The page says that it is still open, and learns who else has the clip open."""
    actor = current_actor()
    with parts().database.read() as session:
        clip, _facts = visible_clip(session, actor, code)
        clip_id = clip.id
    watching = presence().look(clip_id, actor)
    return render_template("clip/_watching.html", code=code, watching=watching)


@blueprint.post("/fields")
@access.signed_in
def save_fields(code: str) -> ResponseReturnValue:
    """Saves the fields."""
    fields = form_fields()
    try:
        with parts().database.read() as session:
            page = clip_page(session, current_actor(), code)
        if page.state == "in_review":
            fields = {"category": [page.category_code], "language": [page.language], **fields}
        database, actor = parts().database, current_actor()
        made = intake.edit_fields(database, actor, code, _version(), draft_from(fields))
        field_drafts.saved(database, actor, code, made.version)
    except Fault as trouble:
        return render_clip(
            code, tab="fields", editing=True, refusal=Refusal(trouble, fields=fields)
        )
    return _done(code, "fields", "saved")


@blueprint.post("/retry")
@access.signed_in
def retry(code: str) -> ResponseReturnValue:
    """Makes a failed step due once more."""
    try:
        retrying.retry_step(parts().database, current_actor(), code, request.form.get("step", ""))
    except Fault as trouble:
        return render_clip(code, refusal=Refusal(trouble))
    return redirect(url_for("clip.show", code=code), 303)


@blueprint.post("/hear-again")
@access.signed_in
def hear_again(code: str) -> ResponseReturnValue:
    """Has the clip heard by another model or in another language, as a proposal."""
    try:
        return hearing.ask(code)
    except Fault as trouble:
        return render_clip(code, refusal=Refusal(trouble))


def _editing() -> bool:
    """Whether a form is open on the page, which nothing may take away from under a person."""
    return request.args.get("edit") == "1"


def _version() -> int:
    return request.form.get("version", 0, type=number)


def _done(code: str, tab: str, words: str) -> ResponseReturnValue:
    flash(say(words, current_locale()), "success")
    return redirect(url_for("clip.show", code=code, tab=tab), 303)
