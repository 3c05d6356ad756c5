"""Dossiers without a file, and the fields that save themselves."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from review.errors import Fault, Invalid
from review.operations import field_drafts, intake
from review.permissions import Action
from review.web import access
from review.web.answers import sentence
from review.web.clip_form import Fields, draft_from, field_context, offered, usual
from review.web.clip_view import form_fields
from review.web.done import done
from review.web.error_pages import status_of
from review.web.parts import parts
from review.web.sessions import agency_id, current_actor
from review.words.figures import hour

blueprint = Blueprint("dossiers", __name__)
# What a form sends beside the fields themselves.
NO_FIELDS = frozenset({"csrf_token", "version", "leave"})


@blueprint.get("/dossiers/new")
@access.needs(Action.CLIP_CREATE)
def new() -> ResponseReturnValue:
    """The empty form, with the usual answers in it."""
    return _form(usual(), None)


@blueprint.post("/dossiers/new")
@access.needs(Action.CLIP_CREATE)
def create() -> ResponseReturnValue:
    """Opens a dossier whose file comes later."""
    fields = form_fields()
    try:
        made = intake.create_dossier(parts().database, current_actor(), draft_from(fields))
    except Fault as trouble:
        return _form(fields, trouble), status_of(trouble)
    return done("dossier_made", "clip.show", code=made.code, tab="fields")


@blueprint.post("/clips/<code>/fields/keep")
@access.signed_in
def keep(code: str) -> ResponseReturnValue:
    """Keeps what stands in the form; with `leave` the sitting is over and becomes an act."""
    database, actor, fields = parts().database, current_actor(), form_fields()
    typed = {name: values for name, values in fields.items() if name not in NO_FIELDS}
    if not typed and "leave" not in fields:
        raise Invalid("form_unreadable")
    answer: ResponseReturnValue = ("", HTTPStatus.NO_CONTENT)
    if typed:
        version = request.form.get("version", 0, type=int)
        kept = field_drafts.keep(database, actor, code, version, typed)
        answer = jsonify({"at": hour(kept.at), "stale": kept.stale})
    if "leave" in fields:
        field_drafts.settle_quietly(database, actor, code, draft_from)
    return answer


@blueprint.post("/clips/<code>/fields/drop")
@access.signed_in
def drop(code: str) -> ResponseReturnValue:
    """Throws away what was typed and not saved."""
    field_drafts.drop(parts().database, current_actor(), code)
    return done("typed_dropped", "clip.show", code=code, tab="fields")


def _form(fields: Fields, trouble: Fault | None) -> str:
    with parts().database.read() as session:
        choices = offered(session, agency_id())
    return render_template(
        "dossiers/new.html",
        **field_context(choices, fields, trouble),
        fault=sentence(trouble) if trouble else None,
    )
