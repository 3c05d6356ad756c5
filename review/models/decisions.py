"""Decisions and sign-offs: acts of named people, insert-only in the database too."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from review.db import Base
from review.models.types import Code, Long, Moment, Name, Pk, Ref, Sha256


class Decision(Base):
    """One act on a clip's way: submitted, passed over, approved, returned, rejected, recalled.

    Names and posts are snapshots; revision and caption version say what was in front of them.
    """

    __tablename__ = "decisions"

    id: Mapped[Pk]
    clip_id: Mapped[Ref] = mapped_column(ForeignKey("clips.id"), index=True)
    round: Mapped[int]
    level: Mapped[int]
    level_label: Mapped[Name]
    kind: Mapped[Code]
    revision_id: Mapped[Ref] = mapped_column(ForeignKey("revisions.id"))
    captions_id: Mapped[int | None] = mapped_column(ForeignKey("caption_versions.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    person_name: Mapped[Name]
    person_post: Mapped[Name]
    political: Mapped[bool]
    reason: Mapped[Code]
    note: Mapped[Long]
    created_at: Mapped[Moment]


class SignOff(Base):
    """The accountable head's confirmation of exactly one digest."""

    __tablename__ = "sign_offs"
    __table_args__ = (
        UniqueConstraint("id", "clip_id", "digest"),
        UniqueConstraint("clip_id", "round"),
    )

    id: Mapped[Pk]
    clip_id: Mapped[Ref] = mapped_column(ForeignKey("clips.id"))
    round: Mapped[int]
    revision_id: Mapped[Ref] = mapped_column(ForeignKey("revisions.id"))
    captions_id: Mapped[int | None] = mapped_column(ForeignKey("caption_versions.id"))
    digest: Mapped[Sha256]
    manifest: Mapped[bytes] = mapped_column(LargeBinary)
    statement: Mapped[Long]
    assessments: Mapped[list[str]] = mapped_column(JSON)
    note: Mapped[Long]
    person_id: Mapped[Ref] = mapped_column(ForeignKey("people.id"))
    person_name: Mapped[Name]
    person_post: Mapped[Name]
    capacity: Mapped[Code]  # direct for now; Q., KT., TM., TL., TUQ. have their own rules
    method: Mapped[Code]  # how the signer proved who they are: password
    agency_name: Mapped[Name]
    # Names on the sheet that may change later (queries/paper_names.py); none in the oldest rows.
    names: Mapped[dict[str, Any]] = mapped_column(JSON, server_default="{}")
    created_at: Mapped[Moment]


class SignOffVoid(Base):
    """A sign-off that no longer holds, because something under it changed. At most one each."""

    __tablename__ = "sign_off_voids"

    id: Mapped[Pk]
    sign_off_id: Mapped[Ref] = mapped_column(ForeignKey("sign_offs.id"), unique=True)
    person_id: Mapped[Ref] = mapped_column(ForeignKey("people.id"))
    person_name: Mapped[Name]
    changed: Mapped[list[str]] = mapped_column(JSON)  # names from digests.PARTS
    created_at: Mapped[Moment]
