"""Files that a person asks for, beside those that every clip gets."""

from __future__ import annotations

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from review.db import Base
from review.models.types import Code, Moment, Name, Pk, Ref


class OrderedFile(Base):
    """A cover frame, or a copy with the captions in the picture, of one revision.

    `key` says of what exactly it is made, so that asking again for the same finds the file that is
    there: for a cover the place in milliseconds, for the copy the SHA-256 of the captions. At most
    one row of a kind is `chosen`; one that is given up stays, because it may have been signed.
    """

    __tablename__ = "ordered_files"
    __table_args__ = (
        UniqueConstraint("revision_id", "kind", "key"),
        Index(
            "uq_ordered_chosen",
            "revision_id",
            "kind",
            unique=True,
            sqlite_where=text("chosen"),
            postgresql_where=text("chosen"),
        ),
    )

    id: Mapped[Pk]
    revision_id: Mapped[Ref] = mapped_column(ForeignKey("revisions.id"))
    kind: Mapped[Code]  # of review.renditions.ORDERED
    key: Mapped[Code]
    chosen: Mapped[bool]
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"))  # once it is made
    reason_code: Mapped[Code]  # why it could not be made; empty otherwise
    reason_params: Mapped[dict[str, object]] = mapped_column(JSON)
    person_id: Mapped[Ref] = mapped_column(ForeignKey("people.id"))  # who asked for it last
    person_name: Mapped[Name]
    created_at: Mapped[Moment]
