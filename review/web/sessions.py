"""Who is calling: the session cookie or the bearer token, turned into an actor.

The cookie holds the secret of a row in the sessions table and nothing else, so that ending the
row ends the login everywhere at once. Nothing about the person is kept in the browser.
"""

from __future__ import annotations

import uuid
from typing import cast
from urllib.parse import quote

from flask import Flask, Request, Response, abort, g, redirect, request
from flask_login import LoginManager, UserMixin, current_user
from werkzeug.wrappers import Response as AnyResponse

from review.operations import identity
from review.permissions import Actor
from review.web.parts import parts

COOKIE = "duyetclip_login"
BEARER = "Bearer "


class Visitor(UserMixin):
    """A logged-in person as Flask-Login wants them: the id is the session's secret."""

    def __init__(self, secret: str, actor: Actor) -> None:
        self.id = secret
        self.actor = actor


def install(app: Flask) -> None:
    """Numbers the requests and teaches Flask-Login to read our cookie."""
    # Its template variable would look the person up again on the page that says why it failed.
    manager = LoginManager(app, add_context_processor=False)
    manager.session_protection = None  # our session is a row, not a signed cookie to be guarded
    manager.request_loader(_load)
    app.before_request(_number)
    app.after_request(_show_number)


def current_actor() -> Actor:
    """The actor of this request. 401 where the view's declaration let nobody in."""
    actor = g.get("actor")
    if actor is None:
        abort(401)
    return cast(Actor, actor)


def agency_id() -> int:
    """The agency of this request's actor. 401 where there is none."""
    found = current_actor().agency_id
    if found is None:
        abort(401)
    return found


def person_or_none() -> Actor | None:
    """The logged-in person, if there is one."""
    return current_user.actor if current_user.is_authenticated else None


def person() -> Actor:
    """The logged-in person. Aborts to the login page, or with 401 where no page was asked for."""
    actor = person_or_none()
    if actor is None:
        abort(_to_login() if wants_page(request) else 401)
    return actor


def bearer() -> Actor:
    """The person behind the bearer token. Aborts with 401."""
    header = request.headers.get("Authorization", "")
    secret = header.removeprefix(BEARER).strip() if header.startswith(BEARER) else ""
    actor = (
        identity.actor_of_token(parts().database, secret, request_id(), address())
        if secret
        else None
    )
    if actor is None:
        abort(401)
    return actor


def request_id() -> str:
    """The number of this request, in the ledger, the log and the answer."""
    return cast(str, g.request_id)


def address() -> str:
    """Where the request comes from, as far as the trusted proxies say."""
    return request.remote_addr or ""


def remember(response: AnyResponse, secret: str) -> None:
    """Gives the browser its session."""
    response.set_cookie(
        COOKIE,
        secret,
        max_age=int(identity.SESSION_LIFETIME.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=parts().settings.secure,
    )


def forget(response: AnyResponse) -> None:
    """Takes the session back from the browser."""
    response.delete_cookie(COOKIE, httponly=True, samesite="Lax", secure=parts().settings.secure)


def safe_next(target: str | None, default: str = "/") -> str:
    """`target` if it is a path on this site, else `default`: no redirect ever leaves."""
    inside = target is not None and target.startswith("/") and not target.startswith("//")
    # Browsers read a backslash as a slash, and drop tabs and line ends wherever they stand.
    if target is None or not inside or "\\" in target or not target.isprintable():
        return default
    return target


def wants_page(asked: Request) -> bool:
    """Whether a person waits for a whole page, rather than a script for a part or for data."""
    if asked.path.startswith("/api/") or asked.headers.get("HX-Request"):
        return False
    return bool(asked.accept_mimetypes.accept_html)


def _load(asked: Request) -> Visitor | None:
    secret = asked.cookies.get(COOKIE)
    if not secret:
        return None
    actor = identity.actor_of_session(parts().database, secret, request_id(), address())
    return Visitor(secret, actor) if actor else None


def _to_login() -> AnyResponse:
    # After logging in a form cannot be sent again by itself, so only pages are returned to.
    here = request.full_path.rstrip("?") if request.method == "GET" else ""
    return redirect(f"/login?next={quote(here)}" if here not in ("", "/") else "/login", 303)


def _number() -> None:
    g.request_id = uuid.uuid4().hex


def _show_number(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.get("request_id", "")
    return response
