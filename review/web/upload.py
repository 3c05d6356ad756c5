"""Tải clip lên: a new clip, and a new file for an old one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from media.errors import MediaError
from review.errors import Conflict, Fault, Forbidden, Invalid
from review.operations import field_drafts, intake
from review.operations.quotas import foresee_room
from review.permissions import Action
from review.queries.clip_page import clip_page
from review.web import access, answers, receiving
from review.web.clip_form import draft_from, field_context, offered, usual
from review.web.error_pages import Problem, status_of
from review.web.locale import current_locale
from review.web.parts import parts
from review.web.sessions import agency_id, current_actor
from review.web.streaming import Fields, parse_upload
from review.web.upload_data import upload_data
from review.words.figures import span

blueprint = Blueprint("upload", __name__)


@blueprint.get("/upload")
@access.needs(Action.CLIP_CREATE)
def new() -> str:
    """The empty form."""
    return _new(usual(), None)


@blueprint.post("/upload")
@access.needs(Action.CLIP_CREATE, streams=True)
def create() -> Response | tuple[str, int]:
    """Takes the dossier, around a file that came beforehand or comes along now."""
    fields: Fields = {}
    try:
        fields, upload = _receive()
        with _kept_if_used(upload):
            ref = intake.create_clip(parts().database, current_actor(), draft_from(fields), upload)
    except (Fault, MediaError) as trouble:
        if answers.by_script():
            return answers.refused(trouble)
        return _new(fields, trouble), status_of(trouble)
    if answers.by_script():
        return answers.sent("clip.show", code=ref.code)
    return redirect(url_for("clip.show", code=ref.code), 303)


@blueprint.get("/clips/<code>/upload")
@access.signed_in
def version(code: str) -> str:
    """The form for a new file of a clip."""
    return _version(code, {}, None)


@blueprint.post("/clips/<code>/upload")
@access.signed_in_streaming
def create_version(code: str) -> Response | tuple[str, int]:
    """Takes a new file for a clip; after the sign-off that voids it."""
    fields: Fields = {}
    try:
        with parts().database.read() as session:
            page = clip_page(session, current_actor(), code)
        if Action.REVISION_ADD not in page.can:
            raise Forbidden("authors_only")  # before gigabytes travel, not after
        if page.dossier.script_owed:
            raise Conflict("script_not_approved")
        field_drafts.settle_quietly(parts().database, current_actor(), code, draft_from)
        fields, upload = _receive()
        with _kept_if_used(upload):
            intake.add_revision(
                parts().database,
                current_actor(),
                code,
                _whole(fields, "version"),
                upload,
                _one(fields, "note"),
            )
    except (Fault, MediaError) as trouble:
        if answers.by_script():
            return answers.refused(trouble)
        return _version(code, fields, trouble), status_of(trouble)
    if answers.by_script():
        return answers.sent("clip.show", code=code)
    return redirect(url_for("clip.show", code=code), 303)


def _receive() -> tuple[Fields, intake.Upload | intake.Sent]:
    here = parts()
    foresee_room(here.database, agency_id(), request.content_length or 0)
    fields, upload = parse_upload(request, here.storage, here.settings.max_upload_bytes)
    if upload is not None:
        return fields, upload
    key = _one(fields, "upload_id")
    if not key:
        raise Invalid("file_missing_in_form", field="file")
    return fields, receiving.sent(key)


@contextmanager
def _kept_if_used(upload: intake.Upload | intake.Sent) -> Iterator[None]:
    """A file that came with a form goes with it when the form fails; one that was sent beforehand
    stays, for the next attempt."""
    try:
        yield
    except BaseException:
        if isinstance(upload, intake.Upload):
            parts().storage.delete(upload.stored.key)
        raise


def _new(fields: Fields, trouble: Problem | None) -> str:
    actor = current_actor()
    with parts().database.read() as session:
        choices = offered(session, actor.agency_id or 0)
    return render_template(
        "upload/new.html",
        **field_context(choices, fields, trouble),
        **_limits(),
        fault=answers.sentence(trouble) if trouble else None,
    )


def _version(code: str, fields: Fields, trouble: Problem | None) -> str:
    with parts().database.read() as session:
        page = clip_page(session, current_actor(), code)
    if Action.REVISION_ADD not in page.can:
        raise Forbidden("authors_only")
    return render_template(
        "upload/version.html",
        page=page,
        form={"note": _one(fields, "note")},
        **_limits(),
        fault=answers.sentence(trouble) if trouble else None,
    )


def _limits() -> dict[str, Any]:
    settings = parts().settings
    longest = timedelta(seconds=settings.max_clip_seconds)
    return {
        "max_bytes": settings.max_upload_bytes,
        "max_length": span(longest, current_locale()),
        "upload_data": upload_data(settings.max_upload_bytes),
    }


def _one(fields: Fields, name: str) -> str:
    return (fields.get(name) or [""])[0]


def _whole(fields: Fields, name: str) -> int:
    text = _one(fields, name)
    return int(text) if text.isdecimal() else 0
