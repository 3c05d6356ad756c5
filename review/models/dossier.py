"""What stands around a clip before it rises: series, units, assignment, script, typed words."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from review.db import Base
from review.models.types import Code, Long, Moment, Name, Pk, Ref, Sha256, UtcDateTime

ASSIGNED = "ended_at IS NULL"
UNDECIDED = "state = 'sent'"


class Series(Base):
    """A running series or theme (chuyên đề, loạt bài) of an agency."""

    __tablename__ = "series"
    __table_args__ = (UniqueConstraint("agency_id", "folded"),)

    id: Mapped[Pk]
    agency_id: Mapped[Ref] = mapped_column(ForeignKey("agencies.id"))
    name: Mapped[Name]
    folded: Mapped[Name]  # in lower case: the same series typed twice is one
    active: Mapped[bool]
    created_at: Mapped[Moment]


class ClipUnit(Base):
    """A unit that works on the clip beside the one that leads (phối hợp)."""

    __tablename__ = "clip_units"

    clip_id: Mapped[Ref] = mapped_column(ForeignKey("clips.id"), primary_key=True)
    unit_id: Mapped[Ref] = mapped_column(ForeignKey("units.id"), primary_key=True)


class FieldDraft(Base):
    """What one person is typing into the fields of one clip; no act until it is settled.

    `opened` is the version of the page on which the sitting began and `base` the version that it
    builds on now: every step between the two was this person's own. Without `fields` nothing of
    theirs is waiting.
    """

    __tablename__ = "field_drafts"

    clip_id: Mapped[Ref] = mapped_column(ForeignKey("clips.id"), primary_key=True)
    person_id: Mapped[Ref] = mapped_column(ForeignKey("people.id"), primary_key=True)
    opened: Mapped[int]
    base: Mapped[int]
    fields: Mapped[dict[str, list[str]] | None] = mapped_column(JSON(none_as_null=True))
    kept_at: Mapped[Moment]


class Assignment(Base):
    """That a clip was given to a person to make, with the words of who gave it.

    One is open at most; handing the clip on ends it and opens the next, so that each keeps who
    asked whom. Names are those of the day.
    """

    __tablename__ = "assignments"
    __table_args__ = (
        Index(
            "uq_assignments_open",
            "clip_id",
            unique=True,
            sqlite_where=text(ASSIGNED),
            postgresql_where=text(ASSIGNED),
        ),
    )

    id: Mapped[Pk]
    clip_id: Mapped[Ref] = mapped_column(ForeignKey("clips.id"), index=True)
    assignee_id: Mapped[Ref] = mapped_column(ForeignKey("people.id"))
    assignee_name: Mapped[Name]
    assigner_id: Mapped[Ref] = mapped_column(ForeignKey("people.id"))
    assigner_name: Mapped[Name]
    assigner_post: Mapped[Name]
    instruction: Mapped[Long]
    basis: Mapped[Long]
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    needs_script: Mapped[bool]
    created_at: Mapped[Moment]
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_as: Mapped[Code]  # empty | reassigned | cancelled
    end_reason: Mapped[Long]


class Script(Base):
    """A script as it was sent for approval. Its words stay; only the answer is added, once."""

    __tablename__ = "scripts"
    __table_args__ = (
        UniqueConstraint("clip_id", "number"),
        Index(
            "ix_scripts_waiting",
            "asked_of",
            "clip_id",
            sqlite_where=text(UNDECIDED),
            postgresql_where=text(UNDECIDED),
        ),
    )

    id: Mapped[Pk]
    clip_id: Mapped[Ref] = mapped_column(ForeignKey("clips.id"))
    number: Mapped[int]
    text: Mapped[Long]
    sha256: Mapped[Sha256]
    author_id: Mapped[Ref] = mapped_column(ForeignKey("people.id"))
    author_name: Mapped[Name]
    asked_of: Mapped[int | None] = mapped_column(ForeignKey("people.id"))  # None: heads of sections
    state: Mapped[Code]  # sent | approved | returned | overtaken
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    decided_name: Mapped[Name]
    decided_post: Mapped[Name]
    note: Mapped[Long]
    created_at: Mapped[Moment]
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
