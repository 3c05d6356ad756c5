"""Attached documents between a form and the gate to files, in both directions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Response, request, send_file

from media.document_kinds import KINDS, DocumentKind, kind_of
from media.errors import Refused, TooLarge
from media.limits import DOCUMENT_MAX_BYTES, DOCUMENTS_AT_ONCE
from review.operations.documents import Attachment, OpenedDocument
from review.operations.intake import Upload
from review.operations.quotas import foresee_room
from review.web.parts import parts
from review.web.sessions import agency_id
from review.web.streaming import Fields, parse_uploads

# A page of its own that may load nothing, run nothing and be framed by nobody. A picture can do
# with no rights at all; the viewer that browsers build in for PDF does not start in such a box.
CLOSED = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
PICTURE_POLICY = f"{CLOSED}; sandbox"
PDF_POLICY = f"{CLOSED}; object-src 'self'; style-src 'unsafe-inline'"
# Only this person may see it, also on a shared office PC.
NEVER = "no-store"


@contextmanager
def received(admit: Callable[[], None], fields: Fields) -> Iterator[tuple[Attachment, ...]]:
    """The documents that came with this request's form; its `fields` are filled as they come.

    Whatever is raised inside the block, the files go again. `admit` says who may send any before
    the first byte is kept. Raises Forbidden, Invalid, OverQuota, TooLarge, DiskFull, and Refused
    ('document_empty', 'document_kind', 'document_macros').
    """

    def enter() -> None:
        admit()
        foresee_room(parts().database, agency_id(), request.content_length or 0)

    storage = parts().storage
    try:
        uploads = parse_uploads(
            request, storage, DOCUMENT_MAX_BYTES, DOCUMENTS_AT_ONCE, enter, fields
        )
    except Refused as refusal:
        raise Refused("document_empty", field="files") from refusal
    except TooLarge as refusal:
        raise TooLarge("document_too_large", field="files", **refusal.params) from refusal
    try:
        yield tuple(_attachment(upload) for upload in uploads)
    except BaseException:
        for upload in uploads:
            storage.delete(upload.stored.key)
        raise


def handed_out(document: OpenedDocument) -> Response:
    """The file as a download; one that a browser may show by itself also as a page, if asked.

    Raises FileChanged when the bytes are no longer those that were attached.
    """
    storage, kind = parts().storage, KINDS[document.kind]
    storage.verify(document.key, document.sha256)
    shown = kind.viewable and request.args.get("view") == "1"
    response = send_file(
        storage.open(document.key),
        mimetype=kind.media_type if shown else "application/octet-stream",
        as_attachment=not shown,
        download_name=document.name,
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = _policy(kind)
    response.headers["Cache-Control"] = NEVER
    return response


def _policy(kind: DocumentKind) -> str:
    return PDF_POLICY if kind.code == "pdf" else PICTURE_POLICY


def _attachment(upload: Upload) -> Attachment:
    with parts().storage.open(upload.stored.key) as file:
        try:
            kind = kind_of(file)
        except Refused as refusal:
            raise Refused(refusal.code, name=upload.original_name, field="files") from refusal
    return Attachment(upload.stored, upload.original_name, kind)
