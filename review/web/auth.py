"""The ways in and out: login, logout, activation, the signing window, the language."""

from __future__ import annotations

import flask
from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from review.errors import Fault, Forbidden, Invalid, NotFound
from review.operations import accounts, identity, setup
from review.operations.passwords import MIN_LENGTH
from review.web import access, limits, locale, sessions
from review.web.devices import device_name
from review.web.parts import parts
from review.words import DEFAULT_LOCALE, say

blueprint = Blueprint("auth", __name__)

# A year: the choice of somebody who has no account to remember it.
LOCALE_COOKIE_S = 365 * 86_400
TYPED_NAME_LIMIT = 64


@blueprint.get("/login")
@access.public("the way in")
def login_page() -> ResponseReturnValue:
    """The form; on an empty installation, what to do first."""
    if sessions.person_or_none() is not None:
        return redirect(sessions.safe_next(request.args.get("next")), 303)
    if setup.is_empty(parts().database):
        return render_template("setup/empty.html")
    return _login_form(sessions.safe_next(request.args.get("next")))


@blueprint.post("/login")
@limits.password_attempts
@access.public("the way in")
def log_in() -> ResponseReturnValue:
    """Opens a session. One answer for every reason of refusal, and as slow for each."""
    target = sessions.safe_next(request.form.get("next"))
    name = request.form.get("username", "")[:TYPED_NAME_LIMIT]
    try:
        secret = _open_session(name, request.form.get("password", ""))
    except Forbidden as fault:
        return _login_form(target, name, fault), 403
    return _enter(secret, target)


@blueprint.post("/logout")
@access.signed_in
def log_out() -> ResponseReturnValue:
    """Ends this device's session."""
    identity.log_out(parts().database, sessions.current_actor())
    flask.session.clear()
    response = redirect(url_for("auth.login_page"), 303)
    sessions.forget(response)
    return response


@blueprint.get("/activate/<secret>")
@access.public("the link is the proof")
def activation_page(secret: str) -> ResponseReturnValue:
    """Shows whose link it is. Looking uses nothing up: chat programs look at every link."""
    return _activation_form(secret)


@blueprint.post("/activate/<secret>")
@limits.password_attempts
@access.public("the link is the proof")
def activate(secret: str) -> ResponseReturnValue:
    """The owner chooses a password, and is in."""
    password = request.form.get("password", "")
    try:
        name = accounts.activate(parts().database, secret, password, sessions.address())
    except Invalid as fault:
        return _activation_form(secret, fault), 422
    flash(_say("activated"), "success")
    return _enter(_open_session(name, password), "/")


@blueprint.post("/signing-window")
@limits.password_attempts
@access.signed_in
def open_signing() -> ResponseReturnValue:
    """The password again: opens the signing window on this device."""
    target = sessions.safe_next(request.form.get("next"))
    password = request.form.get("password", "")
    try:
        until = identity.open_signing(parts().database, sessions.current_actor(), password)
    except Forbidden as fault:
        if not sessions.wants_page(request):
            raise
        return render_template("auth/signing.html", fault=fault, next=target), 403
    if not sessions.wants_page(request):
        return jsonify(until=until.isoformat(timespec="seconds"))
    return redirect(target, 303)


@blueprint.post("/language")
@access.public("a choice of words")
def choose_language() -> ResponseReturnValue:
    """Remembers the language: on the person, or in the browser of somebody not logged in."""
    chosen = locale.known(request.form.get("locale")) or DEFAULT_LOCALE
    response = redirect(sessions.safe_next(request.form.get("next")), 303)
    actor = sessions.person_or_none()
    if actor is not None:
        accounts.set_locale(parts().database, actor, chosen)
    response.set_cookie(
        locale.COOKIE,
        chosen,
        max_age=LOCALE_COOKIE_S,
        httponly=True,
        samesite="Lax",
        secure=parts().settings.secure,
    )
    return response


def _open_session(name: str, password: str) -> str:
    device = device_name(request.user_agent.string)
    return identity.log_in(parts().database, name, password, device, sessions.address())


def _enter(secret: str, target: str) -> ResponseReturnValue:
    """Sends the browser on with its session, and with a fresh CSRF token."""
    messages = flask.session.get("_flashes", [])
    flask.session.clear()
    if messages:
        flask.session["_flashes"] = messages
    flask.session.permanent = True
    response = redirect(target, 303)
    sessions.remember(response, secret)
    return response


def _login_form(target: str, name: str = "", fault: Fault | None = None) -> str:
    return render_template("auth/login.html", next=target, username=name, fault=fault)


def _activation_form(secret: str, fault: Fault | None = None) -> str:
    link = accounts.look_at_link(parts().database, secret)
    if link.purpose != "activate":
        raise NotFound("link_gone")
    return render_template("auth/activate.html", link=link, minimum=MIN_LENGTH, fault=fault)


def _say(code: str) -> str:
    return say(code, locale.current_locale())
