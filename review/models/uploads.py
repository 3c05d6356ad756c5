"""Uploads on their way in: whose they are, how long they will be, what became of them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from review.db import Base
from review.models.types import Code, Long, Moment, Name, Pk, Ref, UtcDateTime


class UploadRow(Base):
    """One upload. How much of it came is not here: that is the size of its file, and only that."""

    __tablename__ = "uploads"
    __table_args__ = (
        Index("ix_uploads_person", "person_id", "state"),
        Index("ix_uploads_agency", "agency_id", "state"),
        Index("ix_uploads_expiry", "state", "expires_at"),
    )

    id: Mapped[Pk]
    key: Mapped[Code] = mapped_column(unique=True)  # names the file, before and after it is whole
    agency_id: Mapped[Ref] = mapped_column(ForeignKey("agencies.id"))
    person_id: Mapped[Ref] = mapped_column(ForeignKey("people.id"))
    length: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[Name]
    metadata_line: Mapped[Long]  # Upload-Metadata as it was sent; the protocol wants it back
    state: Mapped[Code]  # receiving | finished | used | terminated | expired
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"))
    revision_id: Mapped[int | None] = mapped_column(ForeignKey("revisions.id"), unique=True)
    cleared_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # its bytes are gone
