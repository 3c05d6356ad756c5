"""What people are told inside the product, and which reminders have been given."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from review.db import Base
from review.models.types import Code, Moment, Pk, Ref, UtcDateTime

UNREAD = "read_at IS NULL"


class Notice(Base):
    """One thing that one person is told about one clip; the sentence is made when it is read."""

    __tablename__ = "notifications"
    __table_args__ = (
        Index("ix_notifications_person", "person_id", "id"),
        Index("ix_notifications_clip", "clip_id"),
        Index(
            "ix_notifications_unread",
            "person_id",
            "clip_id",
            sqlite_where=text(UNREAD),
            postgresql_where=text(UNREAD),
        ),
    )

    id: Mapped[Pk]
    person_id: Mapped[Ref] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[Code]
    clip_id: Mapped[Ref] = mapped_column(ForeignKey("clips.id"))
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decisions.id"))  # reason and note
    params: Mapped[dict[str, object]] = mapped_column(JSON)
    created_at: Mapped[Moment]
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Reminder(Base):
    """That a stage of reminding was reached for one wait of a clip: at most once each.

    A wait is known by its time limit: each level that a clip rises to sets another.
    """

    __tablename__ = "reminders"

    clip_id: Mapped[Ref] = mapped_column(ForeignKey("clips.id"), primary_key=True)
    due_at: Mapped[Moment] = mapped_column(primary_key=True)
    stage: Mapped[Code] = mapped_column(primary_key=True)  # due_soon | overdue | overdue_author
    created_at: Mapped[Moment]
