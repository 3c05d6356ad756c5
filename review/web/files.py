"""The files of a clip for whoever may see it: video in pieces, poster, captions."""

from __future__ import annotations

import io

from flask import Blueprint, Response, request, send_file

from review.operations.views import record_view
from review.queries.clip_files import clip_file
from review.web import access
from review.web.numbers import number
from review.web.parts import parts
from review.web.sessions import current_actor

blueprint = Blueprint("files", __name__)

# The address names the version, so what it gives never changes; "private" keeps it out of any
# cache between the office and the phone.
CACHE = "private, max-age=3600, immutable"


@blueprint.get("/files/<code>/<kind>")
@access.signed_in
def show(code: str, kind: str) -> Response:
    """One file, of a kind of `review.queries.clip_files`. Answers Range, as players ask for it."""
    actor = current_actor()
    with parts().database.read() as session:
        file = clip_file(
            session,
            actor,
            code,
            kind,
            request.args.get("revision", type=number),
            request.args.get("version", type=number),
        )
    if kind in ("video", "light", "captioned"):
        record_view(parts().database, actor, code)
    source = (
        io.BytesIO(file.content) if file.content is not None else parts().storage.path(file.key)
    )
    response = send_file(
        source,
        mimetype=file.media_type,
        conditional=True,
        etag=file.sha256,
        last_modified=file.made_at,
        max_age=0,
    )
    response.headers["Cache-Control"] = CACHE
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
