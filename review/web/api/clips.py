"""Clips by API: take in, list, read, fetch signed files."""

from __future__ import annotations

import io
from typing import Any

from flask import Response, g, request, send_file, url_for
from flask_smorest import Blueprint
from marshmallow import ValidationError

from review import grants
from review.errors import Invalid, NotFound
from review.operations import downloads, intake
from review.operations.quotas import foresee_room
from review.permissions import Action
from review.queries.clip_page import clip_page
from review.queries.inbox import Tab, inbox
from review.queries.inbox_wanted import Wanted
from review.web import access, receiving, sessions
from review.web.api import schemas
from review.web.parts import parts
from review.web.streaming import Fields, parse_upload

blueprint = Blueprint("api_clips", __name__, url_prefix="/api/v1/clips")


@blueprint.post("")
@access.token(Action.CLIP_CREATE)
@blueprint.doc(
    requestBody={
        "required": True,
        "content": {
            "multipart/form-data": {"schema": schemas.ClipForm},
            "application/json": {"schema": schemas.ClipForm},
        },
    }
)
@blueprint.response(201, schemas.ClipMade)
def create() -> dict[str, Any]:
    """Take in a clip: text fields first, the file last, or the name of a finished upload."""
    here, actor = parts(), sessions.current_actor()
    fields, upload = _from_json() if request.is_json else _from_form()
    if upload is None and not fields.get("upload"):
        raise Invalid("file_missing_in_form", field="file")
    try:
        source = upload or receiving.sent(fields["upload"][0])
        made = intake.create_clip(here.database, actor, _draft(fields), source)
    except BaseException:
        if upload is not None:
            here.storage.delete(upload.stored.key)
        raise
    url = url_for("clip.show", code=made.code, _external=True)
    return {"code": made.code, "version": made.version, "url": url}


@blueprint.get("")
@access.token()
@blueprint.arguments(schemas.ClipQuery, location="query")
@blueprint.response(200, schemas.ClipList)
def index(query: dict[str, Any]) -> dict[str, Any]:
    """List clips that the token's person may see, a page at a time."""
    wanted = Wanted(words=query["q"], state=query["state"])
    with parts().database.read() as session:
        found = inbox(session, sessions.current_actor(), Tab(query["list"]), wanted, query["after"])
    return {"clips": found.rows, "after": found.after}


@blueprint.get("/<code>")
@access.token()
@blueprint.response(200, schemas.ClipFull)
def read(code: str) -> dict[str, Any]:
    """Read one clip."""
    with parts().database.read() as session:
        page = clip_page(session, sessions.current_actor(), code)
    file = page.file
    captions = page.captions.lines if page.captions else ()
    about = page.dossier
    return vars(page) | {
        "people": about.people,
        "people_note": about.people_note,
        "urgency": about.urgency,
        "series": about.series,
        "audience": about.audience,
        "script": about.script,
        "wished_at": about.wished_at,
        "missing": about.missing,
        "revision": file.number if file else 0,
        "file_state": file.state if file else "",
        "reason": file.reason_code if file else "",
        "sha256": file.sha256 if file else "",
        "captions": [line.to_json() | {"published": line.published} for line in captions],
    }


@blueprint.get("/<code>/files/<name>")
@access.token(grant=True)
@blueprint.doc(responses={"200": {"description": "The bytes that were signed; answers Range"}})
def file(code: str, name: str) -> Response:
    """Fetch a file of the standing sign-off, by token or by the grant in a hook's link."""
    here, actor = parts(), g.get("actor")
    if actor is None:
        grant = grants.read(here.settings.secret_key, request.args.get("grant", ""))
        if grant.name != name:
            raise NotFound("file_link_gone")
        taken = downloads.take_granted(
            here.database, grant, code, sessions.request_id(), sessions.address()
        )
    else:
        taken = downloads.take_signed(here.database, actor, code, name)
    source = io.BytesIO(taken.content) if taken.content else here.storage.path(taken.key)
    return send_file(
        source,
        mimetype=taken.media_type,
        download_name=taken.name,
        conditional=True,
        etag=taken.sha256,
        max_age=0,
    )


def _from_form() -> tuple[Fields, intake.Upload | None]:
    here = parts()
    foresee_room(here.database, sessions.agency_id(), request.content_length or 0)
    return parse_upload(request, here.storage, here.settings.max_upload_bytes, csrf=False)


def _from_json() -> tuple[Fields, None]:
    body = request.get_json()
    if not isinstance(body, dict) or not all(isinstance(value, str) for value in body.values()):
        raise Invalid("form_unreadable")
    return {name: [value] for name, value in body.items()}, None


def _draft(fields: dict[str, list[str]]) -> intake.ClipDraft:
    try:
        form = schemas.ClipForm(unknown="exclude").load(
            {name: values[0] for name, values in fields.items()}
        )
    except ValidationError as error:
        name = next(iter(error.messages_dict))
        raise Invalid("field_missing", field=name, name=name) from error
    # A person may keep a draft without a name; a program has no reason to.
    if not form["title"].strip():
        raise Invalid("title_missing", field="title")
    if not form["category"]:
        raise Invalid("category_unknown", field="category")
    return intake.ClipDraft(
        title=form["title"],
        category_code=form["category"],
        description=form["description"],
        post_text=form["post_text"],
        political=form["political"] == "yes",
        political_reason=form["political_reason"],
        language=form["language"],
        ai_label=form["ai_label"] == "yes",
        rights=form["rights"],
        people=form["people"],
        people_note=form["people_note"],
        urgency=form["urgency"],
        series=form["series"],
        audience=form["audience"],
        script=form["script"],
        wished_at=form["wished_at"],
    )
