"""The audit ledger: append-only rows whose bytes are the evidence."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from review.db import Base
from review.models.types import BigId, Code, Long, Moment, Sha256


class LedgerEntry(Base):
    """One leaf. `body` is canonical JSON as it was hashed; the other columns only help to find it.

    No foreign keys: entries outlive whatever they speak of.
    """

    __tablename__ = "ledger"
    __table_args__ = (
        Index("ix_ledger_clip", "clip_id", "position"),
        Index("ix_ledger_agency", "agency_id", "position"),
    )

    position: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    leaf: Mapped[Sha256]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[Moment]
    action: Mapped[Code]
    agency_id: Mapped[int | None] = mapped_column(BigId)
    actor_id: Mapped[int | None] = mapped_column(BigId)
    clip_id: Mapped[int | None] = mapped_column(BigId)


class LedgerText(Base):
    """Long or personal text that an entry speaks of; the entry holds only its salted hash."""

    __tablename__ = "ledger_texts"

    position: Mapped[int] = mapped_column(
        BigId, ForeignKey("ledger.position"), primary_key=True, autoincrement=False
    )
    name: Mapped[Code] = mapped_column(primary_key=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    text: Mapped[Long]
