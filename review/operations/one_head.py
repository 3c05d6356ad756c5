"""One accountable head on each day: what a post of the head must not meet, and what makes room."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from review.errors import Invalid
from review.models import Agency, Person, PersonRole, Post
from review.offices import Lead, Span, span_of
from review.permissions import Role


def lock_heads(session: Session, agency_id: int) -> None:
    """Two appointments at once must see each other; then the second is told."""
    session.execute(select(Agency.id).where(Agency.id == agency_id).with_for_update())


def others_within(
    session: Session, agency_id: int, span: Span, *, but: int | None = None
) -> Iterator[Post]:
    """The posts of the head, `but` one, that have a day of `span` in common."""
    found = select(Post).where(Post.agency_id == agency_id, Post.lead != Lead.NONE)
    for post in session.scalars(found.order_by(Post.valid_from)):
        if post.id != but and span_of(post).meets(span):
            yield post


def refuse_second(session: Session, other: Post) -> None:
    """Raises Invalid('head_exists') with the name of who holds the head's post."""
    name = session.get_one(Person, other.person_id).full_name
    raise Invalid("head_exists", field="lead", name=name)


def refuse_inspector(session: Session, person_id: int) -> None:
    """Who inspects an agency does not head it. Raises Invalid('inspector_alone')."""
    found = select(PersonRole.role).where(
        PersonRole.person_id == person_id, PersonRole.role.in_((Role.INSPECTOR, Role.WATCHER))
    )
    if session.scalar(found.limit(1)) is not None:
        raise Invalid("inspector_alone", field="roles")
