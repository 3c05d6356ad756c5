"""Reading an upload form while it arrives: the file goes to its place once, hashed on the way.

Flask's own form parser would put the file into a temporary folder first. Here the parts are taken
as they come: short fields into memory, the one file into the gate to files. Memory stays flat
whatever the size of the file.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

from flask import Request, current_app
from flask_wtf.csrf import validate_csrf
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.sansio.multipart import (
    Data,
    Epilogue,
    Event,
    Field,
    File,
    MultipartDecoder,
    NeedData,
)
from wtforms import ValidationError

from media.errors import TooLarge
from media.limits import CHUNK_BYTES, KIB
from media.results import StoredFile
from media.storage import Storage
from media.writer import Writer
from review.errors import Forbidden, Invalid
from review.operations.intake import Upload

# All fields of a form together; the longest, a post text, is a few thousand characters.
FIELDS_MAX_BYTES = 64 * KIB
PARTS_MAX = 100
# Between one read and the next the decoder holds one chunk and a boundary.
BUFFER_BYTES = 2 * CHUNK_BYTES
NAME_LIMIT = 255
TOKEN_FIELD = "csrf_token"
TOKEN_HEADER = "X-CSRFToken"

Fields = dict[str, list[str]]


@dataclass
class _Form:
    """The state between two parts."""

    storage: Storage
    max_bytes: int
    may_store: Callable[[Fields], None]
    max_files: int = 1
    fields: Fields = field(default_factory=dict)
    uploads: list[Upload] = field(default_factory=list)
    writer: Writer | None = None
    head: Field | File | None = None
    text: bytearray = field(default_factory=bytearray)
    text_total: int = 0


def parse_upload(
    request: Request, storage: Storage, max_bytes: int, *, csrf: bool = True
) -> tuple[Fields, Upload | None]:
    """The fields of a multipart form and its file, stored; None where no file was chosen.

    The CSRF token must come in the header X-CSRFToken or in a field before the file; `csrf=False`
    is for callers who proved themselves by a bearer token. Raises Forbidden('csrf_failed'),
    Invalid('form_unreadable', 'fields_too_long', 'one_file_only'), and of the gate to files
    TooLarge, DiskFull, Refused. Whatever goes wrong, nothing half-written stays; a stored file
    whose form failed later is removed again.
    """
    form = _Form(storage, max_bytes, lambda fields: _check_token(request, fields, csrf))
    _parse(request, form)
    return form.fields, form.uploads[0] if form.uploads else None


def parse_uploads(
    request: Request,
    storage: Storage,
    max_bytes: int,
    max_files: int,
    admit: Callable[[], None],
    fields: Fields,
) -> list[Upload]:
    """The same for a form with up to `max_files` files of `max_bytes` each.

    `admit` runs after the token was checked and before the first byte of a file is kept; what it
    raises ends the request. `fields` is filled as they come, so that what was typed is still there
    when a file is refused. Raises Invalid('documents_too_many') besides.
    """

    def may_store(fields: Fields) -> None:
        _check_token(request, fields, True)
        admit()

    form = _Form(storage, max_bytes, may_store, max_files, fields)
    _parse(request, form)
    return form.uploads


def _parse(request: Request, form: _Form) -> None:
    request.max_content_length = form.max_files * form.max_bytes + 2 * FIELDS_MAX_BYTES
    try:
        _run(request, form)
        form.may_store(form.fields)
    except RequestEntityTooLarge:
        _undo(form)
        raise TooLarge("upload_too_large", max_bytes=form.max_bytes) from None
    except (ClientDisconnected, ConnectionError, TimeoutError):
        _undo(form)
        raise Invalid("upload_interrupted") from None
    except BaseException:
        _undo(form)
        raise


def file_name(raw: str) -> str:
    """The last part of a name as a browser sent it: NFC, without a path, at most 255 characters."""
    name = unicodedata.normalize("NFC", raw).replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(sign for sign in name if sign.isprintable()).strip()
    if len(name) > NAME_LIMIT:
        stem, dot, ending = name.rpartition(".")
        keep = f"{dot}{ending}" if dot and len(ending) <= 10 else ""
        name = (stem if keep else name)[: NAME_LIMIT - len(keep)] + keep
    return name or "video"


def _run(request: Request, form: _Form) -> None:
    boundary = request.mimetype_params.get("boundary", "")
    if request.mimetype != "multipart/form-data" or not boundary:
        raise Invalid("form_unreadable")
    decoder = MultipartDecoder(boundary.encode("latin-1"), BUFFER_BYTES, max_parts=PARTS_MAX)
    while True:
        piece = request.stream.read(CHUNK_BYTES)
        decoder.receive_data(piece or None)
        try:
            event = decoder.next_event()
            while not isinstance(event, NeedData | Epilogue):
                _take(form, event)
                event = decoder.next_event()
        except (ValueError, UnicodeDecodeError) as error:
            # The decoder was promised more than came, or what came is not a form at all.
            code = "upload_interrupted" if not piece else "form_unreadable"
            raise Invalid(code) from error
        if isinstance(event, Epilogue):
            return


def _take(form: _Form, event: Event) -> None:
    if isinstance(event, File) and event.filename:
        if not form.uploads:
            form.may_store(form.fields)
        if len(form.uploads) >= form.max_files:
            raise _too_many(form.max_files)
        form.head, form.writer = event, form.storage.writer(form.max_bytes)
    elif isinstance(event, Field | File):
        form.head, form.text = event, bytearray()
    elif isinstance(event, Data):
        _data(form, event)


def _data(form: _Form, event: Data) -> None:
    if form.writer is not None:
        form.writer.write(event.data)
        if not event.more_data:
            form.uploads.append(_finish(form, form.writer))
            form.writer = None
        return
    form.text += event.data
    form.text_total += len(event.data)
    if form.text_total > FIELDS_MAX_BYTES:
        raise Invalid("fields_too_long")
    if not event.more_data and isinstance(form.head, Field):
        value = unicodedata.normalize("NFC", form.text.decode("utf-8"))
        form.fields.setdefault(form.head.name or "", []).append(value)


def _finish(form: _Form, writer: Writer) -> Upload:
    assert isinstance(form.head, File)
    stored: StoredFile = writer.commit()
    media_type = form.head.headers.get("content-type", "")[:100]
    return Upload(stored, file_name(form.head.filename), media_type or "application/octet-stream")


def _undo(form: _Form) -> None:
    if form.writer is not None:
        form.writer.abort()
    for upload in form.uploads:
        form.storage.delete(upload.stored.key)


def _too_many(limit: int) -> Invalid:
    if limit == 1:
        return Invalid("one_file_only")
    return Invalid("documents_too_many", field="files", limit=limit)


def _check_token(request: Request, fields: Fields, wanted: bool) -> None:
    if not wanted or not current_app.config["WTF_CSRF_ENABLED"]:
        return
    given = request.headers.get(TOKEN_HEADER) or (fields.get(TOKEN_FIELD) or [""])[0]
    try:
        validate_csrf(given)
    except ValidationError:
        raise Forbidden("csrf_failed") from None
