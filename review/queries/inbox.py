"""What waits for a person, what is on its way, what is done: the home page's three lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    ScalarSelect,
    Select,
    and_,
    exists,
    false,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased

from review import clock
from review.models import (
    Category,
    Channel,
    Clip,
    Decision,
    OrderedFile,
    Person,
    Publication,
    Rendition,
    Revision,
    Route,
    RouteLevel,
)
from review.permissions import Actor, Role
from review.renditions import COVER
from review.states import EDITABLE, ClipState
from review.words.folding import fold

# One screen of a phone holds six rows; thirty are as far as anybody scrolls before searching.
PAGE_ROWS = 30
# What a search box takes; the rest of a pasted article is not a search.
MAX_WORDS = 8
SEES_DRAFTS = frozenset(
    {
        Role.HEAD,
        Role.DEPUTY,
        Role.SECRETARY,
        Role.SECTION_HEAD,
        Role.INSPECTOR,
        Role.ADMINISTRATOR,
    }
)
OPEN_PUBLICATIONS = ("waiting", "failed")


class Tab(StrEnum):
    """The three lists of the home page."""

    WAITING = "waiting"
    SENT = "sent"
    DONE = "done"


@dataclass(frozen=True)
class Wanted:
    """What the search line asks for; empty means everything."""

    words: str = ""
    state: str = ""
    political: bool = False


@dataclass(frozen=True)
class InboxRow:
    """One clip in a list."""

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
    due_at: datetime | None
    overdue: bool


@dataclass(frozen=True)
class Inbox:
    """One page of a list. `waiting` counts the first tab whatever is searched."""

    rows: tuple[InboxRow, ...]
    waiting: int
    more: bool


_Current = aliased(Revision)


def inbox(session: Session, actor: Actor, tab: Tab, wanted: Wanted, page: int = 1) -> Inbox:
    """Page `page` (from 1) of `tab` for `actor`: overdue first where things wait."""
    clips = _visible(actor).where(_in_tab(actor, tab), *_searched(wanted))
    found = session.execute(
        clips.order_by(*_order(tab)).offset((page - 1) * PAGE_ROWS).limit(PAGE_ROWS + 1)
    ).all()
    count = select(func.count()).select_from(
        _visible(actor).where(_in_tab(actor, Tab.WAITING)).subquery()
    )
    rows = tuple(_row(row) for row in found[:PAGE_ROWS])
    return Inbox(rows, session.scalar(count) or 0, len(found) > PAGE_ROWS)


def waiting_codes(session: Session, actor: Actor, *, to_sign: bool = False) -> tuple[str, ...]:
    """Codes of the clips that `actor` can decide now, in the order of the list.

    With `to_sign` only those that wait at their last level.
    """
    rule = decides_now(actor)
    if to_sign:
        above = exists().where(
            RouteLevel.route_id == Clip.route_id, RouteLevel.position > Clip.level
        )
        rule = and_(rule, ~above.correlate(Clip))
    found = _visible(actor).where(rule).order_by(*_order(Tab.WAITING)).limit(200)
    return tuple(row.code for row in session.execute(found))


def _visible(actor: Actor) -> Select[*tuple[Any, ...]]:
    level = and_(RouteLevel.route_id == Clip.route_id, RouteLevel.position == Clip.level)
    poster = exists().where(Rendition.revision_id == _Current.id, Rendition.kind == "poster")
    query = (
        select(
            Clip.code,
            Clip.title,
            Clip.state,
            func.coalesce(RouteLevel.label, "").label("level_label"),
            Clip.political,
            Category.name.label("category"),
            Person.full_name.label("author"),
            _Current.number.label("revision"),
            _Current.state.label("revision_state"),
            _Current.facts,
            poster.label("has_poster"),
            _cover().label("cover_id"),
            func.coalesce(Clip.waiting_since, Clip.created_at).label("since"),
            Clip.due_at,
        )
        .join(Category, Category.id == Clip.category_id)
        .join(Person, Person.id == Clip.created_by)
        .outerjoin(_Current, _Current.id == Clip.revision_id)
        .outerjoin(RouteLevel, level)
        .where(Clip.agency_id == actor.agency_id)
    )
    if actor.roles & SEES_DRAFTS:
        return query
    private = Clip.state.in_((ClipState.DRAFT, ClipState.WITHDRAWN))
    return query.where(or_(~private, _is_author(actor)))


def _cover() -> ScalarSelect[int]:
    """The order of the chosen picture of the current file, once it is made."""
    return (
        select(OrderedFile.id)
        .where(OrderedFile.revision_id == _Current.id, OrderedFile.kind == COVER)
        .where(OrderedFile.chosen.is_(True), OrderedFile.file_id.is_not(None))
        .correlate(_Current)
        .scalar_subquery()
    )


def _in_tab(actor: Actor, tab: Tab) -> ColumnElement[bool]:
    own_work = and_(_is_author(actor), Clip.state.in_(EDITABLE))
    waiting = or_(own_work, decides_now(actor), _to_post(actor))
    if tab is Tab.WAITING:
        return waiting
    if tab is Tab.SENT:
        return and_(Clip.state == ClipState.IN_REVIEW, ~decides_now(actor))
    # Somebody else's draft is nobody's business yet; a clip sent back is done for whoever did it.
    return and_(Clip.state.not_in((ClipState.DRAFT, ClipState.IN_REVIEW)), ~waiting)


def decides_now(actor: Actor) -> ColumnElement[bool]:
    """Whether the clip waits for a decision that `actor` may make: the permission table as SQL."""
    roles = [role.value for role in actor.roles]
    here, last, sibling = aliased(RouteLevel), aliased(RouteLevel), aliased(RouteLevel)
    is_last = ~exists().where(sibling.route_id == here.route_id, sibling.position > here.position)
    signs_later = exists().where(
        last.route_id == here.route_id,
        last.role.in_(roles),
        ~exists().where(sibling.route_id == last.route_id, sibling.position > last.position),
    )
    holds = exists().where(
        here.route_id == Clip.route_id,
        here.position == Clip.level,
        here.role.in_(roles),
        or_(is_last, ~signs_later),
    )
    decided = exists().where(
        Decision.clip_id == Clip.id,
        Decision.round == Clip.round,
        Decision.kind == "approved",
        Decision.person_id == actor.person_id,
    )
    return and_(Clip.state == ClipState.IN_REVIEW, holds, ~_is_author(actor), ~decided)


def _is_author(actor: Actor) -> ColumnElement[bool]:
    return or_(
        Clip.created_by == actor.person_id,
        func.coalesce(_Current.uploader_id, 0) == actor.person_id,
    )


def _to_post(actor: Actor) -> ColumnElement[bool]:
    mine = Channel.manager_id == actor.person_id
    if Role.CHANNEL_MANAGER in actor.roles:
        mine = or_(mine, Channel.manager_id.is_(None))
    elif actor.person_id is None:
        return false()
    return exists().where(
        Publication.clip_id == Clip.id,
        Publication.state.in_(OPEN_PUBLICATIONS),
        Publication.channel_id == Channel.id,
        mine,
    )


def _searched(wanted: Wanted) -> list[ColumnElement[bool]]:
    rules: list[ColumnElement[bool]] = [
        Clip.folded.contains(word, autoescape=True)
        for word in fold(wanted.words).split()[:MAX_WORDS]
    ]
    if wanted.state:
        rules.append(Clip.state == wanted.state)
    if wanted.political:
        rules.append(Clip.political.is_(True))
    return rules


def _order(tab: Tab) -> tuple[Any, ...]:
    newest = (func.coalesce(Clip.waiting_since, Clip.created_at).desc(), Clip.id.desc())
    if tab is Tab.DONE:
        return newest
    # The nearest time limit comes first, and one that has passed is the nearest of all.
    return (Clip.due_at.is_(None), Clip.due_at, *newest)


def _row(row: Row[*tuple[Any, ...]]) -> InboxRow:
    facts = row.facts or {}
    return InboxRow(
        code=row.code,
        title=row.title,
        state=row.state,
        level_label=row.level_label,
        political=row.political,
        category=row.category,
        author=row.author,
        revision=row.revision or 0,
        revision_state=row.revision_state or "",
        has_poster=row.has_poster,
        cover_id=row.cover_id,
        duration_ms=int(facts.get("duration_ms", 0)),
        since=row.since,
        due_at=row.due_at,
        overdue=row.due_at is not None and row.due_at < clock.now(),
    )


def route_labels(session: Session, agency_id: int) -> Sequence[str]:
    """Names of the levels of the agency's route in force, from the lowest up."""
    found = (
        select(RouteLevel.label)
        .join(Route, Route.id == RouteLevel.route_id)
        .where(Route.agency_id == agency_id, Route.active)
        .order_by(RouteLevel.position)
    )
    return session.scalars(found).all()
