"""What became of the last wish to have a clip heard again."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from review.models import Work

OPEN = ("due", "leased")
FAILED = "failed"


@dataclass(frozen=True)
class Rehearing:
    """A wish: by which model, in which language. `reason` is why it came to nothing, if it did."""

    model: str
    language: str
    running: bool
    reason: str = ""


def open_hearing(session: Session, revision_id: int) -> int | None:
    """The work row, if the revision is being heard or waits for it, for whatever reason."""
    here = select(Work.id).where(
        Work.kind == "transcribe", Work.subject_id == revision_id, Work.state.in_(OPEN)
    )
    return session.scalar(here)


def last_wish(session: Session, revision_id: int) -> Rehearing | None:
    """The last wish for a revision while it is open or came to nothing; None once it was met."""
    rows = session.scalars(
        select(Work)
        .where(Work.kind == "transcribe", Work.subject_id == revision_id)
        .order_by(Work.id.desc())
    )
    row = next((row for row in rows if row.options), None)
    if row is None or row.state not in (*OPEN, FAILED):
        return None
    name, language = str(row.options.get("name", "")), str(row.options.get("language", ""))
    failed = row.state == FAILED
    return Rehearing(name, language, not failed, row.last_error if failed else "")
