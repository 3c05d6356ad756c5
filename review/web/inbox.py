"""Việc cần xử lý: the home page."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from review.queries.inbox import Tab, Wanted, inbox, waiting_codes
from review.states import ClipState
from review.web import access
from review.web.parts import parts
from review.web.sessions import current_actor

blueprint = Blueprint("inbox", __name__)


@blueprint.get("/")
@access.signed_in
def index() -> str:
    """What waits, what is on its way, what is done; search and filter stand in the address."""
    actor = current_actor()
    tab = _tab(request.args.get("tab", ""))
    wanted = Wanted(
        words=request.args.get("q", "").strip(),
        state=_state(request.args.get("state", "")),
        political=request.args.get("political") == "1",
    )
    page = max(1, request.args.get("page", 1, type=int))
    with parts().database.read() as session:
        found = inbox(session, actor, tab, wanted, page)
        to_sign = waiting_codes(session, actor, to_sign=True)
    return render_template(
        "inbox/index.html",
        tabs=[tab.value for tab in Tab],
        current=tab.value,
        list=found,
        wanted=wanted,
        page=page,
        to_sign=frozenset(to_sign),
    )


def _tab(name: str) -> Tab:
    return Tab(name) if name in set(Tab) else Tab.WAITING


def _state(name: str) -> str:
    return name if name in set(ClipState) else ""
