"""What a list shows of a clip, for the thirty clips of one page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, exists, func, select
from sqlalchemy.orm import Session

from review import clock
from review.models import (
    Category,
    Clip,
    OrderedFile,
    Person,
    Rendition,
    Revision,
    RouteLevel,
    Script,
)
from review.queries.exchanges import is_consulted
from review.renditions import COVER
from review.states import EDITABLE

# One screen of a phone holds six rows; thirty are as far as anybody scrolls before searching.
PAGE_ROWS = 30


@dataclass(frozen=True)
class InboxRow:
    """One clip in a list."""

    id: int
    code: str
    title: str
    state: str
    level_label: str
    political: bool
    category: str
    author: str
    revision: int
    revision_state: str
    has_poster: bool
    cover_id: int | None  # the chosen picture, once it is made
    duration_ms: int
    since: datetime
    due_at: datetime | None  # of the level, or of whoever was given the clip to make
    overdue: bool
    consulting: bool
    urgency: str
    script_waits: bool  # for somebody's approval


@dataclass(frozen=True)
class Inbox:
    """One page of a list. `after` is where the next page begins, empty at the end; `spoken_from`
    is the first row that was found by what is said or written in the clip, not by its title.
    """

    rows: tuple[InboxRow, ...]
    after: str = ""
    spoken_from: int | None = None

    @property
    def more(self) -> bool:
        """Whether there is a next page."""
        return bool(self.after)


def rows_of(
    session: Session, ids: Sequence[int], *also: ColumnElement[bool]
) -> tuple[InboxRow, ...]:
    """The clips `ids` in this order, those left out for which `also` does not hold."""
    if not ids:
        return ()
    level = and_(RouteLevel.route_id == Clip.route_id, RouteLevel.position == Clip.level)
    poster = exists().where(Rendition.revision_id == Revision.id, Rendition.kind == "poster")
    script = exists().where(Script.clip_id == Clip.id, Script.state == "sent")
    cover = (
        select(OrderedFile.id)
        .where(OrderedFile.revision_id == Revision.id, OrderedFile.kind == COVER)
        .where(OrderedFile.chosen.is_(True), OrderedFile.file_id.is_not(None))
        .correlate(Revision)
        .scalar_subquery()
    )
    found = session.execute(
        select(
            Clip.id,
            Clip.code,
            Clip.title,
            Clip.state,
            func.coalesce(RouteLevel.label, "").label("level_label"),
            Clip.political,
            Category.name.label("category"),
            Person.full_name.label("author"),
            Revision.number.label("revision"),
            Revision.state.label("revision_state"),
            Revision.facts,
            poster.label("has_poster"),
            cover.label("cover_id"),
            func.coalesce(Clip.waiting_since, Clip.created_at).label("since"),
            Clip.due_at,
            is_consulted().label("consulting"),
            Clip.assigned_due_at,
            Clip.urgency,
            Clip.open_answers,
            script.label("script_waits"),
        )
        .join(Category, Category.id == Clip.category_id)
        .join(Person, Person.id == Clip.created_by)
        .outerjoin(Revision, Revision.id == Clip.revision_id)
        .outerjoin(RouteLevel, level)
        .where(Clip.id.in_(ids), *also)
    )
    by_id = {row.id: _row(row) for row in found}
    return tuple(by_id[clip] for clip in ids if clip in by_id)


def _row(row: Row[*tuple[Any, ...]]) -> InboxRow:
    facts = row.facts or {}
    unanswered = row.open_answers.split()
    due_at = row.assigned_due_at if row.state in EDITABLE else row.due_at
    return InboxRow(
        id=row.id,
        code=row.code,
        title=row.title,
        state=row.state,
        level_label=row.level_label,
        political=row.political and "political" not in unanswered,
        category="" if "category" in unanswered else row.category,
        author=row.author,
        revision=row.revision or 0,
        revision_state=row.revision_state or "",
        has_poster=row.has_poster,
        cover_id=row.cover_id,
        duration_ms=int(facts.get("duration_ms", 0)),
        since=row.since,
        consulting=row.consulting,
        due_at=due_at,
        overdue=due_at is not None and due_at < clock.now(),
        urgency=row.urgency,
        script_waits=row.script_waits,
    )
