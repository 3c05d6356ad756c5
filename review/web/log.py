"""Nhật ký: a story by day, a filter, and the log in a file."""

from __future__ import annotations

import tempfile
from datetime import date
from itertools import groupby
from pathlib import Path

from flask import Blueprint, Response, render_template, request, send_file

from review import clock
from review.audit.export import FORMATS, export_to
from review.audit.reading import GROUPS, LogFilter
from review.errors import NotFound
from review.operations.exports import allow_export, record_export
from review.permissions import Action
from review.queries.log import log_page, log_people
from review.web import access
from review.web.locale import current_locale
from review.web.numbers import number
from review.web.parts import parts
from review.web.sessions import current_actor
from review.words.figures import day

blueprint = Blueprint("log", __name__, url_prefix="/log")

MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/x-ndjson",
}


@blueprint.get("")
@access.needs(Action.LOG_VIEW)
def index() -> str:
    """The log, newest first, day by day."""
    actor, wanted = current_actor(), _wanted()
    with parts().database.read() as session:
        page = log_page(
            session,
            actor.agency_id or 0,
            wanted,
            beyond=request.args.get("beyond", type=number),
            locale=current_locale(),
        )
        people = log_people(session, actor.agency_id or 0)
    days = [
        (heading, tuple(rows)) for heading, rows in groupby(page.rows, key=lambda row: day(row.at))
    ]
    return render_template(
        "log/index.html",
        days=days,
        older=page.older,
        wanted=wanted,
        people=people,
        groups=tuple(GROUPS),
        as_table=request.args.get("as") == "table",
        asked={name: value for name, value in request.args.items() if value and name != "beyond"},
        formats=tuple(MEDIA_TYPES),
    )


@blueprint.get("/export/<kind>")
@access.needs(Action.LOG_EXPORT)
def export(kind: str) -> Response:
    """The filtered log as a file; taking it is itself an entry."""
    if kind not in FORMATS or kind not in MEDIA_TYPES:
        raise NotFound("not_found")
    actor, wanted = current_actor(), _wanted()
    agency_id = allow_export(actor)
    stamp = clock.local(clock.now()).strftime("%Y%m%d-%H%M")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"nhat-ky-{stamp}.{kind}"
        made = export_to(
            parts().database, path, kind, scope=agency_id, wanted=wanted, locale=current_locale()
        )
        record_export(
            parts().database, actor, wanted.said(), kind, made.count, made.sha256, wanted.text
        )
        # The open file outlives its name: the folder goes as soon as this view returns.
        return send_file(
            path.open("rb"),
            mimetype=MEDIA_TYPES[kind],
            as_attachment=True,
            download_name=path.name,
        )


def _wanted() -> LogFilter:
    return LogFilter(
        clip_code=request.args.get("clip", "").strip(),
        person_id=request.args.get("person", type=number),
        group=request.args.get("group", "") if request.args.get("group") in GROUPS else "",
        day_from=_day("from"),
        day_to=_day("to"),
        text=request.args.get("q", "").strip(),
    )


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
