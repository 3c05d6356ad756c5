"""Trang clip: the page, its captions, fields and remarks."""

from __future__ import annotations

from itertools import zip_longest

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from media.results import Line
from review.errors import Fault, Invalid
from review.operations import intake, notices, remarks, retrying, transcripts
from review.queries.clip_page import clip_page, visible_clip
from review.web import access
from review.web.clip_form import draft_from
from review.web.clip_view import (
    EditLine,
    Refusal,
    clip_context,
    form_fields,
    render_clip,
    seen,
)
from review.web.locale import current_locale
from review.web.parts import parts
from review.web.presence import presence
from review.web.sessions import current_actor
from review.words import say
from review.words.figures import milliseconds

blueprint = Blueprint("clip", __name__, url_prefix="/clips/<code>")


@blueprint.get("")
@access.signed_in
def show(code: str) -> ResponseReturnValue:
    """The page of one clip."""
    tab = request.args.get("tab", "captions")
    shown = render_clip(code, tab=tab, editing=request.args.get("edit") == "1")
    notices.read_about(parts().database, current_actor(), code)
    return shown


@blueprint.get("/status")
@access.signed_in
def status(code: str) -> ResponseReturnValue:
    """The player's place while machines work; once they are done it fetches the whole page's."""
    with parts().database.read() as session:
        page = clip_page(session, current_actor(), code)
    tab = request.args.get("tab", "captions")
    if request.args.get("seen") != seen(page):
        return render_template("clip/_changed.html", page=page, tab=tab)
    return render_template("clip/_player.html", **clip_context(page, tab))


@blueprint.post("/presence")
@access.signed_in
def present(code: str) -> str:
    """The page says that it is still open, and learns who else has the clip open."""
    actor = current_actor()
    with parts().database.read() as session:
        clip, _facts = visible_clip(session, actor, code)
        clip_id = clip.id
    watching = presence().look(clip_id, actor)
    return render_template("clip/_watching.html", code=code, watching=watching)


@blueprint.post("/captions")
@access.signed_in
def save_captions(code: str) -> ResponseReturnValue:
    """Saves the typed lines as a new version of the captions."""
    rows = _rows()
    try:
        lines = _lines(rows)
        transcripts.save_captions(parts().database, current_actor(), code, _version(), lines)
    except Fault as trouble:
        return render_clip(code, tab="captions", editing=True, refusal=Refusal(trouble, lines=rows))
    return _done(code, "captions", "captions_saved")


@blueprint.post("/captions/take")
@access.signed_in
def take_captions(code: str) -> ResponseReturnValue:
    """Takes an earlier or a proposed version as the one that counts."""
    chosen = request.form.get("captions_id", 0, type=int)
    try:
        transcripts.take_proposal(parts().database, current_actor(), code, _version(), chosen)
    except Fault as trouble:
        return render_clip(code, tab="versions", refusal=Refusal(trouble))
    return _done(code, "captions", "captions_saved")


@blueprint.post("/fields")
@access.signed_in
def save_fields(code: str) -> ResponseReturnValue:
    """Saves the fields."""
    fields = form_fields()
    try:
        with parts().database.read() as session:
            page = clip_page(session, current_actor(), code)
        if page.state == "in_review":
            fields = {"category": [page.category_code], "language": [page.language], **fields}
        intake.edit_fields(parts().database, current_actor(), code, _version(), draft_from(fields))
    except Fault as trouble:
        return render_clip(
            code, tab="fields", editing=True, refusal=Refusal(trouble, fields=fields)
        )
    return _done(code, "fields", "saved")


@blueprint.post("/remarks")
@access.signed_in
def remark(code: str) -> ResponseReturnValue:
    """Keeps a remark, from the tab or from the bar of a decision."""
    from_sign = request.form.get("from") == "sign"
    try:
        remarks.add_remark(parts().database, current_actor(), code, request.form.get("text", ""))
    except Fault as trouble:
        panel = "remark" if "from" in request.form else "remark_tab"
        refusal = Refusal(trouble, panel=panel, fields=form_fields())
        return render_clip(code, tab="opinions", refusal=refusal)
    flash(say("remark_saved", current_locale()), "success")
    target = "sign.show" if from_sign else "clip.show"
    return redirect(url_for(target, code=code, tab=None if from_sign else "opinions"), 303)


@blueprint.post("/retry")
@access.signed_in
def retry(code: str) -> ResponseReturnValue:
    """Makes a failed step due once more."""
    try:
        retrying.retry_step(parts().database, current_actor(), code, request.form.get("step", ""))
    except Fault as trouble:
        return render_clip(code, refusal=Refusal(trouble))
    return redirect(url_for("clip.show", code=code), 303)


def _version() -> int:
    return request.form.get("version", 0, type=int)


def _done(code: str, tab: str, words: str) -> ResponseReturnValue:
    flash(say(words, current_locale()), "success")
    return redirect(url_for("clip.show", code=code, tab=tab), 303)


def _rows() -> tuple[EditLine, ...]:
    """The rows as typed. A doubt ends when somebody changed the words or says they listened."""
    lists = (request.form.getlist(name) for name in ("start", "end", "text", "before", "doubt"))
    heard = set(request.form.getlist("heard"))
    rows: list[EditLine] = []
    for index, (start, end, text, before, doubt) in enumerate(zip_longest(*lists, fillvalue="")):
        settled = str(index) in heard or text.strip() != before.strip()
        rows.append(EditLine(start, end, text, before, "" if settled else doubt))
    return tuple(rows)


def _lines(rows: tuple[EditLine, ...]) -> list[Line]:
    """The rows that hold words. Raises Invalid('caption_time_unreadable') with the line."""
    lines: list[Line] = []
    for number, row in enumerate(rows, start=1):
        if not row.text.strip():
            continue
        start, end = milliseconds(row.start), milliseconds(row.end)
        if start is None or end is None:
            raise Invalid("caption_time_unreadable", field="captions", line=number)
        lines.append(Line(start, end, row.text, row.doubt or None))
    return lines
