"""One's own account: password, language, devices, tokens."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from review.errors import Fault, Forbidden, Invalid
from review.operations import accounts, identity
from review.operations.passwords import MIN_LENGTH
from review.permissions import Action
from review.queries import people
from review.web import access, limits, sessions
from review.web.done import done
from review.web.parts import parts

blueprint = Blueprint("account", __name__, url_prefix="/account")


@blueprint.get("")
@access.signed_in
def show() -> ResponseReturnValue:
    """Everything about oneself on one page."""
    return _page()


@blueprint.post("/password")
@limits.password_attempts
@access.signed_in
def change_password() -> ResponseReturnValue:
    """A new password; one's other devices are logged out."""
    try:
        accounts.change_password(
            parts().database,
            sessions.current_actor(),
            request.form.get("old", ""),
            request.form.get("password", ""),
        )
    except Invalid as fault:
        return _page(fault=fault), 422
    except Forbidden as fault:
        return _page(fault=fault), 403
    return done("password_changed", "account.show")


@blueprint.post("/devices/<int:session_id>/end")
@access.signed_in
def end_device(session_id: int) -> ResponseReturnValue:
    """Logs another of one's own devices out."""
    identity.end_device(parts().database, sessions.current_actor(), session_id)
    return done("device_ended", "account.show")


@blueprint.post("/tokens")
@access.needs(Action.TOKEN_MANAGE_OWN)
def issue_token() -> ResponseReturnValue:
    """A new token. Its secret is on this answer and nowhere else, so there is no redirect."""
    name = request.form.get("name", "")
    try:
        _, secret = identity.issue_token(parts().database, sessions.current_actor(), name)
    except Invalid as fault:
        return _page(fault=fault), 422
    return _page(new_token=secret, new_token_name=name)


@blueprint.post("/tokens/<int:token_id>/revoke")
@access.signed_in
def revoke_token(token_id: int) -> ResponseReturnValue:
    """Ends one of one's own tokens."""
    identity.revoke_token(parts().database, sessions.current_actor(), token_id)
    return done("token_revoked", "account.show")


def _page(fault: Fault | None = None, **fresh: str) -> str:
    actor = sessions.current_actor()
    assert actor.person_id is not None
    with parts().database.read() as session:
        return render_template(
            "account/show.html",
            username=people.username_of(session, actor.person_id),
            devices=people.devices_of(session, actor.person_id, actor.session_id),
            tokens=people.tokens_of(session, actor.person_id),
            minimum=MIN_LENGTH,
            fault=fault,
            **fresh,
        )
