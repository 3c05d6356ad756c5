"""Xác nhận duyệt: the head's screen, the statement, the receipt."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from review.errors import Conflict, Fault, Forbidden, NeedsPassword
from review.operations import identity
from review.operations.signoff import sign as sign_clip
from review.permissions import Action, refusal
from review.queries.clip_page import clip_page, visible_clip
from review.queries.clip_route import standing_sign_off_view
from review.queries.inbox import waiting_codes
from review.queries.signing import ASSESSMENTS, signing_sheet
from review.web import access
from review.web.answers import sentence
from review.web.clip_form import ANSWERS
from review.web.clip_view import Refusal, render_clip
from review.web.error_pages import status_of
from review.web.limits import password_attempts
from review.web.numbers import number
from review.web.parts import parts
from review.web.sessions import current_actor

blueprint = Blueprint("sign", __name__, url_prefix="/clips/<code>/sign")


@blueprint.get("")
@access.signed_in
def show(code: str) -> ResponseReturnValue:
    """The clip as the head judges it; who does not sign here sees the ordinary page."""
    return _show(code, None)


def _show(code: str, trouble: Fault | None) -> ResponseReturnValue:
    actor = current_actor()
    with parts().database.read() as session:
        _clip, facts = visible_clip(session, actor, code)
        queue = waiting_codes(session, actor, to_sign=True)
    if refusal(actor, Action.CLIP_SIGN, facts) is not None:
        return redirect(url_for("clip.show", code=code), 303)
    place = queue.index(code) + 1 if code in queue else 0
    refused = Refusal(trouble) if trouble else None
    return render_clip(
        code, refusal=refused, template="sign/show.html", place=place, places=len(queue)
    )


@blueprint.get("/confirm")
@access.signed_in
def confirm(code: str) -> ResponseReturnValue:
    """The statement. Who cannot sign is told why."""
    return _confirm(code, None)


@blueprint.post("")
@access.signed_in
@password_attempts
def sign(code: str) -> ResponseReturnValue:
    """Confirms exactly the digest that the page showed."""
    actor, form = current_actor(), request.form
    try:
        if form.get("password"):
            identity.open_signing(parts().database, actor, form["password"])
        sign_clip(
            parts().database,
            actor,
            code,
            form.get("version", 0, type=number),
            form.get("digest", ""),
            form.getlist("assessments"),
            ANSWERS.get(form.get("political", ""), False),
            form.get("note", ""),
        )
    except Fault as trouble:
        if trouble.code == "not_found":
            raise
        return _confirm(code, trouble)
    return redirect(url_for("sign.signed", code=code), 303)


@blueprint.get("/done")
@access.signed_in
def signed(code: str) -> ResponseReturnValue:
    """The receipt, and the next clip one tap away."""
    actor = current_actor()
    with parts().database.read() as session:
        page = clip_page(session, actor, code)
        given = standing_sign_off_view(session, page.id)
        queue = waiting_codes(session, actor, to_sign=True)
    if given is None:
        return redirect(url_for("clip.show", code=code), 303)
    following = next((waiting for waiting in queue if waiting != code), None)
    return render_template(
        "sign/signed.html", page=page, sign_off=given, next_code=following, left=len(queue)
    )


def _confirm(code: str, trouble: Fault | None) -> ResponseReturnValue:
    actor = current_actor()
    with parts().database.read() as session:
        clip, facts = visible_clip(session, actor, code)
        why_not = refusal(actor, Action.CLIP_SIGN, facts)
        if why_not is not None and trouble is None:
            raise Forbidden(why_not)
        if why_not is not None:
            # Somebody decided in between: the clip's own page says where it stands now.
            return redirect(url_for("clip.show", code=code), 303)
        page = clip_page(session, actor, code)
        try:
            sheet = signing_sheet(session, clip, actor)
        except Conflict as missing:
            # A file that was asked for is not there yet: there is nothing to confirm.
            return _show(code, trouble or missing)
    about_password = isinstance(trouble, NeedsPassword) or (
        trouble is not None and trouble.params.get("field") == "password"
    )
    words = sentence(trouble) if trouble else None
    html = render_template(
        "sign/confirm.html",
        page=page,
        sheet=sheet,
        assessments=ASSESSMENTS,
        ticked=frozenset(request.form.getlist("assessments")),
        form=request.form,
        window_open=actor.signing_open and not about_password,
        fault=None if about_password else words,
        password_error=words if about_password else None,
    )
    return html, status_of(trouble) if trouble else 200
