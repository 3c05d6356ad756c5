"""Uploads that go on where they stopped: begun, finished, given up, swept.

Bytes that belong to no dossier yet are nobody's record, so nothing here writes into the ledger;
the revision made of them does. How much came is asked of the disk, never of a row.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from media.errors import Refused, TooLarge
from media.results import StoredFile as StoredBytes
from review import clock
from review.db import Database
from review.errors import Conflict, Forbidden, Gone, Malformed, NotFound, TooMany
from review.models import StoredFile, UploadRow
from review.operations.identity import managed_agency
from review.operations.quotas import ensure_room
from review.permissions import Action, Actor
from review.queries.uploads import WAITING, UploadCard, UploadState, card_of

# A reporter who begins on Friday in the village goes on after the weekend and a holiday.
EXPIRES_AFTER = timedelta(days=7)
# The day is enough: each piece would otherwise be a write into the database.
RENEW_AFTER = timedelta(hours=1)
# A day's work of a busy person; thousands would be an attack on the disk or on the list.
OPEN_LIMIT = 30
# A late client is told for this long that its upload is over, rather than that it never was.
REMEMBER_FOR = timedelta(days=30)
# The protocol wants the line back with every HEAD; a name and a type need a tenth of this.
METADATA_LIMIT = 4_000
OVER = (UploadState.TERMINATED, UploadState.EXPIRED)


@dataclass(frozen=True)
class UploadDraft:
    """What is about to be sent: its length in bytes, what its owner calls it, its type."""

    length: int
    name: str
    media_type: str = "application/octet-stream"
    metadata_line: str = ""


def open_upload(db: Database, actor: Actor, draft: UploadDraft, max_bytes: int) -> UploadCard:
    """Makes place for an upload.

    Raises Forbidden, Refused('empty_file'), TooLarge, Malformed, TooMany, OverQuota.
    """
    if draft.length == 0:
        raise Refused("empty_file")
    if draft.length > max_bytes:
        raise TooLarge("upload_too_large", max_bytes=max_bytes)
    if len(draft.metadata_line) > METADATA_LIMIT:
        raise Malformed("tus_header_wrong", header="Upload-Metadata")
    with db.transaction() as unit:
        agency_id = managed_agency(actor, Action.CLIP_CREATE)
        ensure_room(unit.session, agency_id, draft.length)
        mine = select(func.count()).select_from(UploadRow)
        mine = mine.where(UploadRow.person_id == actor.person_id, UploadRow.state.in_(WAITING))
        if (unit.session.scalar(mine) or 0) >= OPEN_LIMIT:
            raise TooMany("uploads_too_many", limit=OPEN_LIMIT)
        moment = clock.now()
        row = UploadRow(
            key=secrets.token_hex(16),
            agency_id=agency_id,
            person_id=actor.person_id,
            length=draft.length,
            name=draft.name,
            media_type=draft.media_type[:100],
            metadata_line=draft.metadata_line,
            state=UploadState.RECEIVING,
            created_at=moment,
            expires_at=moment + EXPIRES_AFTER,
        )
        unit.session.add(row)
        unit.session.flush()
        return card_of(row)


def renew(db: Database, card: UploadCard) -> UploadCard:
    """Moves the end of an upload that goes on. Raises Gone when it came first."""
    until = clock.now() + EXPIRES_AFTER
    with db.read() as session:
        now = card_of(_row(session, card.key))
    if now.state in OVER:
        raise Gone("upload_gone")
    if now.state is not UploadState.RECEIVING or until - now.expires_at <= RENEW_AFTER:
        return now
    with db.transaction() as unit:
        row = _row(unit.session, card.key, lock=True)
        if row.state in OVER:
            raise Gone("upload_gone")
        row.expires_at = until
        return card_of(row)


def finish(db: Database, key: str, stored: StoredBytes) -> None:
    """Records that all bytes came. Saying it twice changes nothing. Raises Gone."""
    with db.transaction() as unit:
        row = _row(unit.session, key, lock=True)
        if row.state in OVER:
            raise Gone("upload_gone")
        if row.state != UploadState.RECEIVING:
            return
        file = StoredFile(
            key=stored.key,
            sha256=stored.sha256,
            size=stored.size,
            media_type=row.media_type,
            created_at=clock.now(),
        )
        unit.session.add(file)
        unit.session.flush()
        row.file_id, row.state = file.id, UploadState.FINISHED


def terminate(db: Database, actor: Actor, key: str) -> None:
    """Gives an upload up; its bytes are then the sweep's or the caller's to remove.

    Raises NotFound, Gone, Forbidden('upload_used') once a clip was made of it.
    """
    with db.transaction() as unit:
        row = own_row(unit.session, actor, key)
        if row.state in OVER:
            raise Gone("upload_gone")
        if row.state == UploadState.USED:
            raise Forbidden("upload_used")
        _end(unit.session, [row], UploadState.TERMINATED)


def sweep(db: Database, discard: Callable[[str], bool]) -> int:
    """Ends what nobody went on with, removes its bytes, and returns how many uploads went.

    `discard` removes the bytes of a key and answers False while a process still writes them; such
    an upload is left for the next time. Killed half-way, the next sweep goes on.
    """
    moment = clock.now()
    with db.transaction() as unit:
        late = select(UploadRow).where(UploadRow.state.in_(WAITING), UploadRow.expires_at <= moment)
        _end(unit.session, list(unit.session.scalars(late)), UploadState.EXPIRED)
        old = UploadRow.cleared_at <= moment - REMEMBER_FOR
        unit.session.execute(delete(UploadRow).where(UploadRow.state.in_(OVER), old))
        doomed = select(UploadRow.key).where(
            UploadRow.state.in_(OVER), UploadRow.cleared_at.is_(None)
        )
        keys = list(unit.session.scalars(doomed))
    gone = [key for key in keys if discard(key)]
    clear(db, gone, moment)
    return len(gone)


def clear(db: Database, keys: list[str], moment: datetime | None = None) -> None:
    """Records that the bytes of ended uploads are gone."""
    if not keys:
        return
    with db.transaction() as unit:
        these = update(UploadRow).where(UploadRow.key.in_(keys), UploadRow.state.in_(OVER))
        unit.session.execute(these.values(cleared_at=moment or clock.now()))


def own_row(session: Session, actor: Actor, key: str) -> UploadRow:
    """The actor's own upload, locked. Raises NotFound, also for anybody else's."""
    row = _row(session, key, lock=True)
    if row.person_id != actor.person_id or row.agency_id != actor.agency_id:
        raise NotFound("upload_unknown")
    return row


def take(session: Session, actor: Actor, key: str) -> UploadRow:
    """The actor's finished upload, locked, or the one already used.

    Raises NotFound, Conflict('upload_not_finished'), Gone.
    """
    row = own_row(session, actor, key)
    if row.state in OVER:
        raise Gone("upload_gone", field="file")
    if row.state == UploadState.RECEIVING:
        raise Conflict("upload_not_finished", field="file")
    return row


def _row(session: Session, key: str, *, lock: bool = False) -> UploadRow:
    query = select(UploadRow).where(UploadRow.key == key)
    row = session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise NotFound("upload_unknown")
    return row


def _end(session: Session, rows: list[UploadRow], state: UploadState) -> None:
    """Ends uploads of which no revision was made; a whole file goes with its row."""
    for row in rows:
        file_id, row.file_id, row.state = row.file_id, None, state
        session.flush()
        if file_id is not None:
            session.execute(delete(StoredFile).where(StoredFile.id == file_id))
