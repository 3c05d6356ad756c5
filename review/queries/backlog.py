"""How much work waits and runs."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from review.models import Work

OPEN = ("due", "leased")


def backlog(session: Session) -> list[tuple[str, str, int]]:
    """Open pieces of work as (queue, state, count), in a fixed order."""
    counted = (
        select(Work.queue, Work.state, func.count())
        .where(Work.state.in_(OPEN))
        .group_by(Work.queue, Work.state)
        .order_by(Work.queue, Work.state)
    )
    return [(queue, state, count) for queue, state, count in session.execute(counted)]
