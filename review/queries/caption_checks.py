"""Who has checked the words of a version, and whether a level may rely on it.

A level may ask for checked words. Two rules follow. A clip rises to such a level only when somebody
has checked the version that would go out, an author included: that is what "heard it before sending
it" means. The level itself agrees or signs only when one of the checkers is not an author, because
who made a text reads over its mistakes; and whoever holds the level can always be that person, so
the rule never locks a clip in. A clip without captions has no words to check.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from review.errors import Conflict
from review.models import CaptionCheck, Clip, Revision, RouteLevel
from review.queries.facts import authors_of


@dataclass(frozen=True)
class Check:
    """One person's check of one version, as they were called then."""

    person_id: int
    person: str
    post: str
    author: bool  # whether they are an author of the clip
    at: datetime


def checks_of(session: Session, clip: Clip, captions_id: int | None) -> tuple[Check, ...]:
    """The checks of a version of the captions of `clip`, oldest first."""
    if captions_id is None:
        return ()
    authors = authors_of(session, clip)
    rows = session.scalars(
        select(CaptionCheck)
        .where(CaptionCheck.captions_id == captions_id)
        .order_by(CaptionCheck.id)
    )
    return tuple(
        Check(
            row.person_id,
            row.person_name,
            row.person_post,
            row.person_id in authors,
            row.created_at,
        )
        for row in rows
    )


def require_for_arrival(session: Session, clip: Clip, level: RouteLevel) -> None:
    """Raises Conflict('captions_unchecked') if `clip` may not rise to `level` yet."""
    if missing(session, clip, level) == "captions_unchecked":
        raise Conflict("captions_unchecked", label=level.label)


def require_for_decision(session: Session, clip: Clip, level: RouteLevel) -> None:
    """Raises Conflict: 'captions_unchecked', 'captions_unchecked_by_other', if `level` may not
    agree to `clip` yet."""
    code = missing(session, clip, level)
    if code:
        raise Conflict(code, label=level.label)


def missing(session: Session, clip: Clip, level: RouteLevel) -> str:
    """The code of what `level` still needs of the words of `clip`; empty when nothing."""
    revision = session.get(Revision, clip.revision_id) if clip.revision_id else None
    if not level.needs_checked_captions or revision is None or revision.captions_id is None:
        return ""
    checks = checks_of(session, clip, revision.captions_id)
    if not checks:
        return "captions_unchecked"
    return "captions_unchecked_by_other" if all(check.author for check in checks) else ""
