"""What goes out where, and every attempt to send it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from review.db import Base
from review.models.types import Code, Moment, Name, Pk, Ref, Sha256, UtcDateTime

# What still asks for a hand; the rest is archive.
TO_POST = "state IN ('waiting', 'failed')"


class Publication(Base):
    """The intent to post one signed digest on one channel.

    It cannot exist without the sign-off of exactly that clip and digest: the composite key says
    so, and a trigger refuses a sign-off that was voided.
    """

    __tablename__ = "publications"
    __table_args__ = (
        UniqueConstraint("sign_off_id", "channel_id"),
        ForeignKeyConstraint(
            ["sign_off_id", "clip_id", "digest"],
            ["sign_offs.id", "sign_offs.clip_id", "sign_offs.digest"],
        ),
        Index(
            "ix_publications_to_post",
            "channel_id",
            "clip_id",
            sqlite_where=text(TO_POST),
            postgresql_where=text(TO_POST),
        ),
    )

    id: Mapped[Pk]
    sign_off_id: Mapped[Ref]
    clip_id: Mapped[Ref] = mapped_column(index=True)
    digest: Mapped[Sha256]
    channel_id: Mapped[Ref] = mapped_column(ForeignKey("channels.id"))
    mode: Mapped[Code]  # by_hand | hook
    state: Mapped[Code]  # waiting | sending | delivered | failed | posted | cancelled
    posted_url: Mapped[str] = mapped_column(String(1000))
    posted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    posted_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    posted_by_name: Mapped[Name]
    created_at: Mapped[Moment]


class Delivery(Base):
    """One message to one endpoint; its identifier stays the same over every retry."""

    __tablename__ = "deliveries"
    __table_args__ = (UniqueConstraint("publication_id", "event"),)

    id: Mapped[Pk]
    publication_id: Mapped[Ref] = mapped_column(ForeignKey("publications.id"))
    endpoint_id: Mapped[Ref] = mapped_column(ForeignKey("hook_endpoints.id"))
    event: Mapped[Code]  # clip.approved
    message_id: Mapped[Code] = mapped_column(unique=True)
    body: Mapped[str] = mapped_column(String)
    state: Mapped[Code]  # waiting | delivered | failed
    created_at: Mapped[Moment]


class DeliveryAttempt(Base):
    """One try: what came back, how long it took, when the next is due."""

    __tablename__ = "delivery_attempts"
    __table_args__ = (UniqueConstraint("delivery_id", "number"),)

    id: Mapped[Pk]
    delivery_id: Mapped[Ref] = mapped_column(ForeignKey("deliveries.id"))
    number: Mapped[int]
    outcome: Mapped[Code]  # delivered | refused | unreachable | timeout | gone | blocked
    status: Mapped[int | None]
    detail: Mapped[str] = mapped_column(String(500))
    took_ms: Mapped[int]
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[Moment]
