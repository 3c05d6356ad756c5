"""Trao đổi, xin ý kiến: what an agency asked of another body about a clip, and what it was told.

Insert-only, as people remember a conversation: what was said stays said, a correction is one more
line.
"""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from review.db import Base
from review.models.types import Code, Long, Moment, Name, Pk, Ref


class Exchange(Base):
    """One question. It is open until an entry closes it."""

    __tablename__ = "exchanges"
    __table_args__ = (Index("ix_exchanges_agency", "agency_id", "id"),)

    id: Mapped[Pk]
    agency_id: Mapped[Ref] = mapped_column(ForeignKey("agencies.id"))
    clip_id: Mapped[Ref] = mapped_column(ForeignKey("clips.id"), index=True)
    body: Mapped[Name]  # the body that was asked
    person: Mapped[Name]  # who there, with post; may be empty
    means: Mapped[Name]  # in words, so that each agency has its own
    reference: Mapped[Name]  # number of the letter, if it went by one
    asked_at: Mapped[Moment]
    question: Mapped[Long]
    ordered_by: Mapped[Ref] = mapped_column(ForeignKey("people.id"))
    ordered_name: Mapped[Name]
    ordered_post: Mapped[Name]
    recorded_by: Mapped[Ref] = mapped_column(ForeignKey("people.id"))
    recorded_name: Mapped[Name]
    recorded_post: Mapped[Name]
    folded: Mapped[Long]  # body, person and question without accents, for the search
    created_at: Mapped[Moment]


class ExchangeEntry(Base):
    """What came after the question: the reply, a note, or that it was asked by mistake."""

    __tablename__ = "exchange_entries"

    id: Mapped[Pk]
    exchange_id: Mapped[Ref] = mapped_column(ForeignKey("exchanges.id"), index=True)
    kind: Mapped[Code]  # reply | note | withdrawal
    # The exchange again where the entry closes it: it is closed at most once.
    closes: Mapped[int | None] = mapped_column(ForeignKey("exchanges.id"), unique=True)
    person: Mapped[Name]  # who replied, with post
    means: Mapped[Name]
    reference: Mapped[Name]
    said_at: Mapped[Moment]
    text: Mapped[Long]
    recorded_by: Mapped[Ref] = mapped_column(ForeignKey("people.id"))
    recorded_name: Mapped[Name]
    recorded_post: Mapped[Name]
    folded: Mapped[Long]
    created_at: Mapped[Moment]


class ExchangeDocument(Base):
    """A file that came with the question (no entry) or with an entry."""

    __tablename__ = "exchange_documents"

    document_id: Mapped[Ref] = mapped_column(
        ForeignKey("documents.id"), primary_key=True, autoincrement=False
    )
    exchange_id: Mapped[Ref] = mapped_column(ForeignKey("exchanges.id"), index=True)
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("exchange_entries.id"))
