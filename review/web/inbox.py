"""Việc cần xử lý: the home page."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, render_template, request

from review.queries.choices import list_choices
from review.queries.inbox import COUNT_LIMIT, Tab, inbox, waiting_codes, waiting_count
from review.queries.inbox_wanted import Wanted
from review.states import ClipState
from review.web import access
from review.web.notices import figure
from review.web.numbers import number
from review.web.parts import parts
from review.web.presence import presence
from review.web.sessions import agency_id, current_actor

blueprint = Blueprint("inbox", __name__)


@blueprint.get("/")
@access.signed_in
def index() -> str:
    """What waits, what is on its way, what is done; search and filter stand in the address."""
    actor = current_actor()
    tab, wanted = _tab(request.args.get("tab", "")), _wanted()
    after = request.args.get("after", "")
    with parts().database.read() as session:
        found = inbox(session, actor, tab, wanted, after)
        waiting = waiting_count(session, actor)
        to_sign = waiting_codes(session, actor, to_sign=True) if tab is Tab.WAITING else ()
        choices = list_choices(session, agency_id())
    return render_template(
        "inbox/index.html",
        tabs=[tab.value for tab in Tab],
        current=tab.value,
        list=found,
        waiting=figure(waiting, COUNT_LIMIT),
        wanted=wanted,
        asked={name: value for name, value in _said(wanted).items() if value},
        after=after,
        choices=choices,
        to_sign=frozenset(to_sign),
        watching=presence().others((row.id for row in found.rows), actor),
    )


def _wanted() -> Wanted:
    return Wanted(
        words=request.args.get("q", "").strip(),
        state=_state(request.args.get("state", "")),
        category=request.args.get("category", "")[:64],
        author=request.args.get("author", type=number),
        political=request.args.get("political") == "1",
        overdue=request.args.get("overdue") == "1",
        consulting=request.args.get("consulting") == "1",
        directive=request.args.get("directive", type=number),
        first=_day("from"),
        last=_day("to"),
    )


def _said(wanted: Wanted) -> dict[str, str | int | None]:
    """What was asked for, as it stands in the address of another page or tab."""
    return {
        "q": wanted.words,
        "state": wanted.state,
        "category": wanted.category,
        "author": wanted.author,
        "political": int(wanted.political),
        "overdue": int(wanted.overdue),
        "consulting": int(wanted.consulting),
        "directive": wanted.directive,
        "from": wanted.first.isoformat() if wanted.first else "",
        "to": wanted.last.isoformat() if wanted.last else "",
    }


def _tab(name: str) -> Tab:
    return Tab(name) if name in set(Tab) else Tab.WAITING


def _state(name: str) -> str:
    return name if name in set(ClipState) else ""


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
