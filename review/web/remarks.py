"""Ý kiến: remarks at the player's place, their threads, and what is settled."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from review.errors import Fault, Invalid
from review.operations import remarks
from review.operations.remarks import Spot
from review.permissions import Actor
from review.web import access
from review.web.clip_view import Refusal, form_fields, render_clip
from review.web.locale import current_locale
from review.web.parts import parts
from review.web.sessions import current_actor
from review.words import say
from review.words.figures import milliseconds

blueprint = Blueprint("remarks", __name__, url_prefix="/clips/<code>/remarks")


@blueprint.post("")
@access.signed_in
def add(code: str) -> ResponseReturnValue:
    """Keeps a remark, from the tab or from the bar of a decision."""
    panel = "remark" if "from" in request.form else "remark_tab"
    return _act(
        code,
        panel,
        "remark_saved",
        lambda actor: remarks.add_remark(
            parts().database,
            actor,
            code,
            request.form.get("text", ""),
            _spot(),
            blocking=request.form.get("blocking") == "1",
        ),
    )


@blueprint.post("/<int:remark_id>/reply")
@access.signed_in
def reply(code: str, remark_id: int) -> ResponseReturnValue:
    """Answers a remark."""
    text = request.form.get("text", "")
    return _act(
        code,
        f"reply-{remark_id}",
        "remark_saved",
        lambda actor: remarks.reply(parts().database, actor, code, remark_id, text),
    )


@blueprint.post("/<int:remark_id>/edit")
@access.signed_in
def edit(code: str, remark_id: int) -> ResponseReturnValue:
    """Puts other words in the place of one's own."""
    text = request.form.get("text", "")
    return _act(
        code,
        f"edit-{remark_id}",
        "remark_changed",
        lambda actor: remarks.edit_remark(parts().database, actor, code, remark_id, text),
    )


@blueprint.post("/<int:remark_id>/delete")
@access.signed_in
def delete(code: str, remark_id: int) -> ResponseReturnValue:
    """Takes one's own remark away."""
    return _act(
        code,
        f"edit-{remark_id}",
        "remark_deleted",
        lambda actor: remarks.delete_remark(parts().database, actor, code, remark_id),
    )


@blueprint.post("/<int:remark_id>/settle")
@access.signed_in
def settle(code: str, remark_id: int) -> ResponseReturnValue:
    """Says that a remark is settled, or open again."""
    settled = request.form.get("settled") == "1"
    return _act(
        code,
        "",
        "remark_settled" if settled else "remark_reopened",
        lambda actor: remarks.resolve(parts().database, actor, code, remark_id, settled),
    )


def _act(
    code: str, panel: str, words: str, operation: Callable[[Actor], object]
) -> ResponseReturnValue:
    from_sign = request.form.get("from") == "sign"
    try:
        operation(current_actor())
    except Fault as trouble:
        if trouble.code == "not_found":
            raise
        refusal = Refusal(trouble, panel=panel, fields=form_fields())
        return render_clip(code, tab="opinions", refusal=refusal)
    flash(say(words, current_locale()), "success")
    target = "sign.show" if from_sign else "clip.show"
    return redirect(url_for(target, code=code, tab=None if from_sign else "opinions"), 303)


def _spot() -> Spot | None:
    """The place that the form names; none for the whole clip."""
    at = _time("at")
    return None if at is None else Spot(at, _time("end"))


def _time(name: str) -> int | None:
    typed = request.form.get(name, "").strip()
    if not typed:
        return None
    found = milliseconds(typed)
    if found is None:
        raise Invalid("remark_time_unreadable", field=name)
    return found
