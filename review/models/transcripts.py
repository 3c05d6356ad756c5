"""What is said in a clip: versions of the captions, each kept as it was saved."""

from __future__ import annotations

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from review.db import Base
from review.models.types import Code, Moment, Name, Pk, Ref, Sha256


class CaptionVersion(Base):
    """One saved state of the captions of a revision. Insert-only.

    `lines` is a list of media.results.Line as plain data; `sha256` is of its WebVTT bytes, which
    are what goes out.
    """

    __tablename__ = "caption_versions"
    __table_args__ = (UniqueConstraint("revision_id", "number"),)

    id: Mapped[Pk]
    revision_id: Mapped[Ref] = mapped_column(ForeignKey("revisions.id"))
    number: Mapped[int]
    origin: Mapped[Code]  # machine | person
    author_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    author_name: Mapped[Name]
    engine: Mapped[Name]  # which machine and weights; empty for a person's version
    lines: Mapped[list[dict[str, object]]] = mapped_column(JSON)
    sha256: Mapped[Sha256]
    created_at: Mapped[Moment]
