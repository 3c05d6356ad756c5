"""Remarks on a clip as threads, in the order of the film, and what still holds the clip back."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from review.errors import Conflict
from review.frames import middle_ms
from review.models import Clip, Remark, Revision

# Of a remark that is named in a sentence.
EXCERPT = 60


@dataclass(frozen=True)
class Said:
    """One remark or answer. `at_ms` and `end_ms` lie in the middle of their pictures."""

    id: int
    person_id: int
    person: str
    post: str
    text: str
    at: datetime
    edited: bool
    deleted: bool
    at_ms: int | None
    end_ms: int | None
    revision: int
    blocking: bool
    resolved_at: datetime | None
    resolved_by: str

    @property
    def open(self) -> bool:
        """Whether it is still to be settled."""
        return self.resolved_at is None and not self.deleted


@dataclass(frozen=True)
class Thread:
    """A remark with its answers, oldest first."""

    root: Said
    answers: tuple[Said, ...]


def threads_of(session: Session, clip_id: int) -> tuple[Thread, ...]:
    """All threads: what is about the whole clip first, then in the order of the film. A deleted
    remark shows only where somebody has answered it."""
    numbers = {
        row.id: row.number
        for row in session.execute(
            select(Revision.id, Revision.number).where(Revision.clip_id == clip_id)
        )
    }
    rows = session.scalars(select(Remark).where(Remark.clip_id == clip_id).order_by(Remark.id))
    roots: list[Said] = []
    answers: dict[int, list[Said]] = defaultdict(list)
    for row in rows:
        said = _said(row, numbers)
        if row.parent_id is None:
            roots.append(said)
        elif not said.deleted:
            answers[row.parent_id].append(said)
    found = [Thread(root, tuple(answers[root.id])) for root in roots]
    shown = [one for one in found if one.answers or not one.root.deleted]
    return tuple(sorted(shown, key=lambda one: (one.root.at_ms or -1, one.root.id)))


def require_settled(session: Session, clip: Clip) -> None:
    """Raises Conflict('remark_holds_back') while a remark that must be mended is open."""
    row = session.scalar(
        select(Remark)
        .where(
            Remark.clip_id == clip.id,
            Remark.blocking,
            Remark.resolved_at.is_(None),
            Remark.deleted_at.is_(None),
        )
        .order_by(Remark.id)
        .limit(1)
    )
    if row is not None:
        words = " ".join(row.text.split())
        short = words if len(words) <= EXCERPT else f"{words[:EXCERPT].rstrip()}…"
        raise Conflict("remark_holds_back", person=row.person_name, text=short)


def _said(row: Remark, numbers: dict[int, int]) -> Said:
    return Said(
        id=row.id,
        person_id=row.person_id,
        person=row.person_name,
        post=row.person_post,
        text=row.text,
        at=row.created_at,
        edited=row.edited_at is not None,
        deleted=row.deleted_at is not None,
        at_ms=_ms(row, row.frame),
        end_ms=_ms(row, row.last_frame),
        revision=numbers.get(row.revision_id or 0, 0),
        blocking=row.blocking,
        resolved_at=row.resolved_at,
        resolved_by=row.resolved_by,
    )


def _ms(row: Remark, frame: int | None) -> int | None:
    if frame is None or not row.rate_num or not row.rate_den:
        return None
    return middle_ms(frame, Fraction(row.rate_num, row.rate_den))
