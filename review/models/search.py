"""What lists find clips by: one row of plain words for each, derived, never evidence."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from review.db import Base
from review.models.types import Long, Ref


class ClipSearch(Base):
    """The distinct words of a clip without accents, and its marks (see `review.queries.search`).

    Written in the transaction that changes the clip; each database keeps its own index over
    `words` (migration 0007). Lost rows are made again by `search_rows.catch_up`.
    """

    __tablename__ = "clip_search"
    __table_args__ = (Index("ix_clip_search_newest", "agency_id", "clip_id"),)

    clip_id: Mapped[Ref] = mapped_column(
        ForeignKey("clips.id"), primary_key=True, autoincrement=False
    )
    agency_id: Mapped[Ref] = mapped_column(ForeignKey("agencies.id"))
    words: Mapped[Long]
