"""Scripts of a clip: what was sent for approval, what became of it, whether one is still owed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from review.errors import Conflict
from review.models import Assignment, Clip, Script

SENT, APPROVED, RETURNED, OVERTAKEN = "sent", "approved", "returned", "overtaken"


@dataclass(frozen=True)
class ScriptView:
    """One script as it was sent. `current`: its words are those that stand in the dossier now."""

    id: int
    number: int
    text: str
    sha256: str
    author: str
    state: str
    decided_name: str
    decided_post: str
    note: str
    sent_at: datetime
    decided_at: datetime | None
    current: bool


def script_hash(text: str) -> str:
    """SHA-256 of a script's words in UTF-8, in hex; the words are in NFC already."""
    return hashlib.sha256(text.encode()).hexdigest()


def scripts_of(session: Session, clip: Clip) -> tuple[ScriptView, ...]:
    """All scripts that were sent, the newest first."""
    rows = session.scalars(
        select(Script).where(Script.clip_id == clip.id).order_by(Script.number.desc())
    )
    now = script_hash(clip.script)
    return tuple(
        ScriptView(
            id=row.id,
            number=row.number,
            text=row.text,
            sha256=row.sha256,
            author=row.author_name,
            state=row.state,
            decided_name=row.decided_name,
            decided_post=row.decided_post,
            note=row.note,
            sent_at=row.created_at,
            decided_at=row.decided_at,
            current=row.sha256 == now,
        )
        for row in rows
    )


def script_owed(session: Session, clip: Clip) -> bool:
    """Whether the clip may not be filmed yet: a script was demanded, and the one in the dossier has
    not been approved, word for word."""
    demanded = select(Assignment.needs_script).where(
        Assignment.clip_id == clip.id, Assignment.ended_at.is_(None)
    )
    if not session.scalar(demanded):
        return False
    approved = select(Script.id).where(
        Script.clip_id == clip.id,
        Script.state == APPROVED,
        Script.sha256 == script_hash(clip.script),
    )
    return session.scalar(approved.limit(1)) is None


def require_script(session: Session, clip: Clip) -> None:
    """Raises Conflict('script_not_approved') where `script_owed`."""
    if script_owed(session, clip):
        raise Conflict("script_not_approved")
