"""The bytes of one request into their place, and the file behind the gate once all came."""

from __future__ import annotations

import socket
from typing import Any

from flask import Request
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from media.errors import Busy, TooLarge
from media.limits import PIECE_BYTES
from media.partials import Ask, Partial
from review.errors import Conflict, Corrupted, Gone, Unavailable
from review.operations import uploads
from review.operations.intake import Sent
from review.queries.uploads import UploadCard, UploadState, own_upload, still_to_come
from review.web.arrivals import Arrival
from review.web.parts import parts
from review.web.sessions import current_actor
from review.web.tus import Checksum

# Where servers put the connection: gunicorn, and Werkzeug's own for tests.
SOCKETS = ("gunicorn.socket", "werkzeug.socket")


def ensure_disk(length: int) -> None:
    """Raises DiskFull unless `length` bytes fit beside what other uploads were promised."""
    here = parts()
    with here.database.read() as session:
        promised = still_to_come(session)
    missing = max(0, promised - here.storage.partials.total())
    here.storage.ensure_free(missing + length)


def offset_of(card: UploadCard) -> int:
    """How much came, after whoever still writes has been asked to let go.

    Raises Gone, and Busy when they do not let go in time.
    """
    storage = parts().storage
    if card.state in uploads.OVER:
        raise Gone("upload_gone")
    if card.state is not UploadState.RECEIVING:
        return card.length
    size = storage.received(card.key)
    if size < card.length:
        with storage.partials.hold(card.key, ask=Ask.AT_ONCE) as partial:
            size = max(partial.size, storage.received(card.key))
    return size


def settle(card: UploadCard) -> UploadCard:
    """Puts an upload whose bytes are all there behind the gate, if nobody has yet.

    That is left to do when the process that took the last byte was killed. Raises Gone, Busy.
    """
    here = parts()
    complete = here.storage.received(card.key) == card.length
    if card.state is not UploadState.RECEIVING or not complete:
        return card
    with here.storage.partials.hold(card.key) as partial:
        if max(partial.size, here.storage.received(card.key)) == card.length:
            _finish(card, partial)
    with here.database.read() as session:
        return own_upload(session, current_actor(), card.key)


def sent(key: str) -> Sent:
    """The actor's own upload, ready to become a revision. Raises NotFound, Gone, Busy; whether
    it is whole is asked by the operation that uses it."""
    with parts().database.read() as session:
        card = own_upload(session, current_actor(), key)
    settle(card)
    return Sent(key)


def take(card: UploadCard, offset: int, check: Checksum | None, request: Request) -> int:
    """Appends the body of `request` at `offset` and returns how much there is then.

    A connection that breaks loses at most the piece that was being read. Raises Gone,
    Conflict('upload_offset'), TooLarge, DiskFull, Busy when another request writes and lives,
    Corrupted when the checksum does not fit, Unavailable when the line broke.
    """
    here = parts()
    if card.state is not UploadState.RECEIVING:
        return _nothing_more(card, offset, request)
    with here.storage.partials.hold(card.key, ask=Ask.IF_SILENT) as partial:
        card = _renewed(card, partial)
        size = max(partial.size, here.storage.received(card.key))
        if offset != size:
            raise Conflict("upload_offset", offset=size)
        _admit(request, card.length - size)
        if size < card.length:
            here.storage.ensure_free(card.length - size)
            with here.arrivals.arriving(card.key, _connection(request)) as body:
                _pump(request, partial, card.length, check, body)
        size = max(size, partial.size)
        if size == card.length:
            _finish(card, partial)
    return size


def remove(key: str) -> bool:
    """Removes the bytes of an upload that was given up; False when its writer does not let go,
    and the sweep will."""
    storage = parts().storage
    try:
        with storage.partials.hold(key, ask=Ask.AT_ONCE) as partial:
            partial.remove()
    except Busy:
        return False
    storage.delete(key)
    return True


def _nothing_more(card: UploadCard, offset: int, request: Request) -> int:
    """An upload that is over, or whole: only nothing can be added, and only at its end."""
    if card.state in uploads.OVER:
        raise Gone("upload_gone")
    if offset != card.length:
        raise Conflict("upload_offset", offset=card.length)
    _admit(request, 0)
    return card.length


def _renewed(card: UploadCard, partial: Partial) -> UploadCard:
    """The upload as it is now that it is held; one that ended meanwhile leaves nothing behind."""
    try:
        return uploads.renew(parts().database, card)
    except Gone:
        partial.remove()
        raise


def _admit(request: Request, room: int) -> None:
    if (request.content_length or 0) > room:
        raise TooLarge("upload_longer_than_said", max_bytes=room)
    request.max_content_length = room


def _pump(
    request: Request, partial: Partial, length: int, check: Checksum | None, body: Arrival
) -> None:
    hashed: Any = check.begin() if check else None
    if check:
        partial.doubt()
    broken = fits = False
    try:
        while partial.size < length and not body.over:
            piece = request.stream.read(min(PIECE_BYTES, length - partial.size))
            if not piece:
                break
            body.heard()
            if hashed:
                hashed.update(piece)
            partial.append(piece)
    except (ClientDisconnected, ConnectionError, TimeoutError, RequestEntityTooLarge):
        broken = True
    finally:
        whole = partial.size == length or not (broken or body.stopped)
        if check:
            fits = whole and hashed.digest() == check.digest
            partial.accept() if fits else partial.refuse()
    if whole and (fits or not check):
        return
    if whole:
        raise Corrupted("upload_checksum")
    if body.stopped == "asked":
        raise Busy("upload_busy")
    raise Unavailable("upload_cut")


def _finish(card: UploadCard, partial: Partial) -> None:
    """Behind the gate first, into the database second: killed between the two, the file is found
    under the same key and the second step is done by the next request that asks."""
    here = parts()
    stored = here.storage.settle(partial)
    uploads.finish(here.database, card.key, stored)
    partial.remove()


def _connection(request: Request) -> socket.socket | None:
    found = (request.environ.get(name) for name in SOCKETS)
    return next((one for one in found if isinstance(one, socket.socket)), None)
