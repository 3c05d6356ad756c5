"""Đăng: what goes where, by hand or by hook, and how far it came."""

from __future__ import annotations

import io

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from review.errors import Fault
from review.operations import downloads, publishing
from review.operations.deliveries import resend as resend_delivery
from review.permissions import Action, may
from review.queries.clip_page import visible_clip
from review.queries.publications import (
    ClipPublications,
    clip_publications,
    delivery_page,
    publications_page,
)
from review.web import access
from review.web.answers import sentence
from review.web.error_pages import status_of
from review.web.locale import current_locale
from review.web.numbers import number
from review.web.parts import parts
from review.web.sessions import current_actor
from review.words import say

blueprint = Blueprint("posting", __name__, url_prefix="/posting")


@blueprint.get("")
@access.needs(Action.PUBLICATIONS_VIEW)
def index() -> ResponseReturnValue:
    """Signed clips and their channels; `clip` narrows to one, `all` shows what is done too."""
    return _index(None, 0)


@blueprint.get("/<int:publication_id>")
@access.needs(Action.PUBLICATIONS_VIEW)
def delivery(publication_id: int) -> str:
    """One publication with every attempt."""
    actor = current_actor()
    with parts().database.read() as session:
        found = delivery_page(session, actor.agency_id or 0, publication_id)
    return render_template("posting/delivery.html", found=found, row=found.clip.rows[0])


@blueprint.get("/<int:publication_id>/file/<name>")
@access.needs(Action.PUBLICATIONS_VIEW)
def file(publication_id: int, name: str) -> Response:
    """A file exactly as it was signed, for posting by hand. Written into the ledger."""
    taken = downloads.record_download(parts().database, current_actor(), publication_id, name)
    source = (
        io.BytesIO(taken.content) if taken.content is not None else parts().storage.path(taken.key)
    )
    with parts().database.read() as session:
        code = delivery_page(session, current_actor().agency_id or 0, publication_id).clip.code
    return send_file(
        source,
        mimetype=taken.media_type,
        as_attachment=True,
        download_name=f"{code}-{taken.name}",
        conditional=True,
        etag=taken.sha256,
        max_age=0,
    )


@blueprint.post("/<int:publication_id>/confirm")
@access.needs(Action.PUBLICATIONS_VIEW)
def confirm(publication_id: int) -> ResponseReturnValue:
    """The clip stands on its channel, at this address."""
    try:
        publishing.confirm_posted(
            parts().database, current_actor(), publication_id, request.form.get("url", "")
        )
    except Fault as trouble:
        return _index(trouble, publication_id)
    return _done("posting_confirmed")


@blueprint.post("/<int:publication_id>/resend")
@access.needs(Action.PUBLICATIONS_VIEW)
def resend(publication_id: int) -> ResponseReturnValue:
    """Sends a delivery once more."""
    try:
        resend_delivery(parts().database, current_actor(), publication_id)
    except Fault as trouble:
        return _index(trouble, publication_id)
    return _done("posting_resent")


def _index(trouble: Fault | None, about: int) -> tuple[str, int]:
    actor = current_actor()
    agency_id = actor.agency_id or 0
    code = request.args.get("clip", "")
    everything = request.args.get("all") == "1"
    with parts().database.read() as session:
        if code:
            clips, older = clip_publications(session, agency_id, code), None
        else:
            page = publications_page(
                session,
                agency_id,
                open_only=not everything,
                before=request.args.get("before", type=number),
            )
            clips, older = page.clips, page.older
        able = frozenset(clip.code for clip in clips if _may_post(session, clip))
    html = render_template(
        "posting/index.html",
        clips=clips,
        older=older,
        able=able,
        code=code,
        everything=everything,
        fault=sentence(trouble) if trouble else None,
        about=about,
        typed=request.form.get("url", ""),
    )
    return html, status_of(trouble) if trouble else 200


def _may_post(session: Session, clip: ClipPublications) -> bool:
    _clip, facts = visible_clip(session, current_actor(), clip.code)
    return may(current_actor(), Action.POST_CONFIRM, facts)


def _done(words: str) -> Response:
    flash(say(words, current_locale()), "success")
    return redirect(url_for("posting.index", clip=request.args.get("clip") or None), 303)
