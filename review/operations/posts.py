"""Posts of people, dated. Who holds the head's post on a day answers for the agency on that day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from review import clock
from review.audit import Act, Entry
from review.db import Database, Transaction
from review.errors import Conflict, Forbidden, Invalid, NotFound
from review.models import Agency, Person, PersonRole, Post, Unit
from review.models.dated import on_day
from review.offices import NO_DOCUMENT, Document, Lead, Span, checked_span, day_before
from review.operations import typed
from review.operations.identity import end_sessions
from review.permissions import Action, Actor, AgencyFacts, Role, require

ACTING_PREFIX = "Q. "


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
        person = unit.session.get_one(Person, post.person_id)
        basis = typed.document(draft.basis)
        _check_unit(unit.session, post.agency_id, draft.unit_id)
        before = _said(post)
        if post.lead == Lead.NONE and draft.valid_from is not None:
            checked_span(draft.valid_from, post.valid_to)
            post.valid_from = draft.valid_from
        post.title = typed.line(draft.title, "post")
        post.unit_id, post.main = draft.unit_id, draft.main
        post.basis_number, post.basis_day = basis.number, basis.issued_on
        post.basis_issuer = basis.issuer
        unit.session.flush()
        if before == _said(post):
            raise Conflict("nothing_changed")
        unit.session.expire(person, ["post"])
        entry = post_entry(Act.PERSON_POST_CHANGED, actor, person, before=before, after=_said(post))
        unit.record(entry)


def end_post(db: Database, actor: Actor, post_id: int, last_day: date | None) -> None:
    """Ends a post after `last_day`. An ended head's post leaves the agency vacant until the next.

    Raises Invalid('day_missing' | 'days_reversed'), Conflict('post_over').
    """
    with db.transaction() as unit:
        post = _managed_post(unit.session, actor, post_id)
        if post.valid_to is not None and post.valid_to < clock.today():
            raise Conflict("post_over")
        if last_day is None:
            raise Invalid("day_missing", field="valid_to")
        checked_span(post.valid_from, last_day)
        _end(unit, actor, post, last_day)


def enter_post(unit: Transaction, actor: Actor, person: Person, draft: PostDraft) -> Post:
    """Makes the post inside a running transaction. Raises Invalid."""
    span = checked_span(draft.valid_from, draft.valid_to)
    title = typed.line(draft.title, "post")
    if draft.lead is Lead.ACTING and not title.startswith(ACTING_PREFIX):
        title = ACTING_PREFIX + title
    basis = typed.document(draft.basis)
    _check_unit(unit.session, person.agency_id, draft.unit_id)
    if draft.moves:
        _leave(unit, actor, person, span)
    if draft.lead is not Lead.NONE:
        _make_room(unit, actor, person, replace(draft, title=title), span)
    post = Post(
        agency_id=person.agency_id,
        person_id=person.id,
        unit_id=draft.unit_id,
        title=title,
        lead=draft.lead,
        main=draft.main,
        valid_from=span.first,
        valid_to=span.last,
        basis_number=basis.number,
        basis_day=basis.issued_on,
        basis_issuer=basis.issuer,
        created_at=clock.now(),
    )
    unit.session.add(post)
    unit.session.flush()
    unit.record(post_entry(Act.POST_GIVEN, actor, person, after=_said(post)))
    unit.session.expire(person, ["post"])
    return post


def call_today(unit: Transaction, actor: Actor, person: Person, title: str) -> None:
    """From today on the person's main post is called `title`; what was said before stays dated."""
    title, today = typed.line(title, "post"), clock.today()
    if title == person.post:
        return
    post = _main_post(unit.session, person.id, today)
    before = {"post": person.post}
    if post is None:
        fresh = PostDraft(title, today)
        enter_post(unit, actor, person, fresh)
    elif post.valid_from == today:
        post.title = title
    else:
        lead, last = post.lead, post.valid_to
        post.valid_to = day_before(today)
        unit.session.flush()
        unit.session.add(
            Post(
                agency_id=post.agency_id,
                person_id=person.id,
                unit_id=post.unit_id,
                title=title,
                lead=lead,
                main=post.main,
                valid_from=today,
                valid_to=last,
                basis_number="",
                basis_day=None,
                basis_issuer="",
                created_at=clock.now(),
            )
        )
    unit.session.flush()
    unit.session.expire(person, ["post"])
    entry = post_entry(Act.PERSON_POST_CHANGED, actor, person, before=before, after={"post": title})
    unit.record(entry)


def post_entry(
    act: Act,
    actor: Actor,
    person: Person,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> Entry:
    """A ledger entry about a person in the office, by name and username."""
    return Entry(
        act,
        actor,
        person.agency_id,
        "person",
        person.id,
        person.username,
        before=before or {},
        after={"name": person.full_name, **(after or {})},
    )


def _make_room(
    unit: Transaction, actor: Actor, person: Person, draft: PostDraft, span: Span
) -> None:
    """One head on each day: the others' posts must not meet this one."""
    session = unit.session
    # Two appointments at once must see each other, and then the second is told.
    session.execute(select(Agency.id).where(Agency.id == person.agency_id).with_for_update())
    inspects = select(PersonRole.role).where(
        PersonRole.person_id == person.id, PersonRole.role == Role.INSPECTOR
    )
    if session.scalar(inspects) is not None:
        raise Invalid("inspector_alone", field="roles")
    others = session.scalars(
        select(Post).where(Post.agency_id == person.agency_id, Post.lead != Lead.NONE)
    )
    for other in others:
        if not Span(other.valid_from, other.valid_to).meets(span):
            continue
        if not draft.replaces or other.valid_from >= span.first:
            name = session.get_one(Person, other.person_id).full_name
            raise Invalid("head_exists", field="lead", name=name)
        _end(unit, actor, other, day_before(span.first))


def _leave(unit: Transaction, actor: Actor, person: Person, span: Span) -> None:
    """Ends the main post that the person holds when the new one begins."""
    present = _main_post(unit.session, person.id, span.first)
    if present is not None and present.main and present.valid_from < span.first:
        _end(unit, actor, present, day_before(span.first))


def _end(unit: Transaction, actor: Actor, post: Post, last_day: date) -> None:
    person = unit.session.get_one(Person, post.person_id)
    before = _said(post)
    post.valid_to = last_day
    unit.session.flush()
    unit.session.expire(person, ["post"])
    unit.record(post_entry(Act.POST_ENDED, actor, person, before=before, after=_said(post)))
    if post.lead != Lead.NONE and last_day < clock.today():
        # The head's right is gone with the post: what was open on their devices closes with it.
        end_sessions(unit.session, person.id)


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


def _said(post: Post) -> dict[str, Any]:
    basis = Document(post.basis_number, post.basis_day, post.basis_issuer)
    return {
        "post": post.title,
        "unit": post.unit_id,
        "lead": post.lead,
        "main": post.main,
        "from": typed.said(post.valid_from),
        "to": typed.said(post.valid_to),
        "basis": typed.document_said(basis),
    }
