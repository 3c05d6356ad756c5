"""From hand to hand: the small forms beside a clip's player."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from review.errors import Fault, Invalid
from review.operations import handing, political
from review.permissions import Actor
from review.web import access
from review.web.clip_form import ANSWERS
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


@blueprint.post("/political")
@access.signed_in
def flag(code: str) -> ResponseReturnValue:
    """Changes the political flag at the last level, where no approval asks for it."""
    return _act(
        code,
        "flag",
        lambda actor, version: political.set_political(
            parts().database, actor, code, version, _yes(), _note()
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
    to_sign = request.form.get("from") == "sign"
    return redirect(url_for("sign.show" if to_sign else "clip.show", code=code), 303)


def _person() -> int:
    return request.form.get("person", 0, type=number)


def _yes() -> bool:
    answer = ANSWERS.get(request.form.get("political", ""))
    if answer is None:
        raise Invalid("political_missing", field="political")
    return answer


def _note() -> str:
    return request.form.get("note", "")
