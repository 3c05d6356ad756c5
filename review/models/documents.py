"""Documents that people attach, and the register of directives that clips may cite."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from review.db import Base
from review.models.types import Code, Long, Moment, Name, Pk, Ref, UtcDateTime


class Document(Base):
    """A file that somebody attached, as it was. Insert-only; what it belongs to points at it."""

    __tablename__ = "documents"
    __table_args__ = (Index("ix_documents_agency", "agency_id"),)

    id: Mapped[Pk]
    agency_id: Mapped[Ref] = mapped_column(ForeignKey("agencies.id"))
    file_id: Mapped[Ref] = mapped_column(ForeignKey("stored_files.id"), unique=True)
    kind: Mapped[Code]  # of media.document_kinds, told by its bytes
    name: Mapped[str] = mapped_column(String(255))
    person_id: Mapped[Ref] = mapped_column(ForeignKey("people.id"))
    person_name: Mapped[Name]
    created_at: Mapped[Moment]


class Directive(Base):
    """A document from above on which clips rest. One that no longer counts is retired, not lost."""

    __tablename__ = "directives"
    __table_args__ = (Index("ix_directives_agency", "agency_id", "retired_at"),)

    id: Mapped[Pk]
    agency_id: Mapped[Ref] = mapped_column(ForeignKey("agencies.id"))
    issuer: Mapped[Name]
    number: Mapped[Name]  # may be empty: letters go out before the clerk has numbered them
    issued_on: Mapped[date | None] = mapped_column(Date)
    subject: Mapped[str] = mapped_column(String(500))
    note: Mapped[Long]
    folded: Mapped[Long]  # everything above without accents, for the search
    version: Mapped[int]
    created_at: Mapped[Moment]
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DirectiveDocument(Base):
    """A file of a directive. Taking one off removes the link; file and ledger keep it."""

    __tablename__ = "directive_documents"

    directive_id: Mapped[Ref] = mapped_column(ForeignKey("directives.id"), primary_key=True)
    document_id: Mapped[Ref] = mapped_column(
        ForeignKey("documents.id"), primary_key=True, unique=True
    )


class ClipDirective(Base):
    """A directive that a clip cites."""

    __tablename__ = "clip_directives"
    __table_args__ = (Index("ix_clip_directives_directive", "directive_id"),)

    clip_id: Mapped[Ref] = mapped_column(ForeignKey("clips.id"), primary_key=True)
    directive_id: Mapped[Ref] = mapped_column(ForeignKey("directives.id"), primary_key=True)
    created_at: Mapped[Moment]
