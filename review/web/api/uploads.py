"""Uploads by tus 1.0: for the page and for programs, by session or by bearer token.

A browser proves with the header X-CSRFToken that the request comes from our page.
"""

from __future__ import annotations

from http import HTTPStatus

from flask import Request, Response, abort, request, url_for
from flask_smorest import Blueprint

from media.errors import MediaError, TooLarge
from review.errors import Fault
from review.operations import uploads
from review.permissions import Action
from review.queries.uploads import UploadCard, own_upload
from review.web import access, receiving, tus
from review.web.parts import parts
from review.web.sessions import current_actor

blueprint = Blueprint("api_uploads", __name__, url_prefix="/api/v1/uploads")
TAKEN = {"204": {"description": "The bytes are kept; Upload-Offset tells how many there are"}}


@blueprint.route("", methods=["OPTIONS"], provide_automatic_options=False)
@access.token(Action.CLIP_CREATE, page=True, by_header=True)
@blueprint.doc(responses={"204": {"description": "What this server offers of tus 1.0"}})
def options() -> Response:
    """Tell what of the protocol is offered."""
    return _answer(204, tus.capabilities(parts().settings.max_upload_bytes))


@blueprint.route("", methods=["POST"], provide_automatic_options=False)
@access.token(Action.CLIP_CREATE, page=True, by_header=True)
@blueprint.doc(responses={"201": {"description": "Location names the upload"}})
def create() -> Response:
    """Begin an upload, with its first bytes if they come along."""
    _speak_tus()
    length = tus.declared_length(request.headers)
    line = request.headers.get("Upload-Metadata", "")
    named = tus.metadata(line)
    check = tus.checksum(request.headers)
    brings = _brings_bytes(request)
    if brings and (request.content_length or 0) > length:
        raise TooLarge("upload_longer_than_said", max_bytes=length)
    here = parts()
    receiving.ensure_disk(length)
    draft = uploads.UploadDraft(length, named.name, named.media_type, line)
    card = uploads.open_upload(
        here.database, current_actor(), draft, here.settings.max_upload_bytes
    )
    headers = {
        "Location": url_for("api_uploads.resume", key=card.key),
        "Upload-Expires": tus.expires(card.expires_at),
    }
    if brings:
        headers["Upload-Offset"] = str(_first_bytes(card, check))
    return _answer(201, headers)


@blueprint.route("/<key>", methods=["OPTIONS"], provide_automatic_options=False)
@access.token(Action.CLIP_CREATE, page=True, by_header=True)
@blueprint.doc(responses={"204": {"description": "What this server offers of tus 1.0"}})
def options_of_one(key: str) -> Response:
    """Tell what of the protocol is offered, asked at an upload."""
    return _answer(204, tus.capabilities(parts().settings.max_upload_bytes))


@blueprint.route("/<key>", methods=["HEAD"], provide_automatic_options=False)
@access.token(Action.CLIP_CREATE, page=True, by_header=True)
@blueprint.doc(responses={"200": {"description": "Upload-Offset tells how much came"}})
def look(key: str) -> Response:
    """Tell how much came. A request that still writes this upload is ended first."""
    _speak_tus()
    card = _own(key)
    headers = {
        "Upload-Offset": str(receiving.offset_of(card)),
        "Upload-Length": str(card.length),
        "Upload-Expires": tus.expires(card.expires_at),
    }
    if card.metadata_line:
        headers["Upload-Metadata"] = card.metadata_line
    return _answer(200, headers)


@blueprint.route("/<key>", methods=["PATCH"], provide_automatic_options=False)
@access.token(Action.CLIP_CREATE, page=True, by_header=True)
@blueprint.doc(responses=TAKEN)
def resume(key: str) -> Response:
    """Send more, at the offset where the bytes ended."""
    _speak_tus()
    if request.mimetype != tus.BODY_TYPE:
        abort(415)
    offset = tus.whole_number(request.headers, "Upload-Offset")
    check = tus.checksum(request.headers)
    card = _own(key)
    size = receiving.take(card, offset, check, request)
    headers = {"Upload-Offset": str(size), "Upload-Expires": tus.expires(card.expires_at)}
    return _answer(204, headers)


@blueprint.route("/<key>", methods=["DELETE"], provide_automatic_options=False)
@access.token(Action.CLIP_CREATE, page=True, by_header=True)
@blueprint.doc(responses={"204": {"description": "The upload and its bytes are gone"}})
def terminate(key: str) -> Response:
    """Give an upload up."""
    _speak_tus()
    here = parts()
    uploads.terminate(here.database, current_actor(), key)
    if receiving.remove(key):
        uploads.clear(here.database, [key])
    return _answer(204, {})


@blueprint.route("/<key>", methods=["POST"], provide_automatic_options=False)
@access.token(Action.CLIP_CREATE, page=True, by_header=True)
@blueprint.doc(responses=TAKEN)
def other_method(key: str) -> Response:
    """Do what X-HTTP-Method-Override says, for networks that let only GET and POST through."""
    views = {"PATCH": resume, "DELETE": terminate, "HEAD": look}
    view = views.get(request.headers.get("X-HTTP-Method-Override", "").upper())
    if view is None:
        abort(405)
    answer: Response = view(key=key)
    return answer


@blueprint.after_request
def _sign(response: Response) -> Response:
    if request.method != "OPTIONS":
        response.headers["Tus-Resumable"] = tus.VERSION
    if response.status_code == HTTPStatus.PRECONDITION_FAILED:
        response.headers["Tus-Version"] = tus.VERSION
    return response


def _first_bytes(card: UploadCard, check: tus.Checksum | None) -> int:
    """Whatever becomes of the bytes that came along, the upload stands and its offset is told."""
    try:
        return receiving.take(card, 0, check, request)
    except (Fault, MediaError):
        return receiving.offset_of(card)


def _brings_bytes(asked: Request) -> bool:
    if asked.content_length == 0 or (asked.content_length is None and not _chunked(asked)):
        return False
    if asked.mimetype != tus.BODY_TYPE:
        abort(415)
    return True


def _chunked(asked: Request) -> bool:
    return "chunked" in asked.headers.get("Transfer-Encoding", "")


def _speak_tus() -> None:
    if request.headers.get("Tus-Resumable") != tus.VERSION:
        abort(412)


def _own(key: str) -> UploadCard:
    with parts().database.read() as session:
        return own_upload(session, current_actor(), key)


def _answer(status: int, headers: dict[str, str]) -> Response:
    response = Response(status=status, headers=headers)
    if status == HTTPStatus.NO_CONTENT:
        response.headers.pop("Content-Type", None)
    return response
