"""Up, back and away: the buttons of a clip's way."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from review.errors import Fault
from review.operations import field_drafts, levels
from review.operations.returning import TO_AUTHOR, Back
from review.permissions import Actor
from review.web import access
from review.web.clip_form import ANSWERS, draft_from
from review.web.clip_view import Refusal, form_fields, render_clip
from review.web.locale import current_locale
from review.web.numbers import number
from review.web.office_forms import tick_answers
from review.web.parts import parts
from review.web.sessions import current_actor
from review.words import say

blueprint = Blueprint("decide", __name__, url_prefix="/clips/<code>")


@blueprint.post("/submit")
@access.signed_in
def submit(code: str) -> ResponseReturnValue:
    """Sends the clip up, with what its author has typed into its fields until now."""
    field_drafts.settle_quietly(parts().database, current_actor(), code, draft_from)
    return _act(
        code,
        "submit",
        lambda actor, version: levels.submit(
            parts().database, actor, code, version, _text("note"), tick_answers(request.form)
        ),
    )


@blueprint.post("/approve")
@access.signed_in
def approve(code: str) -> ResponseReturnValue:
    """Agrees at a level and sends the clip to the next."""
    return _act(
        code,
        "approve",
        lambda actor, version: levels.approve(
            parts().database,
            actor,
            code,
            version,
            ANSWERS.get(_text("political")),
            _text("note"),
            _text("political_reason"),
            tick_answers(request.form),
        ),
    )


@blueprint.post("/return")
@access.signed_in
def return_(code: str) -> ResponseReturnValue:
    """Sends the clip back: to its author, to a lower level, or to be mended and straight back."""
    return _act(
        code,
        "return",
        lambda actor, version: levels.return_clip(
            parts().database, actor, code, version, _text("reason"), _text("note"), _back()
        ),
    )


@blueprint.post("/reject")
@access.signed_in
def reject(code: str) -> ResponseReturnValue:
    """Ends the clip's way."""
    return _act(
        code,
        "return",
        lambda actor, version: levels.reject(
            parts().database, actor, code, version, _text("reason"), _text("note")
        ),
        done="rejected",
    )


@blueprint.post("/recall")
@access.signed_in
def recall(code: str) -> ResponseReturnValue:
    """The author takes the clip back."""
    return _act(
        code,
        "recall",
        lambda actor, version: levels.recall(parts().database, actor, code, version, _text("note")),
    )


@blueprint.post("/withdraw")
@access.signed_in
def withdraw(code: str) -> ResponseReturnValue:
    """The author gives the clip up."""
    return _act(
        code,
        "withdraw",
        lambda actor, version: levels.withdraw(parts().database, actor, code, version),
    )


def _act(
    code: str, panel: str, operation: Callable[[Actor, int], object], done: str = ""
) -> ResponseReturnValue:
    """Runs an operation; refused, the page stands as it was, panel open, words in."""
    try:
        operation(current_actor(), request.form.get("version", 0, type=number))
    except Fault as trouble:
        if trouble.code == "not_found":
            raise
        return render_clip(code, refusal=Refusal(trouble, panel, form_fields()))
    flash(say(f"done_{done or panel}", current_locale()), "success")
    return redirect(url_for("clip.show", code=code), 303)


def _back() -> Back:
    """Where the form sends the clip."""
    where = _text("back")
    if where == "straight":
        return Back(straight=True, fixer_id=request.form.get("fixer", type=number))
    place, _, position = where.partition("-")
    if place == "level":
        return Back(to_level=int(position) if position.isdecimal() else 0)
    return TO_AUTHOR


def _text(name: str) -> str:
    return request.form.get(name, "").strip()
