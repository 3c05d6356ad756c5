"""Work that is due: the one list from which everything is done and recovered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from review.db import Base
from review.models.types import BigId, Code, Moment, Pk, UtcDateTime


class Work(Base):
    """One due piece of work. `fence` rises with each lease, so that a worker which wakes after
    its lease passed to another cannot record its stale result.
    """

    __tablename__ = "work"
    __table_args__ = (
        Index("ix_work_due", "state", "queue", "priority", "not_before"),
        Index(
            "uq_work_open",
            "kind",
            "subject_id",
            unique=True,
            sqlite_where=text("state IN ('due', 'leased')"),
            postgresql_where=text("state IN ('due', 'leased')"),
        ),
    )

    id: Mapped[Pk]
    kind: Mapped[Code]  # a key of review.operations.work.QUEUE_OF
    queue: Mapped[Code]  # media | speech | deliver
    subject_id: Mapped[int] = mapped_column(BigId)  # a revision, an ordered file, a delivery
    priority: Mapped[int]  # smaller is sooner
    not_before: Mapped[Moment]
    state: Mapped[Code]  # due | leased | done | failed
    attempts: Mapped[int]
    max_attempts: Mapped[int]
    fence: Mapped[int]
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[Code]
    # What was asked for beyond the usual; work with options is a wish, and what comes of it only
    # a proposal (review.operations.rehearing).
    options: Mapped[dict[str, str]] = mapped_column(JSON, server_default=text("'{}'"))
    created_at: Mapped[Moment]
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
