"""Posts of people, dated. Who holds the head's post on a day answers for the agency on that day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from review import clock
from review.audit import Act
from review.db import Database, Transaction
from review.errors import Conflict, Forbidden, Invalid, NotFound
from review.models import Person, Post, Unit
from review.models.dated import on_day
from review.offices import NO_DOCUMENT, Document, Lead, Span, checked_span, day_before
from review.operations import typed
from review.operations.one_head import lock_heads, others_within, refuse_inspector, refuse_second
from review.operations.post_rows import copy_of, end_row, post_said, record_post, titled
from review.permissions import Action, Actor, AgencyFacts, require


@dataclass(frozen=True)
class PostDraft:
    """A post as entered. `replaces` ends the present head's post on the day before, `moves` the
    person's own main post."""

    title: str
    valid_from: date | None
    valid_to: date | None = None
    unit_id: int | None = None
    lead: Lead = Lead.NONE
    main: bool = True
    basis: Document = NO_DOCUMENT
    replaces: bool = False
    moves: bool = False


def give_post(db: Database, actor: Actor, person_id: int, draft: PostDraft) -> int:
    """Appoints a person from a day on; returns the id of the post.

    Raises Invalid('head_exists' | 'unit_unknown' | …), Forbidden('head_own'): nobody makes
    themselves the head.
    """
    with db.transaction() as unit:
        person = _managed(unit.session, actor, person_id)
        if draft.lead is not Lead.NONE and actor.person_id == person.id:
            raise Forbidden("head_own")
        return enter_post(unit, actor, person, draft).id


def correct_post(db: Database, actor: Actor, post_id: int, draft: PostDraft) -> None:
    """Mends what was entered wrongly: title, unit, main, document, and the first day.

    Whether a post is the head's, and from when, is not mended: it is ended and given again.
    Raises Invalid, Conflict('nothing_changed').
    """
    with db.transaction() as unit:
        post = _managed_post(unit.session, actor, post_id)
        before = post_said(post)
        _check_unit(unit.session, post.agency_id, draft.unit_id)
        if post.lead == Lead.NONE and draft.valid_from is not None:
            post.valid_from = checked_span(draft.valid_from, post.valid_to).first
        post.title = titled(draft.title, Lead(post.lead))
        post.unit_id, post.main = draft.unit_id, draft.main
        for name, value in typed.columns(typed.document(draft.basis)).items():
            setattr(post, name, value)
        if before == post_said(post):
            raise Conflict("nothing_changed")
        record_post(unit, actor, Act.PERSON_POST_CHANGED, post, before)


def end_post(db: Database, actor: Actor, post_id: int, last_day: date | None) -> None:
    """Ends a post after `last_day`. An ended head's post leaves the agency vacant until the next.

    Raises Invalid('day_missing' | 'days_reversed' | 'head_exists'), Conflict('post_over').
    """
    with db.transaction() as unit:
        post = _managed_post(unit.session, actor, post_id)
        if post.valid_to is not None and post.valid_to < clock.today():
            raise Conflict("post_over")
        if last_day is None:
            raise Invalid("day_missing", field="valid_to")
        span = checked_span(post.valid_from, last_day)
        if post.lead != Lead.NONE:  # a later last day may reach into the successor's time
            lock_heads(unit.session, post.agency_id)
            for other in others_within(unit.session, post.agency_id, span, but=post.id):
                refuse_second(unit.session, other)
        end_row(unit, actor, post, last_day)


def enter_post(unit: Transaction, actor: Actor, person: Person, draft: PostDraft) -> Post:
    """Makes the post inside a running transaction. Raises Invalid."""
    span = checked_span(draft.valid_from, draft.valid_to)
    title = titled(draft.title, draft.lead)
    _check_unit(unit.session, person.agency_id, draft.unit_id)
    if draft.moves:
        _leave(unit, actor, person, span)
    if draft.lead is not Lead.NONE:
        _make_room(unit, actor, person, draft, span)
    post = Post(
        agency_id=person.agency_id,
        person_id=person.id,
        unit_id=draft.unit_id,
        title=title,
        lead=draft.lead,
        main=draft.main,
        valid_from=span.first,
        valid_to=span.last,
        created_at=clock.now(),
        **typed.columns(typed.document(draft.basis)),
    )
    unit.session.add(post)
    record_post(unit, actor, Act.POST_GIVEN, post)
    return post


def call_today(unit: Transaction, actor: Actor, person: Person, title: str) -> None:
    """From today on the person's main post is called `title`; what was said before stays dated."""
    title, today = typed.line(title, "post"), clock.today()
    if title == person.post:
        return
    post = _main_post(unit.session, person.id, today)
    if post is None:
        enter_post(unit, actor, person, PostDraft(title, today))
        return
    before, last = post_said(post), post.valid_to
    if post.valid_from < today:
        post.valid_to = day_before(today)
        unit.session.flush()  # the head's post is never open twice, not even for a moment
        post = copy_of(post, today, last)
        unit.session.add(post)
    post.title = titled(title, Lead(post.lead))
    record_post(unit, actor, Act.PERSON_POST_CHANGED, post, before)


def _make_room(
    unit: Transaction, actor: Actor, person: Person, draft: PostDraft, span: Span
) -> None:
    """One head on each day: the others' posts must not meet this one."""
    lock_heads(unit.session, person.agency_id)
    refuse_inspector(unit.session, person.id)
    for other in others_within(unit.session, person.agency_id, span):
        if not draft.replaces or other.valid_from >= span.first:
            refuse_second(unit.session, other)
        end_row(unit, actor, other, day_before(span.first))


def _leave(unit: Transaction, actor: Actor, person: Person, span: Span) -> None:
    """Ends the main post that the person holds when the new one begins."""
    present = _main_post(unit.session, person.id, span.first)
    if present is not None and present.main and present.valid_from < span.first:
        end_row(unit, actor, present, day_before(span.first))


def _main_post(session: Session, person_id: int, day: date) -> Post | None:
    found = select(Post).where(Post.person_id == person_id, on_day(Post, day))
    order = ((Post.lead == "").asc(), Post.main.desc(), Post.valid_from.desc(), Post.id.desc())
    return session.scalar(found.order_by(*order).limit(1))


def _check_unit(session: Session, agency_id: int, unit_id: int | None) -> None:
    row = session.get(Unit, unit_id) if unit_id is not None else None
    if unit_id is not None and (row is None or row.agency_id != agency_id):
        raise Invalid("unit_unknown", field="unit_id")


def _managed(session: Session, actor: Actor, person_id: int) -> Person:
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound("not_found")
    require(actor, Action.PEOPLE_MANAGE, AgencyFacts(person.agency_id))
    return person


def _managed_post(session: Session, actor: Actor, post_id: int) -> Post:
    post = session.get(Post, post_id, with_for_update=True)
    if post is None:
        raise NotFound("not_found")
    require(actor, Action.PEOPLE_MANAGE, AgencyFacts(post.agency_id))
    return post
