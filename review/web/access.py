"""Who may call a view, said beside it; what says nothing is closed to everybody.

One declaration per view, under the route:

    @blueprint.get("/log")
    @access.needs(Action.LOG_VIEW)
    def show() -> str: ...

`guard` runs before every view. It finds out who is calling, checks the declaration and the CSRF
token, and leaves the actor for `sessions.current_actor()`. What concerns one clip is checked again
by the operation or query that touches it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar, cast

from flask import Flask, abort, current_app, g, request
from flask_wtf.csrf import CSRFProtect, validate_csrf
from wtforms import ValidationError

from review.errors import Forbidden
from review.permissions import Action, Actor, AgencyFacts, require
from review.web import sessions

ATTRIBUTE = "access_rule"
STATIC = "static"
TOKEN_HEADER = "X-CSRFToken"
READING = frozenset({"GET", "HEAD", "OPTIONS"})
View = TypeVar("View", bound=Callable[..., Any])


class Who(StrEnum):
    """The kinds of caller that a view may ask for."""

    PUBLIC = "public"
    PERSON = "person"
    TOKEN = "token"


@dataclass(frozen=True)
class Rule:
    """One declaration. `checks_csrf` is False where the view reads the token out of a stream;
    `by_header` is for bodies that are no form, so that the token can only come in a header."""

    who: Who
    why: str = ""
    action: Action | None = None
    page: bool = False
    grant: bool = False
    checks_csrf: bool = True
    by_header: bool = False


def public(why: str) -> Callable[[View], View]:
    """Anybody may call this, because `why`."""
    return _declare(Rule(Who.PUBLIC, why=why))


def signed_in(view: View) -> View:
    """Any person who is logged in; which clips they see is decided further in."""
    return _declare(Rule(Who.PERSON))(view)


def needs(action: Action, *, streams: bool = False) -> Callable[[View], View]:
    """A logged-in person who may do `action` in their agency.

    A view that `streams` reads its body through `streaming.parse_upload`, which checks the CSRF
    token before the first byte of a file is kept.
    """
    return _declare(Rule(Who.PERSON, action=action, checks_csrf=not streams))


def signed_in_streaming(view: View) -> View:
    """As `signed_in`, for a view that reads its body through `streaming.parse_upload`."""
    return _declare(Rule(Who.PERSON, checks_csrf=False))(view)


def token(
    action: Action | None = None,
    *,
    page: bool = False,
    grant: bool = False,
    by_header: bool = False,
) -> Callable[[View], View]:
    """A program with a bearer token whose person may do `action`.

    `page` lets a logged-in person in as well (with the CSRF token for anything but reading);
    `grant` lets a reader with `?grant=` through without an actor, and the view checks the grant;
    `by_header` takes that CSRF token from the header alone and leaves the body unread.
    """
    return _declare(Rule(Who.TOKEN, action=action, page=page, grant=grant, by_header=by_header))


def rule_of(view: Callable[..., Any], method: str = "GET") -> Rule | None:
    """The declaration of a view function, or of the method of a class-based one."""
    found = getattr(view, ATTRIBUTE, None)
    view_class = getattr(view, "view_class", None)
    if found is None and view_class is not None:
        name = "get" if method == "HEAD" else method.lower()
        found = getattr(getattr(view_class, name, None), ATTRIBUTE, None)
        found = found or getattr(view_class, ATTRIBUTE, None)
    return cast("Rule | None", found)


def install(app: Flask) -> None:
    """Puts the guard before every view. CSRF is checked by the guard, by what the view declared."""
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    # A token lasts as long as its session: forms stay open on these desks for a whole day.
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    CSRFProtect(app)
    app.before_request(guard)


def guard() -> None:
    """Lets the request through to its view, or raises. Runs once per request."""
    if request.endpoint is None or request.endpoint == STATIC:
        return  # no view: the router's own 404 or 405 follows
    rule = rule_of(current_app.view_functions[request.endpoint], request.method)
    if rule is None:
        abort(403)
    if request.method == "OPTIONS":
        return
    actor = _caller(rule)
    g.actor = actor
    if actor is not None and rule.action is not None:
        require(actor, rule.action, AgencyFacts(actor.agency_id))
    by_token = actor is not None and actor.via.value == "token"
    if request.method in READING or not rule.checks_csrf or by_token:
        return
    if rule.by_header:
        check_header_token()
    else:
        current_app.extensions["csrf"].protect()


def check_header_token() -> None:
    """Raises Forbidden('csrf_failed') unless the header X-CSRFToken carries the page's token."""
    if not current_app.config["WTF_CSRF_ENABLED"]:
        return
    try:
        validate_csrf(request.headers.get(TOKEN_HEADER))
    except ValidationError:
        raise Forbidden("csrf_failed") from None


def _caller(rule: Rule) -> Actor | None:
    if rule.who is Who.TOKEN:
        if request.headers.get("Authorization"):
            return sessions.bearer()
        if rule.grant and "grant" in request.args and request.method in READING:
            return None
        return sessions.person() if rule.page else sessions.bearer()
    return sessions.person_or_none() if rule.who is Who.PUBLIC else sessions.person()


def _declare(rule: Rule) -> Callable[[View], View]:
    def mark(view: View) -> View:
        setattr(view, ATTRIBUTE, rule)
        return view

    return mark
