"""The agency's own channels and the endpoints that its hooks reach."""

from __future__ import annotations

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from review.db import Base
from review.models.types import Code, Moment, Name, Pk, Ref


class Channel(Base):
    """Where the agency may post. Nothing can be aimed at what is not registered here."""

    __tablename__ = "channels"

    id: Mapped[Pk]
    agency_id: Mapped[Ref] = mapped_column(ForeignKey("agencies.id"))
    kind: Mapped[Code]
    name: Mapped[Name]
    url: Mapped[str] = mapped_column(String(500))
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    active: Mapped[bool]
    created_at: Mapped[Moment]


class HookEndpoint(Base):
    """A receiver for one channel. The signing secret is kept encrypted and shown once."""

    __tablename__ = "hook_endpoints"

    id: Mapped[Pk]
    channel_id: Mapped[Ref] = mapped_column(ForeignKey("channels.id"), unique=True)
    url: Mapped[str] = mapped_column(String(500))
    secret_box: Mapped[bytes] = mapped_column(LargeBinary)
    active: Mapped[bool]
    created_at: Mapped[Moment]
