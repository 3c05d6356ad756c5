"""Uploads as their owner and the protocol see them, and how much room an agency uses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from review.errors import NotFound
from review.models import (
    Agency,
    Clip,
    Document,
    OrderedFile,
    Rendition,
    Revision,
    StoredFile,
    UploadRow,
)
from review.permissions import Actor


class UploadState(StrEnum):
    """Bytes are coming; all came; a revision was made of them; given up by hand, or by time."""

    RECEIVING = "receiving"
    FINISHED = "finished"
    USED = "used"
    TERMINATED = "terminated"
    EXPIRED = "expired"


# These hold room for their agency; a used one is counted as the revision that it became.
WAITING = (UploadState.RECEIVING, UploadState.FINISHED)


@dataclass(frozen=True)
class UploadCard:
    """One upload. `metadata_line` is what the client sent about the file, word for word."""

    key: str
    length: int
    name: str
    media_type: str
    metadata_line: str
    state: UploadState
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class StorageUse:
    """Bytes that an agency's files take; `quota` is None without a limit."""

    originals: int
    renditions: int
    waiting: int
    quota: int | None
    documents: int = 0

    @property
    def total(self) -> int:
        """Everything that counts against the quota."""
        return self.originals + self.renditions + self.waiting + self.documents

    @property
    def left(self) -> int | None:
        """Bytes that may still come; None without a limit."""
        return None if self.quota is None else max(0, self.quota - self.total)


def own_upload(session: Session, actor: Actor, key: str) -> UploadCard:
    """The actor's own upload. Raises NotFound, also for anybody else's."""
    row = session.scalar(
        select(UploadRow).where(
            UploadRow.key == key,
            UploadRow.person_id == actor.person_id,
            UploadRow.agency_id == actor.agency_id,
        )
    )
    if row is None:
        raise NotFound("upload_unknown")
    return card_of(row)


def waiting_uploads(session: Session, actor: Actor) -> list[UploadCard]:
    """What this person began or finished sending and no clip was made of yet, oldest first."""
    rows = session.scalars(
        select(UploadRow)
        .where(UploadRow.person_id == actor.person_id, UploadRow.state.in_(WAITING))
        .order_by(UploadRow.id)
    )
    return [card_of(row) for row in rows]


def still_to_come(session: Session) -> int:
    """The declared bytes of every upload, of whatever agency, that is not whole yet."""
    query = select(func.coalesce(func.sum(UploadRow.length), 0))
    return int(session.scalar(query.where(UploadRow.state == UploadState.RECEIVING)) or 0)


def storage_use(session: Session, agency_id: int) -> StorageUse:
    """What an agency keeps now. Raises NotFound for an unknown agency."""
    agency = session.get(Agency, agency_id)
    if agency is None:
        raise NotFound("not_found")
    size = func.coalesce(func.sum(StoredFile.size), 0)
    of_clips = select(size).select_from(Revision).join(Clip, Clip.id == Revision.clip_id)
    of_clips = of_clips.where(Clip.agency_id == agency_id)
    originals = of_clips.join(StoredFile, StoredFile.id == Revision.file_id)
    renditions = of_clips.join(Rendition, Rendition.revision_id == Revision.id).join(
        StoredFile, StoredFile.id == Rendition.file_id
    )
    ordered = of_clips.join(OrderedFile, OrderedFile.revision_id == Revision.id).join(
        StoredFile, StoredFile.id == OrderedFile.file_id
    )
    waiting = select(func.coalesce(func.sum(UploadRow.length), 0)).where(
        UploadRow.agency_id == agency_id, UploadRow.state.in_(WAITING)
    )
    attached = select(size).join(Document, Document.file_id == StoredFile.id)
    attached = attached.where(Document.agency_id == agency_id)
    return StorageUse(
        originals=int(session.scalar(originals) or 0),
        renditions=int(session.scalar(renditions) or 0) + int(session.scalar(ordered) or 0),
        waiting=int(session.scalar(waiting) or 0),
        quota=agency.quota_bytes,
        documents=int(session.scalar(attached) or 0),
    )


def card_of(row: UploadRow) -> UploadCard:
    """A row as it is handed out."""
    return UploadCard(
        key=row.key,
        length=row.length,
        name=row.name,
        media_type=row.media_type,
        metadata_line=row.metadata_line,
        state=UploadState(row.state),
        created_at=row.created_at,
        expires_at=row.expires_at,
    )
