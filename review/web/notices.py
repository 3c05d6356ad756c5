"""Thông báo: what the product tells a person, and the bell that says how much is new."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from review.errors import Unavailable
from review.operations import notices
from review.queries.notices import COUNT_LIMIT, notice_page, unread_count
from review.web import access
from review.web.numbers import number
from review.web.parts import parts
from review.web.sessions import current_actor

blueprint = Blueprint("notices", __name__, url_prefix="/notices")


@blueprint.get("")
@access.signed_in
def index() -> str:
    """The person's own notices, newest first."""
    with parts().database.read() as session:
        page = notice_page(session, current_actor(), request.args.get("before", type=number))
    return render_template("notices/index.html", page=page)


@blueprint.get("/bell")
@access.signed_in
def bell() -> str:
    """The bell alone, for a page that stays open."""
    return render_template("notices/_bell.html")


@blueprint.post("/read")
@access.signed_in
def read() -> ResponseReturnValue:
    """Marks everything as read."""
    notices.read_all(parts().database, current_actor())
    return redirect(url_for("notices.index"), 303)


@blueprint.app_context_processor
def _context() -> dict[str, Callable[[], str]]:
    return {"unread": _unread}


def _unread() -> str:
    """How many notices are new, as the bell shows it; empty for none."""
    actor = g.get("actor")
    if actor is None or actor.person_id is None:
        return ""
    try:
        with parts().database.read() as session:
            count = unread_count(session, actor.person_id)
    except Unavailable:
        return ""  # the page that says so must still come out
    return figure(count, COUNT_LIMIT)


def figure(count: int, limit: int) -> str:
    """A count that stopped at `limit`: "7", "99+", nothing for none."""
    if not count:
        return ""
    return str(count) if count < limit else f"{limit - 1}+"
