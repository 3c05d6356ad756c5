"""What one person has been told, and how much of it they have not read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from review.models import Clip, Decision, Notice
from review.permissions import Actor
from review.queries.queue_rules import OVERSEEING
from review.states import ClipState

PAGE_ROWS = 30
# Beyond this the bell says "99+".
COUNT_LIMIT = 100
NOBODYS_BUSINESS = (ClipState.DRAFT, ClipState.WITHDRAWN)


@dataclass(frozen=True)
class NoticeRow:
    """One notice. `reason` and `note` are those of the decision or the act behind it; `open` says
    whether its reader may still look at the clip.
    """

    id: int
    kind: str
    params: dict[str, Any]
    reason: str
    note: str
    code: str
    title: str
    open: bool
    at: datetime
    read: bool


@dataclass(frozen=True)
class NoticePage:
    """Notices, newest first; `older` is where the next page begins."""

    rows: tuple[NoticeRow, ...]
    older: int | None


def unread_count(session: Session, person_id: int) -> int:
    """How many notices the person has not read; COUNT_LIMIT stands for that or more."""
    some = select(Notice.id).where(Notice.person_id == person_id, Notice.read_at.is_(None))
    counted = select(func.count()).select_from(some.limit(COUNT_LIMIT).subquery())
    return session.scalar(counted) or 0


def notice_page(session: Session, actor: Actor, before: int | None = None) -> NoticePage:
    """The actor's own notices, those older than `before`."""
    found = (
        select(Notice, Clip, Decision.reason, Decision.note)
        .join(Clip, Clip.id == Notice.clip_id)
        .outerjoin(Decision, Decision.id == Notice.decision_id)
        .where(Notice.person_id == actor.person_id)
    )
    if before is not None:
        found = found.where(Notice.id < before)
    rows = session.execute(found.order_by(Notice.id.desc()).limit(PAGE_ROWS + 1)).all()
    shown = tuple(_row(actor, *row) for row in rows[:PAGE_ROWS])
    return NoticePage(shown, shown[-1].id if len(rows) > PAGE_ROWS else None)


def _row(
    actor: Actor, notice: Notice, clip: Clip, reason: str | None, note: str | None
) -> NoticeRow:
    own = actor.person_id in (clip.created_by, clip.uploader_id, clip.keeper_id)
    private = clip.state in NOBODYS_BUSINESS and not own and not actor.roles & OVERSEEING
    return NoticeRow(
        id=notice.id,
        kind=notice.kind,
        params=dict(notice.params),
        reason=reason or "",
        note=note or str(notice.params.get("note", "")),
        code=clip.code,
        title=clip.title,
        open=not private,
        at=notice.created_at,
        read=notice.read_at is not None,
    )
