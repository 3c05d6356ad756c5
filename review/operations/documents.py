"""Documents that come with something else: kept once, whole, and counted against the quota."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from media.document_kinds import DocumentKind
from media.limits import DOCUMENTS_AT_ONCE
from media.results import StoredFile as StoredBytes
from review import clock
from review.errors import Invalid
from review.models import Document, StoredFile
from review.operations.quotas import ensure_room
from review.permissions import Actor


@dataclass(frozen=True)
class Attachment:
    """A file that came with a form: its bytes behind the gate, its name, its kind by its bytes."""

    stored: StoredBytes
    name: str
    kind: DocumentKind


@dataclass(frozen=True)
class OpenedDocument:
    """A document that somebody may read, to be fetched through the gate to files."""

    key: str
    sha256: str
    name: str
    kind: str


def attach(
    session: Session,
    actor: Actor,
    agency_id: int,
    files: Sequence[Attachment],
    *,
    there: int = 0,
    limit: int,
) -> tuple[Document, ...]:
    """Keeps `files` beside the `there` that the same thing has already.

    Raises Invalid('documents_too_many'), OverQuota.
    """
    if len(files) > DOCUMENTS_AT_ONCE:
        raise Invalid("documents_too_many", field="files", limit=DOCUMENTS_AT_ONCE)
    if files and there + len(files) > limit:
        raise Invalid("documents_full", field="files", limit=limit)
    if files:
        ensure_room(session, agency_id, sum(file.stored.size for file in files))
    return tuple(_keep(session, actor, agency_id, file) for file in files)


def said(documents: Sequence[Document], files: Sequence[Attachment]) -> list[dict[str, Any]]:
    """What the ledger keeps of them: which, and of what bytes."""
    return [
        {"document": row.id, "kind": row.kind, "sha256": file.stored.sha256}
        for row, file in zip(documents, files, strict=True)
    ]


def opened(session: Session, document: Document) -> OpenedDocument:
    """What it takes to hand a document out."""
    stored = session.get_one(StoredFile, document.file_id)
    return OpenedDocument(stored.key, stored.sha256, document.name, document.kind)


def named(name: str, kind: DocumentKind) -> str:
    """`name` with an ending that says what the file is, whatever it said before."""
    return name if name.lower().endswith(kind.endings) else name + kind.endings[0]


def _keep(session: Session, actor: Actor, agency_id: int, file: Attachment) -> Document:
    stored = StoredFile(
        key=file.stored.key,
        sha256=file.stored.sha256,
        size=file.stored.size,
        media_type=file.kind.media_type,
        created_at=clock.now(),
    )
    session.add(stored)
    session.flush()
    row = Document(
        agency_id=agency_id,
        file_id=stored.id,
        kind=file.kind.code,
        name=named(file.name[:240], file.kind),
        person_id=actor.person_id,
        person_name=actor.name,
        created_at=clock.now(),
    )
    session.add(row)
    session.flush()
    return row
