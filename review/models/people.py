"""People, their roles, and the ways in: links, sessions, tokens."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, column_property, mapped_column

from review.db import Base
from review.models.dated import today_of
from review.models.organisation import Post
from review.models.types import Code, Moment, Name, Pk, Ref, Sha256, UtcDateTime


class Person(Base):
    """A named person. Without a password hash the account waits for its owner.

    `post` is what the person is called today: the head's post first, then the main one.
    """

    __tablename__ = "people"

    id: Mapped[Pk]
    agency_id: Mapped[Ref] = mapped_column(ForeignKey("agencies.id"))
    username: Mapped[Code] = mapped_column(unique=True)
    full_name: Mapped[Name]
    password_hash: Mapped[str | None] = mapped_column(String(200))
    locale: Mapped[str] = mapped_column(String(8))
    created_at: Mapped[Moment]
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    if TYPE_CHECKING:
        post: Mapped[str]


Person.post = column_property(
    today_of(
        Post.title, Post, Post.person_id == Person.id, (Post.lead == "").asc(), Post.main.desc()
    )
)


class PersonRole(Base):
    """One role of one person; the head's is not among them, it follows from the head's post."""

    __tablename__ = "person_roles"

    person_id: Mapped[Ref] = mapped_column(ForeignKey("people.id"), primary_key=True)
    role: Mapped[Code] = mapped_column(primary_key=True)


class OneTimeLink(Base):
    """A link that works once: to set up the installation, or to activate one's account.

    Only the SHA-256 of its secret is kept; looking at the page does not use it up.
    """

    __tablename__ = "one_time_links"

    id: Mapped[Pk]
    purpose: Mapped[Code]  # setup | activate
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    secret_hash: Mapped[Sha256] = mapped_column(unique=True)
    expires_at: Mapped[Moment]
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class WebSession(Base):
    """A login on one device. Ended by logout, disabling, a new password or a lost role."""

    __tablename__ = "sessions"

    id: Mapped[Pk]
    person_id: Mapped[Ref] = mapped_column(ForeignKey("people.id"), index=True)
    secret_hash: Mapped[Sha256] = mapped_column(unique=True)
    device: Mapped[Name]
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signing_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ApiToken(Base):
    """A bearer token of one person; it can create and read, never decide or sign."""

    __tablename__ = "api_tokens"

    id: Mapped[Pk]
    person_id: Mapped[Ref] = mapped_column(ForeignKey("people.id"), index=True)
    name: Mapped[Name]
    secret_hash: Mapped[Sha256] = mapped_column(unique=True)
    created_at: Mapped[Moment]
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
