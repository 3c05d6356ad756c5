"""Clips: the dossier that rises level by level."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column

from review.db import Base
from review.models.types import Code, Long, Moment, Name, Pk, Ref, UtcDateTime

# What is on its way is a handful beside an archive: these indexes hold only that handful.
IN_REVIEW = "state = 'in_review'"
WITH_AUTHOR = "state IN ('draft', 'returned')"


def _partly(name: str, where: str, *columns: str) -> Index:
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


class Clip(Base):
    """One clip and where it stands. `version` rises with every change a page could be stale to."""

    __tablename__ = "clips"
    __table_args__ = (
        _partly("ix_clips_review", IN_REVIEW, "agency_id", "route_id", "level", "due_at"),
        _partly("ix_clips_due", IN_REVIEW, "due_at"),
        _partly("ix_clips_with_creator", WITH_AUTHOR, "created_by"),
        _partly("ix_clips_with_uploader", WITH_AUTHOR, "uploader_id"),
        _partly("ix_clips_with_keeper", WITH_AUTHOR, "keeper_id"),
        _partly("ix_clips_with_fixer", WITH_AUTHOR, "fixer_id"),
        Index("ix_clips_newest", "agency_id", "id"),
        Index("ix_clips_created", "agency_id", "created_at"),
    )

    id: Mapped[Pk]
    agency_id: Mapped[Ref] = mapped_column(ForeignKey("agencies.id"))
    code: Mapped[Code] = mapped_column(unique=True)
    title: Mapped[Name]
    description: Mapped[Long]
    post_text: Mapped[Long]
    category_id: Mapped[Ref] = mapped_column(ForeignKey("categories.id"))
    political: Mapped[bool]
    political_reason: Mapped[Long]
    political_level: Mapped[int]  # the level that last said yes; 0 is the author
    language: Mapped[str] = mapped_column(String(16))
    ai_label: Mapped[bool]
    rights: Mapped[Long]
    # Who makes it: who opened the dossier, or whoever it was last given to.
    created_by: Mapped[Ref] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[Moment]
    state: Mapped[Code]
    version: Mapped[int]
    route_id: Mapped[int | None] = mapped_column(ForeignKey("routes.id"))
    level: Mapped[int]  # 0 while it lies with its author
    round: Mapped[int]  # how often it has been submitted
    revision_id: Mapped[int | None] = mapped_column(
        ForeignKey("revisions.id", use_alter=True, name="fk_clips_revision")
    )
    uploader_id: Mapped[int | None] = mapped_column(
        ForeignKey("people.id")  # of the current file: with the creator, the clip's authors
    )
    # Who carries the dossier on in its creator's place, and counts as an author with them.
    keeper_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    # A returned clip: who is asked to mend it, where that is somebody else than its authors, and
    # the level to which it goes straight back.
    fixer_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    back_to_level: Mapped[int | None]
    # At a level: the one of its holders for whom it waits; None is any of them.
    handed_to: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    waiting_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Which of dossier.ANSWERABLE nobody has answered: their columns hold a proposal meanwhile.
    open_answers: Mapped[Code] = mapped_column(server_default="")
    people: Mapped[Code] = mapped_column(server_default="")  # dossier.People; empty: no answer
    people_note: Mapped[Long] = mapped_column(server_default="")
    urgency: Mapped[Code] = mapped_column(server_default="normal")
    series_id: Mapped[int | None] = mapped_column(ForeignKey("series.id"))
    lead_unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    audience: Mapped[Name] = mapped_column(server_default="")
    wished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    script: Mapped[Long] = mapped_column(server_default="")
    # Until when its author was asked to have it done; `due_at` is a level's.
    assigned_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def unanswered(self) -> frozenset[str]:
        """The names in `open_answers`."""
        return frozenset((self.open_answers or "").split())


class ClipChannel(Base):
    """A channel on which the clip is planned to appear."""

    __tablename__ = "clip_channels"

    clip_id: Mapped[Ref] = mapped_column(ForeignKey("clips.id"), primary_key=True)
    channel_id: Mapped[Ref] = mapped_column(ForeignKey("channels.id"), primary_key=True)


class Remark(Base):
    """Something said about a clip: about the whole, one picture of it, or a stretch.

    Pictures are numbered in the published file of `revision_id`, `rate_num`/`rate_den` of them a
    second; the oldest rows know only the millisecond. A reply has a `parent_id` and no place of its
    own. Insert-only: what became of a remark is in `RemarkAct`.
    """

    __tablename__ = "remarks"

    id: Mapped[Pk]
    clip_id: Mapped[Ref] = mapped_column(ForeignKey("clips.id"), index=True)
    revision_id: Mapped[int | None] = mapped_column(ForeignKey("revisions.id"))
    person_id: Mapped[Ref] = mapped_column(ForeignKey("people.id"))
    person_name: Mapped[Name]
    person_post: Mapped[Name]
    at_ms: Mapped[int | None]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("remarks.id"))
    frame: Mapped[int | None]
    last_frame: Mapped[int | None]  # of a stretch
    rate_num: Mapped[int | None]
    rate_den: Mapped[int | None]
    blocking: Mapped[bool] = mapped_column(server_default=false())  # nothing rises until resolved
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[Moment]


class RemarkAct(Base):
    """What somebody did to a remark: put other words in its place, took it away, settled it, opened
    it again. Insert-only; the last of its kind counts."""

    __tablename__ = "remark_acts"

    id: Mapped[Pk]
    remark_id: Mapped[Ref] = mapped_column(ForeignKey("remarks.id"), index=True)
    kind: Mapped[Code]  # edited | deleted | resolved | reopened
    text: Mapped[str] = mapped_column(Text)  # of an edited one
    person_id: Mapped[Ref] = mapped_column(ForeignKey("people.id"))
    person_name: Mapped[Name]
    created_at: Mapped[Moment]
