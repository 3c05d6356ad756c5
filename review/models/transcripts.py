"""What is said in a clip: versions of the captions, each kept as it was saved."""

from __future__ import annotations

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from review.db import Base
from review.models.types import Code, Moment, Name, Pk, Ref, Sha256


class CaptionVersion(Base):
    """One saved state of the captions of a revision. Insert-only.

    `lines` is a list of media.results.Line as plain data, doubted ones included; `sha256` is of
    the WebVTT bytes of those that go out.
    """

    __tablename__ = "caption_versions"
    __table_args__ = (UniqueConstraint("revision_id", "number"),)

    id: Mapped[Pk]
    revision_id: Mapped[Ref] = mapped_column(ForeignKey("revisions.id"))
    number: Mapped[int]
    origin: Mapped[Code]  # machine | person | uploaded
    author_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    author_name: Mapped[Name]
    engine: Mapped[Name]  # which machine and weights; empty for a person's version
    lines: Mapped[list[dict[str, object]]] = mapped_column(JSON)
    sha256: Mapped[Sha256]
    created_at: Mapped[Moment]


class CaptionCheck(Base):
    """A named person has heard the clip and compared the words of one version. Insert-only.

    It names the version: a later one has no check until somebody hears it again.
    """

    __tablename__ = "caption_checks"
    __table_args__ = (UniqueConstraint("captions_id", "person_id"),)

    id: Mapped[Pk]
    captions_id: Mapped[Ref] = mapped_column(ForeignKey("caption_versions.id"))
    person_id: Mapped[Ref] = mapped_column(ForeignKey("people.id"))
    person_name: Mapped[Name]
    person_post: Mapped[Name]
    created_at: Mapped[Moment]


class GlossaryTerm(Base):
    """A person, title or place that an agency's clips speak of, spelled as it should be."""

    __tablename__ = "glossary_terms"
    __table_args__ = (UniqueConstraint("agency_id", "text"),)

    id: Mapped[Pk]
    agency_id: Mapped[Ref] = mapped_column(ForeignKey("agencies.id"))
    kind: Mapped[Code]  # person | title | place
    text: Mapped[Name]
    note: Mapped[Name]
    active: Mapped[bool]
    created_at: Mapped[Moment]
