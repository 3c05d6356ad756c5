"""Rows of posts: written, copied, ended, and the entry of the ledger about each."""

from __future__ import annotations

from datetime import date
from typing import Any

from review import clock
from review.audit import Act
from review.db import Transaction
from review.models import Person, Post
from review.offices import Lead, document_of, span_of
from review.operations import typed
from review.operations.identity import end_sessions
from review.operations.person_entries import person_entry
from review.permissions import Actor

ACTING_PREFIX = "Q. "


def copy_of(post: Post, first: date, last: date | None) -> Post:
    """The same post over other days."""
    kept = ("agency_id", "person_id", "unit_id", "title", "lead", "main")
    same = {name: getattr(post, name) for name in kept} | typed.columns(document_of(post))
    return Post(**same, valid_from=first, valid_to=last, created_at=clock.now())


def end_row(unit: Transaction, actor: Actor, post: Post, last_day: date) -> None:
    """Ends the post after `last_day`; the right of a head who was is gone at once."""
    before = post_said(post)
    post.valid_to = last_day
    record_post(unit, actor, Act.POST_ENDED, post, before)
    if post.lead != Lead.NONE and last_day < clock.today():
        end_sessions(unit.session, post.person_id)


def record_post(
    unit: Transaction, actor: Actor, act: Act, post: Post, before: dict[str, Any] | None = None
) -> None:
    """Flushes the post and remembers what was done to it."""
    person = unit.session.get_one(Person, post.person_id)
    unit.session.flush()
    unit.session.expire(person, ["post"])  # it is read from the rows of posts
    unit.record(person_entry(act, actor, person, before=before, after=post_said(post)))


def titled(text: str, lead: Lead) -> str:
    """The title as it stands on paper: an acting head's begins with Q. Raises Invalid."""
    title = typed.line(text, "post")
    acts = lead is Lead.ACTING and not title.startswith(ACTING_PREFIX)
    return ACTING_PREFIX + title if acts else title


def post_said(post: Post) -> dict[str, Any]:
    """The post as the ledger keeps it."""
    span = span_of(post)
    return {
        "post": post.title,
        "unit": post.unit_id,
        "lead": post.lead,
        "main": post.main,
        "from": typed.said(span.first),
        "to": typed.said(span.last),
        "basis": typed.document_said(document_of(post)),
    }
