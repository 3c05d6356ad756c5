"""The copy with the captions in its picture: asked for, looked at, let go."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from review.errors import Fault
from review.operations import captioned
from review.queries.clip_page import ClipPage, clip_page
from review.queries.ordered import Making
from review.queries.progress import progress_of_order
from review.renditions import CAPTIONED
from review.web import access
from review.web.clip_view import Refusal, render_clip
from review.web.locale import current_locale
from review.web.numbers import number
from review.web.parts import parts
from review.web.sessions import current_actor
from review.words import say

blueprint = Blueprint("captioned", __name__, url_prefix="/clips/<code>/captioned")


@blueprint.get("")
@access.signed_in
def show(code: str) -> ResponseReturnValue:
    """Its place on the page, which looks again while a machine draws."""
    with parts().database.read() as session:
        page = clip_page(session, current_actor(), code)
    return render_template("clip/_captioned.html", page=page, percent=percent_of(page))


@blueprint.post("")
@access.signed_in
def ask(code: str) -> ResponseReturnValue:
    """Asks for a copy with the captions as they are now."""
    return _act(code, captioned.ask_captioned, "captioned_asked")


@blueprint.post("/drop")
@access.signed_in
def drop(code: str) -> ResponseReturnValue:
    """Lets the copy go."""
    return _act(code, captioned.drop_captioned, "captioned_dropped")


def percent_of(page: ClipPage) -> int | None:
    """How far the copy is, while it is being made and somebody says so."""
    copy = page.captioned
    if copy is None or copy.making is not Making.PENDING:
        return None
    step = progress_of_order(parts().redis, CAPTIONED, copy.id)
    return step.percent if step else None


def _act(code: str, operation: Callable[..., object], words: str) -> ResponseReturnValue:
    version = request.form.get("version", 0, type=number)
    try:
        operation(parts().database, current_actor(), code, version)
    except Fault as trouble:
        return render_clip(code, refusal=Refusal(trouble, panel=CAPTIONED))
    flash(say(words, current_locale()), "success")
    return redirect(url_for("clip.show", code=code, tab="captions"), 303)
