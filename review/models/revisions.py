"""Files: what was uploaded, what the workshop made of it."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from review.db import Base
from review.models.types import Code, Moment, Name, Pk, Ref, Sha256


class StoredFile(Base):
    """Bytes behind the gate to files; the key is made by the server, the hash while writing."""

    __tablename__ = "stored_files"

    id: Mapped[Pk]
    key: Mapped[Code] = mapped_column(unique=True)
    sha256: Mapped[Sha256]
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[Name]
    created_at: Mapped[Moment]


class Revision(Base):
    """One uploaded file of a clip. Never replaced: a new upload is a new revision."""

    __tablename__ = "revisions"
    __table_args__ = (UniqueConstraint("clip_id", "number"),)

    id: Mapped[Pk]
    clip_id: Mapped[Ref] = mapped_column(ForeignKey("clips.id"))
    number: Mapped[int]
    uploader_id: Mapped[Ref] = mapped_column(ForeignKey("people.id"))
    file_id: Mapped[Ref] = mapped_column(ForeignKey("stored_files.id"))
    original_name: Mapped[str] = mapped_column(String(255))
    note: Mapped[str] = mapped_column(String(500))
    state: Mapped[Code]
    reason_code: Mapped[Code]  # why it was refused or which step failed; empty otherwise
    reason_params: Mapped[dict[str, object]] = mapped_column(JSON)
    facts: Mapped[dict[str, object] | None] = mapped_column(JSON)  # media.results.Probe
    speech_state: Mapped[Code]  # pending | done | unavailable
    speech_reason: Mapped[Code]
    speech_params: Mapped[dict[str, object]] = mapped_column(JSON)
    captions_id: Mapped[int | None] = mapped_column(
        ForeignKey("caption_versions.id", use_alter=True, name="fk_revisions_captions")
    )
    created_at: Mapped[Moment]


class Rendition(Base):
    """A file made from a revision: the publication MP4, the poster, ..."""

    __tablename__ = "renditions"
    __table_args__ = (UniqueConstraint("revision_id", "kind"),)

    id: Mapped[Pk]
    revision_id: Mapped[Ref] = mapped_column(ForeignKey("revisions.id"))
    kind: Mapped[Code]  # publication | poster
    file_id: Mapped[Ref] = mapped_column(ForeignKey("stored_files.id"))
    created_at: Mapped[Moment]
