"""Documents as pages list them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from media.document_kinds import KINDS
from review.models import Document, StoredFile


@dataclass(frozen=True)
class DocumentView:
    """One document. `viewable` ones may be shown by the browser itself."""

    id: int
    name: str
    kind: str
    size: int
    sha256: str
    viewable: bool


def documents_of(session: Session, ids: Iterable[int]) -> dict[int, DocumentView]:
    """The documents `ids`."""
    wanted = list(ids)
    if not wanted:
        return {}
    rows = session.execute(
        select(Document, StoredFile.size, StoredFile.sha256)
        .join(StoredFile, StoredFile.id == Document.file_id)
        .where(Document.id.in_(wanted))
    )
    return {
        row.id: DocumentView(row.id, row.name, row.kind, size, sha256, KINDS[row.kind].viewable)
        for row, size, sha256 in rows
    }
