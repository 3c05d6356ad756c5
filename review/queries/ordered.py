"""Files that somebody asked for: which one counts, how far it came, and what waits for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from review.errors import Conflict, NotFound
from review.models import CaptionVersion, Clip, OrderedFile, Revision, StoredFile
from review.queries.published import published_hash
from review.renditions import CAPTIONED, KINDS, ORDERED


class Making(StrEnum):
    """How far a file that was asked for has come."""

    PENDING = "pending"
    MADE = "made"
    FAILED = "failed"


@dataclass(frozen=True)
class Ordered:
    """A file that was asked for. `sha256` is empty until it is made, `reason` unless it failed."""

    id: int
    kind: str
    key: str
    making: Making
    sha256: str
    size: int
    reason: str
    params: dict[str, object]
    person: str
    at: datetime

    @property
    def at_ms(self) -> int:
        """The place in the clip that a cover shows, in milliseconds."""
        return int(self.key)


def chosen(session: Session, revision_id: int, kind: str) -> Ordered | None:
    """The file of `kind` that counts for a revision; None where nobody asked for one."""
    found = (
        select(OrderedFile, StoredFile)
        .outerjoin(StoredFile, StoredFile.id == OrderedFile.file_id)
        .where(OrderedFile.revision_id == revision_id, OrderedFile.kind == kind)
        .where(OrderedFile.chosen.is_(True))
    )
    row = session.execute(found).one_or_none()
    return _view(*row) if row else None


def require_made(session: Session, clip: Clip) -> None:
    """Raises Conflict('cover_pending', 'cover_failed', 'captioned_pending', 'captioned_failed',
    'captioned_outdated') unless all that was asked for is there and fits what goes out."""
    for kind in ORDERED if clip.revision_id else ():
        wanted = chosen(session, clip.revision_id or 0, kind)
        if wanted is None:
            continue
        if outdated(session, clip.revision_id or 0, wanted):
            raise Conflict("captioned_outdated")
        if wanted.making is not Making.MADE:
            raise Conflict(f"{kind}_{wanted.making}")


def outdated(session: Session, revision_id: int, wanted: Ordered) -> bool:
    """Whether the captions have changed since a copy with them was asked for."""
    if wanted.kind != CAPTIONED:
        return False
    captions_id = session.get_one(Revision, revision_id).captions_id
    version = session.get(CaptionVersion, captions_id) if captions_id else None
    return version is None or published_hash(version) != wanted.key


def made_file(session: Session, revision_id: int, kind: str, sha256: str) -> StoredFile | None:
    """The file of these bytes that was made for a revision, whether it counts now or did once."""
    found = (
        select(StoredFile)
        .join(OrderedFile, OrderedFile.file_id == StoredFile.id)
        .where(OrderedFile.revision_id == revision_id, OrderedFile.kind == kind)
        .where(StoredFile.sha256 == sha256)
        .limit(1)
    )
    return session.scalar(found)


def ordered_file(session: Session, revision_id: int, kind: str, number: int) -> StoredFile:
    """The made file with the `id` of its order. Raises NotFound."""
    found = (
        select(StoredFile)
        .join(OrderedFile, OrderedFile.file_id == StoredFile.id)
        .where(OrderedFile.id == number)
        .where(OrderedFile.revision_id == revision_id, OrderedFile.kind == kind)
    )
    stored = session.scalar(found)
    if stored is None or kind not in KINDS:
        raise NotFound("not_found")
    return stored


def _view(row: OrderedFile, stored: StoredFile | None) -> Ordered:
    making = Making.MADE if stored else Making.FAILED if row.reason_code else Making.PENDING
    return Ordered(
        id=row.id,
        kind=row.kind,
        key=row.key,
        making=making,
        sha256=stored.sha256 if stored else "",
        size=stored.size if stored else 0,
        reason=row.reason_code,
        params=dict(row.reason_params),
        person=row.person_name,
        at=row.created_at,
    )
