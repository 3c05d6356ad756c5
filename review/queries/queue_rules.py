"""For whom a clip waits: the permission table once more, as conditions that indexes can answer.

States stand in the conditions as they are written here, never as bound values: only then do both
databases see that a partial index (`review/models/clips.py`) holds every row that is asked for.
"""

from __future__ import annotations

from collections import defaultdict
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
    """The actor made the clip or uploaded its current file."""
    uploaded = func.coalesce(Clip.uploader_id, 0) == actor.person_id
    return or_(Clip.created_by == actor.person_id, uploaded)


def approved_by(actor: Actor) -> ColumnElement[bool]:
    """The actor approved a lower level of the present round."""
    return exists().where(
        Decision.clip_id == Clip.id,
        Decision.round == Clip.round,
        Decision.kind == "approved",
        Decision.person_id == actor.person_id,
    )


def decides_now(session: Session, actor: Actor, *, to_sign: bool = False) -> ColumnElement[bool]:
    """The clip waits for a decision that `actor` may make; with `to_sign`, for the sign-off."""
    places = _places(session, actor, to_sign)
    if not places:
        return false()
    held = or_(*(and_(Clip.route_id == route, Clip.level == at) for route, at in places))
    return and_(IN_REVIEW, held, not_(authored(actor)), not_(approved_by(actor)))


def sent_on(session: Session, actor: Actor) -> ColumnElement[bool]:
    """The clip is on its way at somebody else's level: the actor's own, or one that they passed
    up; who oversees the work sees all that are.
    """
    elsewhere = and_(IN_REVIEW, not_(decides_now(session, actor)))
    if actor.roles & OVERSEEING:
        return elsewhere
    return and_(elsewhere, or_(authored(actor), approved_by(actor)))


def own_work(actor: Actor, *columns: Any) -> tuple[Select[Any], ...]:
    """Selects of ids (or `columns`) of the clips that lie with the actor as their author, one for
    each index."""
    lying = select(*(columns or (Clip.id,))).where(WITH_AUTHOR)
    return (
        lying.where(Clip.created_by == actor.person_id),
        lying.where(Clip.uploader_id == actor.person_id),
    )


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


def _places(session: Session, actor: Actor, to_sign: bool) -> list[tuple[int, int]]:
    """Where on the agency's routes the actor may decide: (route, level). Who signs at the end of
    a route decides nowhere below.
    """
    rows = session.execute(
        select(RouteLevel.route_id, RouteLevel.position, RouteLevel.role)
        .join(Route, Route.id == RouteLevel.route_id)
        .where(Route.agency_id == actor.agency_id)
        .order_by(RouteLevel.route_id, RouteLevel.position)
    )
    routes: dict[int, list[tuple[int, bool]]] = defaultdict(list)
    for row in rows:
        routes[row.route_id].append((row.position, row.role in actor.roles))
    found: list[tuple[int, int]] = []
    for route, levels in routes.items():
        last, signs = levels[-1]
        if signs:
            found.append((route, last))
        elif not to_sign:
            found += [(route, position) for position, held in levels if held]
    return found
