"""For whom a clip waits: the permission table once more, as conditions that indexes can answer.

States stand in the conditions as they are written here, never as bound values: only then do both
databases see that a partial index (`review/models/clips.py`) holds every row that is asked for.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    exists,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
)
from sqlalchemy.orm import Session

from review.models import Channel, Clip, Decision, Publication, Route, RouteLevel, Script
from review.permissions import Actor, Role
from review.queries.facts import holders_of
from review.states import ClipState

OVERSEEING = frozenset(
    {
        Role.HEAD,
        Role.DEPUTY,
        Role.SECRETARY,
        Role.SECTION_HEAD,
        Role.INSPECTOR,
        Role.ADMINISTRATOR,
    }
)


def one_of(column: Any, *values: str) -> ColumnElement[bool]:
    """`column` is one of `values`, which are codes of ours and written out."""
    written: ColumnElement[bool] = column.in_([literal_column(f"'{value}'") for value in values])
    return written


IN_REVIEW = Clip.state == literal_column(f"'{ClipState.IN_REVIEW.value}'")
WITH_AUTHOR = one_of(Clip.state, ClipState.DRAFT, ClipState.RETURNED)
TO_POST = one_of(Publication.state, "waiting", "failed")


def authored(actor: Actor) -> ColumnElement[bool]:
    """The actor made the clip, carries it on or uploaded its current file."""
    columns = (
        Clip.created_by,
        func.coalesce(Clip.uploader_id, 0),
        func.coalesce(Clip.keeper_id, 0),
    )
    return or_(*(column == actor.person_id for column in columns))


def approved_by(actor: Actor, *also: ColumnElement[bool]) -> ColumnElement[bool]:
    """The actor approved a level of the present round for which `also` holds."""
    return exists().where(
        Decision.clip_id == Clip.id,
        Decision.round == Clip.round,
        Decision.kind == "approved",
        Decision.person_id == actor.person_id,
        *also,
    )


def decides_now(session: Session, actor: Actor, *, to_sign: bool = False) -> ColumnElement[bool]:
    """The clip waits for a decision that `actor` may make; with `to_sign`, for the sign-off."""
    places = _places(session, actor, to_sign)
    if not places:
        return false()
    free = or_(*(and_(_at(place), not_(_in_other_hands(actor, place))) for place in places))
    below = approved_by(actor, Decision.level < Clip.level)
    return and_(IN_REVIEW, free, not_(authored(actor)), not_(below))


def sent_on(session: Session, actor: Actor) -> ColumnElement[bool]:
    """The clip is on its way with somebody else: the actor's own, one that they passed up, or one
    that a colleague at their level has in hand; who oversees the work sees all that are.
    """
    elsewhere = and_(IN_REVIEW, not_(decides_now(session, actor)))
    if actor.roles & OVERSEEING:
        return elsewhere
    places = _places(session, actor, to_sign=False)
    handed = (and_(_at(place), _in_other_hands(actor, place)) for place in places)
    return and_(elsewhere, or_(authored(actor), approved_by(actor), *handed))


def own_work(actor: Actor, *columns: Any) -> tuple[Select[Any], ...]:
    """Selects of ids (or `columns`) of the clips that lie with the actor as their author, or to be
    mended by them, one for each index."""
    lying = select(*(columns or (Clip.id,))).where(WITH_AUTHOR)
    roles = (Clip.created_by, Clip.uploader_id, Clip.keeper_id, Clip.fixer_id)
    return tuple(lying.where(role == actor.person_id) for role in roles)


def scripts_to_read(actor: Actor) -> tuple[Select[Any], ...]:
    """Selects of ids of the clips whose script the actor is asked to approve."""
    found = (
        select(Script.clip_id.label("id"))
        .join(Clip, Clip.id == Script.clip_id)
        .where(Script.state == literal_column("'sent'"), WITH_AUTHOR)
    )
    mine = found.where(Script.asked_of == actor.person_id)
    if not actor.roles & {Role.HEAD, Role.SECTION_HEAD}:
        return (mine,)
    anybodys = found.where(
        Script.asked_of.is_(None), Clip.agency_id == actor.agency_id, not_(authored(actor))
    )
    return (mine, anybodys)


def to_post(session: Session, actor: Actor) -> tuple[Select[Any], ...]:
    """Selects of ids of the clips that wait to be posted by the actor, one for each channel."""
    mine = Channel.manager_id == actor.person_id
    if Role.CHANNEL_MANAGER in actor.roles:
        mine = or_(mine, Channel.manager_id.is_(None))
    channels = session.scalars(
        select(Channel.id).where(Channel.agency_id == actor.agency_id, mine).order_by(Channel.id)
    )
    return tuple(
        select(Publication.clip_id.label("id")).where(Publication.channel_id == channel, TO_POST)
        for channel in channels
    )


@dataclass(frozen=True)
class _Place:
    """A level of a route, and everybody who may decide there."""

    route: int
    level: int
    holders: frozenset[int]


def _at(place: _Place) -> ColumnElement[bool]:
    return and_(Clip.route_id == place.route, Clip.level == place.level)


def _in_other_hands(actor: Actor, place: _Place) -> ColumnElement[bool]:
    """A colleague has it in hand. Who holds the level no more has nothing in hand."""
    others = sorted(place.holders - {actor.person_id})
    return func.coalesce(Clip.handed_to, 0).in_(others)


def _places(session: Session, actor: Actor, to_sign: bool) -> list[_Place]:
    """Where on the agency's routes the actor may decide. Who signs at the end of a route decides
    nowhere below.
    """
    rows = session.execute(
        select(RouteLevel.route_id, RouteLevel.position, RouteLevel.role)
        .join(Route, Route.id == RouteLevel.route_id)
        .where(Route.agency_id == actor.agency_id)
        .order_by(RouteLevel.route_id, RouteLevel.position)
    ).all()
    routes: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for row in rows:
        routes[row.route_id].append((row.position, row.role))
    roles = {row.role for row in rows if row.role in actor.roles}
    holders = {role: holders_of(session, actor.agency_id or 0, role) for role in sorted(roles)}
    heads = holders_of(session, actor.agency_id or 0, Role.HEAD) if roles else frozenset[int]()
    found: list[_Place] = []
    for route, (*lower, (end, signing)) in routes.items():
        if signing in actor.roles:
            found.append(_Place(route, end, holders[signing]))
        elif not to_sign:
            mine = [(at, role) for at, role in lower if role in roles]
            found += [_Place(route, at, holders[role] - heads) for at, role in mine]
    return found
