"""Văn bản chỉ đạo: the register, one directive, and which of them a clip rests on."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from media.document_kinds import ENDINGS
from media.errors import MediaError
from media.limits import DOCUMENT_MAX_BYTES, DOCUMENTS_AT_ONCE
from review.errors import Fault
from review.operations import citations, directives
from review.operations.directives import DirectiveDraft
from review.permissions import Action, AgencyFacts, require
from review.queries.clip_page import visible_clip
from review.queries.directives import citable, directive_of, register
from review.web import access, office_forms
from review.web.answers import sentence
from review.web.documents import handed_out, received
from review.web.done import done
from review.web.error_pages import Problem, status_of
from review.web.numbers import number
from review.web.parts import parts
from review.web.rows import Form, whole
from review.web.sessions import agency_id, current_actor
from review.web.streaming import Fields

blueprint = Blueprint("directives", __name__)


@blueprint.get("/directives")
@access.needs(Action.DIRECTIVES_VIEW)
def index() -> str:
    """The register; those that were retired stand on a list of their own."""
    retired = request.args.get("retired") == "1"
    words = _words()
    with parts().database.read() as session:
        before = whole(request.args.get("before", ""))
        page = register(session, agency_id(), words, retired=retired, before=before)
    return render_template("directives/index.html", page=page, words=words, retired=retired)


@blueprint.get("/directives/new")
@access.needs(Action.DIRECTIVES_MANAGE)
def new() -> ResponseReturnValue:
    """The form for a directive."""
    return _new({}, None)


@blueprint.post("/directives/new")
@access.needs(Action.DIRECTIVES_MANAGE, streams=True)
def create() -> ResponseReturnValue:
    """Enters a directive with its files."""
    fields: Fields = {}
    try:
        with received(_admit, fields) as files:
            actor, db = current_actor(), parts().database
            made = directives.add_directive(db, actor, _draft(fields), files)
    except (Fault, MediaError) as trouble:
        if trouble.code == "csrf_failed":
            raise
        return _new(_plain(fields), trouble)
    return done("directive_added", "directives.show", directive_id=made)


@blueprint.get("/directives/<int:directive_id>")
@access.needs(Action.DIRECTIVES_VIEW)
def show(directive_id: int) -> ResponseReturnValue:
    """One directive, its files, the clips that cite it."""
    return _show(directive_id, {}, None)


@blueprint.post("/directives/<int:directive_id>")
@access.needs(Action.DIRECTIVES_MANAGE, streams=True)
def change(directive_id: int) -> ResponseReturnValue:
    """Puts a directive right."""
    fields: Fields = {}
    try:
        with received(_admit, fields) as files:
            removed = [number for one in fields.get("removed", []) if (number := whole(one))]
            directives.change_directive(
                parts().database,
                current_actor(),
                directive_id,
                whole(_plain(fields).get("version", "")) or 0,
                _draft(fields),
                files,
                removed,
            )
    except (Fault, MediaError) as trouble:
        if trouble.code in ("csrf_failed", "not_found"):
            raise
        return _show(directive_id, _plain(fields), trouble)
    return done("directive_saved", "directives.show", directive_id=directive_id)


@blueprint.post("/directives/<int:directive_id>/retire")
@access.needs(Action.DIRECTIVES_MANAGE)
def retire(directive_id: int) -> ResponseReturnValue:
    """Takes it out of what is offered, or back in."""
    back = bool(request.form.get("restore"))
    act = directives.restore_directive if back else directives.retire_directive
    version = request.form.get("version", 0, type=number)
    try:
        act(parts().database, current_actor(), directive_id, version)
    except Fault as trouble:
        if trouble.code == "not_found":
            raise
        return _show(directive_id, {}, trouble)
    words = "directive_restored" if back else "directive_gone"
    return done(words, "directives.show", directive_id=directive_id)


@blueprint.get("/directives/<int:directive_id>/documents/<int:document_id>")
@access.needs(Action.DIRECTIVES_VIEW)
def document(directive_id: int, document_id: int) -> Response:
    """A file of the directive."""
    actor = current_actor()
    return handed_out(directives.open_document(parts().database, actor, directive_id, document_id))


# ── on a clip ─────────────────────────────────────────────────────────────────────────────────


@blueprint.get("/clips/<code>/directives")
@access.signed_in
def find(code: str) -> str:
    """Directives that the clip might cite, while somebody types; a page of its own without
    script."""
    words = _words()
    with parts().database.read() as session:
        clip, facts = visible_clip(session, current_actor(), code)
        require(current_actor(), Action.DIRECTIVE_CITE, facts)
        found = citable(session, clip.agency_id, clip.id, words)
        title = clip.title
    part = request.headers.get("HX-Request") == "true"
    template = "directives/_found.html" if part else "directives/find.html"
    return render_template(template, code=code, title=title, found=found, words=words)


@blueprint.post("/clips/<code>/directives")
@access.signed_in
def cite(code: str) -> ResponseReturnValue:
    """The clip cites one more."""
    chosen = whole(request.form.get("directive", "")) or 0
    citations.cite(parts().database, current_actor(), code, chosen)
    return done("directive_cite_done", "clip.show", code=code, tab="fields")


@blueprint.post("/clips/<code>/directives/<int:directive_id>/drop")
@access.signed_in
def uncite(code: str, directive_id: int) -> ResponseReturnValue:
    """The clip no longer cites it."""
    citations.uncite(parts().database, current_actor(), code, directive_id)
    return done("directive_uncite_done", "clip.show", code=code, tab="fields")


# ── forms ─────────────────────────────────────────────────────────────────────────────────────


def _admit() -> None:
    require(current_actor(), Action.DIRECTIVES_MANAGE, AgencyFacts(agency_id()))


def _draft(fields: Fields) -> DirectiveDraft:
    form = Form((name, value) for name, some in fields.items() for value in some)
    return DirectiveDraft(
        issuer=form.get("issuer", ""),
        subject=form.get("subject", ""),
        number=form.get("number", ""),
        issued_on=office_forms.day(form, "issued_on"),
        note=form.get("note", ""),
    )


def _new(values: dict[str, str], trouble: Problem | None) -> ResponseReturnValue:
    html = render_template("directives/new.html", **_forms(values, trouble))
    return html, status_of(trouble) if trouble else 200


def _show(
    directive_id: int, values: dict[str, str], trouble: Problem | None
) -> ResponseReturnValue:
    with parts().database.read() as session:
        one = directive_of(session, agency_id(), directive_id)
    html = render_template("directives/show.html", one=one, **_forms(values, trouble))
    return html, status_of(trouble) if trouble else 200


def _forms(values: dict[str, str], trouble: Problem | None) -> dict[str, Any]:
    return {
        "values": values,
        "fault": sentence(trouble) if trouble else None,
        "place": str(trouble.params.get("field", "")) if trouble else "",
        "accept": ",".join(ENDINGS),
        "max_files": DOCUMENTS_AT_ONCE,
        "max_bytes": DOCUMENT_MAX_BYTES,
    }


def _plain(fields: Fields) -> dict[str, str]:
    return {name: some[0] for name, some in fields.items() if some}


def _words() -> str:
    return request.args.get("q", "").replace("\x00", "").strip()[:200]
