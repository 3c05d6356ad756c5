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
from review.models import Clip, Remark, RemarkAct, Revision

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
    acts = _acts(session, clip_id)
    rows = session.scalars(select(Remark).where(Remark.clip_id == clip_id).order_by(Remark.id))
    roots: list[Said] = []
    answers: dict[int, list[Said]] = defaultdict(list)
    for row in rows:
        said = _said(row, numbers, acts[row.id])
        if row.parent_id is None:
            roots.append(said)
        elif not said.deleted:
            answers[row.parent_id].append(said)
    found = [Thread(root, tuple(answers[root.id])) for root in roots]
    shown = [one for one in found if one.answers or not one.root.deleted]
    return tuple(sorted(shown, key=lambda one: (one.root.at_ms or -1, one.root.id)))


def require_settled(session: Session, clip: Clip) -> None:
    """Raises Conflict('remark_holds_back') while a remark that must be mended is open."""
    for thread in threads_of(session, clip.id):
        said = thread.root
        if said.blocking and said.open:
            words = " ".join(said.text.split())
            short = words if len(words) <= EXCERPT else f"{words[:EXCERPT].rstrip()}…"
            raise Conflict("remark_holds_back", person=said.person, text=short)


def _acts(session: Session, clip_id: int) -> dict[int, dict[str, RemarkAct]]:
    """Of each remark the last act of each kind; "settled" stands for the last of two kinds."""
    found: dict[int, dict[str, RemarkAct]] = defaultdict(dict)
    rows = (
        select(RemarkAct)
        .join(Remark, Remark.id == RemarkAct.remark_id)
        .where(Remark.clip_id == clip_id)
        .order_by(RemarkAct.id)
    )
    for act in session.scalars(rows):
        found[act.remark_id][act.kind] = act
        if act.kind in ("resolved", "reopened"):
            found[act.remark_id]["settled"] = act
    return found


def _said(row: Remark, numbers: dict[int, int], acts: dict[str, RemarkAct]) -> Said:
    edited, settled = acts.get("edited"), acts.get("settled")
    resolved = settled if settled is not None and settled.kind == "resolved" else None
    return Said(
        id=row.id,
        person_id=row.person_id,
        person=row.person_name,
        post=row.person_post,
        text=edited.text if edited else row.text,
        at=row.created_at,
        edited=edited is not None,
        deleted="deleted" in acts,
        at_ms=row.at_ms if row.frame is None else _ms(row, row.frame),
        end_ms=_ms(row, row.last_frame),
        revision=numbers.get(row.revision_id or 0, 0),
        blocking=row.blocking,
        resolved_at=resolved.created_at if resolved else None,
        resolved_by=resolved.person_name if resolved else "",
    )


def _ms(row: Remark, frame: int | None) -> int | None:
    if frame is None or not row.rate_num or not row.rate_den:
        return None
    return middle_ms(frame, Fraction(row.rate_num, row.rate_den))
