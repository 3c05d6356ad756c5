"""Who answers for an agency on a day, and in what right; the one place that says so.

Exactly one person at every date, or the post is vacant and that is said. The head's role, the last
level of every route and the name on the sheet all follow from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from review import clock
from review.models import Person, Post
from review.models.dated import on_day
from review.offices import (
    CAPACITY_OF,
    Capacity,
    Document,
    Lead,
    Span,
    document_of,
    gaps,
    span_of,
)


@dataclass(frozen=True)
class Head:
    """The accountable head over a stretch of days; `capacity` is direct, or acting (Q.)."""

    post_id: int
    person_id: int
    name: str
    post: str
    capacity: Capacity
    span: Span
    basis: Document


@dataclass(frozen=True)
class Reign:
    """A stretch of an agency's history: under a head, or vacant where `head` is None."""

    span: Span
    head: Head | None


def head_at(session: Session, agency_id: int, day: date) -> Head | None:
    """The accountable head of the agency on `day`; None when the post is vacant.

    Two heads on one day cannot be entered (`review/operations/posts.py`); should rows made by hand
    say otherwise, the later appointment counts.
    """
    found = select(Post, Person.full_name).join(Person, Person.id == Post.person_id)
    found = found.where(Post.agency_id == agency_id, Post.lead != Lead.NONE, on_day(Post, day))
    row = session.execute(found.order_by(Post.valid_from.desc(), Post.id.desc()).limit(1)).first()
    return _head(row.Post, row.full_name) if row else None


def vacant_since(session: Session, agency_id: int, day: date) -> date | None:
    """The first day of the vacancy in which `day` lies; None under a head, or without any past."""
    if head_at(session, agency_id, day) is not None:
        return None
    ended = session.scalar(
        select(func.max(Post.valid_to)).where(
            Post.agency_id == agency_id, Post.lead != Lead.NONE, Post.valid_to < day
        )
    )
    return ended + timedelta(days=1) if ended else None


def is_head(session: Session, person_id: int, agency_id: int) -> bool:
    """Whether this person is the accountable head today."""
    head = head_at(session, agency_id, clock.today())
    return head is not None and head.person_id == person_id


def reigns_of(session: Session, agency_id: int) -> tuple[Reign, ...]:
    """The heads of the agency with the vacancies between them, the latest first."""
    rows = session.execute(
        select(Post, Person.full_name)
        .join(Person, Person.id == Post.person_id)
        .where(Post.agency_id == agency_id, Post.lead != Lead.NONE)
        .order_by(Post.valid_from)
    ).all()
    heads = [_head(row.Post, row.full_name) for row in rows]
    found = [Reign(head.span, head) for head in heads]
    if heads:
        spans = [head.span for head in heads]
        until = max(clock.today(), heads[-1].span.first)
        found += [Reign(gap, None) for gap in gaps(spans, heads[0].span.first, until)]
    return tuple(sorted(found, key=lambda reign: reign.span.first, reverse=True))


def _head(post: Post, name: str) -> Head:
    return Head(
        post_id=post.id,
        person_id=post.person_id,
        name=name,
        post=post.title,
        capacity=CAPACITY_OF[Lead(post.lead)],
        span=span_of(post),
        basis=document_of(post),
    )
