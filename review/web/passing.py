"""From hand to hand: the small forms beside a clip's player."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from review.errors import Fault
from review.operations import handing
from review.permissions import Actor
from review.web import access
from review.web.clip_view import Refusal, form_fields, render_clip
from review.web.locale import current_locale
from review.web.numbers import number
from review.web.parts import parts
from review.web.sessions import current_actor
from review.words import say

blueprint = Blueprint("passing", __name__, url_prefix="/clips/<code>")


@blueprint.post("/hand-over")
@access.signed_in
def hand_over(code: str) -> ResponseReturnValue:
    """Names the colleague for whom the clip waits, or takes it back."""
    return _act(
        code,
        "hand_over",
        lambda actor, version: handing.hand_over(
            parts().database, actor, code, version, _person(), _note()
        ),
    )


@blueprint.post("/hand-over-dossier")
@access.signed_in
def hand_dossier(code: str) -> ResponseReturnValue:
    """Gives the dossier to another author."""
    return _act(
        code,
        "hand_dossier",
        lambda actor, version: handing.hand_over_dossier(
            parts().database, actor, code, version, _person(), _note()
        ),
    )


@blueprint.post("/skip")
@access.signed_in
def skip(code: str) -> ResponseReturnValue:
    """The head takes the clip past the levels below."""
    return _act(
        code,
        "skip",
        lambda actor, version: handing.skip_to_head(
            parts().database, actor, code, version, _note()
        ),
    )


def _act(code: str, panel: str, operation: Callable[[Actor, int], object]) -> ResponseReturnValue:
    try:
        operation(current_actor(), request.form.get("version", 0, type=number))
    except Fault as trouble:
        if trouble.code == "not_found":
            raise
        return render_clip(code, refusal=Refusal(trouble, panel, form_fields()))
    flash(say(f"done_{panel}", current_locale()), "success")
    return redirect(url_for("clip.show", code=code), 303)


def _person() -> int:
    return request.form.get("person", 0, type=number)


def _note() -> str:
    return request.form.get("note", "")
