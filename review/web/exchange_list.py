"""Trao đổi, xin ý kiến: the list of all in the agency."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, render_template, request

from review.permissions import Action
from review.queries.exchange_list import Asked, bodies_of, exchange_page
from review.queries.exchanges import ExchangeState
from review.web import access
from review.web.parts import parts
from review.web.rows import whole
from review.web.sessions import current_actor

blueprint = Blueprint("exchange_list", __name__)


@blueprint.get("/exchanges")
@access.needs(Action.EXCHANGES_VIEW)
def index() -> str:
    """All exchanges of the agency about clips that the person may see."""
    actor, asked = current_actor(), _asked()
    with parts().database.read() as session:
        page = exchange_page(session, actor, asked, whole(request.args.get("before", "")))
        bodies = bodies_of(session, actor)
    return render_template(
        "exchanges/index.html",
        page=page,
        wanted=asked,
        bodies=bodies,
        states=[state.value for state in ExchangeState],
        asked={name: value for name, value in _said(asked).items() if value},
    )


def _asked() -> Asked:
    state = request.args.get("state", "")
    return Asked(
        words=request.args.get("q", "").replace("\x00", "").strip()[:200],
        state=state if state in set(ExchangeState) else "",
        body=request.args.get("body", "").replace("\x00", "")[:200],
        first=_day("from"),
        last=_day("to"),
    )


def _said(asked: Asked) -> dict[str, str]:
    """What was asked for, as it stands in the address of another page."""
    return {
        "q": asked.words,
        "state": asked.state,
        "body": asked.body,
        "from": asked.first.isoformat() if asked.first else "",
        "to": asked.last.isoformat() if asked.last else "",
    }


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
