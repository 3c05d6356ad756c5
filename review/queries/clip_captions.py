"""The versions of a clip's captions as its page shows them: lines, what changed, who checked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from media.captions import published
from media.results import Line
from review.caption_diff import LineChange, line_changes
from review.models import CaptionVersion, Clip, Revision
from review.queries.caption_checks import Check, checks_of, missing
from review.queries.facts import levels_of
from review.queries.published import lines_of_version
from review.queries.route_choice import rule_for
from review.states import ClipState


@dataclass(frozen=True)
class CaptionsView:
    """One saved state of the captions; `changes` is the difference to the one before it."""

    id: int
    number: int
    origin: str
    author: str
    engine: str
    current: bool
    changes: tuple[LineChange, ...]
    created_at: datetime
    lines: tuple[Line, ...]

    @property
    def out(self) -> int:
        """How many lines go out."""
        return len(published(self.lines))

    @property
    def doubts(self) -> int:
        """How many lines are held back until somebody keeps them or leaves them out."""
        return len(self.lines) - self.out


@dataclass(frozen=True)
class CheckState:
    """Who has checked the words that count, and which level still waits for more.

    `needed` is `captions_check_needed` or `captions_check_other` for the level `label`, or empty.
    """

    checks: tuple[Check, ...]
    needed: str
    label: str

    def by(self, person_id: int | None) -> bool:
        """Whether this person has checked them."""
        return any(check.person_id == person_id for check in self.checks)


NEEDED = {
    "captions_unchecked": "captions_check_needed",
    "captions_unchecked_by_other": "captions_check_other",
}


def caption_versions(session: Session, revision_id: int | None) -> tuple[CaptionsView, ...]:
    """The caption versions of a revision, newest first."""
    revision = session.get(Revision, revision_id) if revision_id else None
    if revision is None:
        return ()
    rows = session.scalars(
        select(CaptionVersion)
        .where(CaptionVersion.revision_id == revision.id)
        .order_by(CaptionVersion.number)
    )
    before: tuple[Line, ...] = ()
    views: list[CaptionsView] = []
    for row in rows:
        lines = lines_of_version(row)
        views.append(
            CaptionsView(
                id=row.id,
                number=row.number,
                origin=row.origin,
                author=row.author_name,
                engine=row.engine,
                current=row.id == revision.captions_id,
                changes=line_changes(before, lines),
                created_at=row.created_at,
                lines=lines,
            )
        )
        before = lines
    return tuple(reversed(views))


def check_state(session: Session, clip: Clip, captions_id: int | None) -> CheckState:
    """The checks of the version that counts, and the first level on the way that needs one more."""
    route_id = clip.route_id
    if clip.state != ClipState.IN_REVIEW:  # a submission takes the route that the rules choose
        rule = rule_for(session, clip.agency_id, clip.category_id, clip.political)
        route_id = rule.route_id if rule else route_id
    checks = checks_of(session, clip, captions_id)
    for level in levels_of(session, route_id):
        if level.position >= clip.level and (code := missing(session, clip, level)):
            return CheckState(checks, NEEDED[code], level.label)
    return CheckState(checks, "", "")
