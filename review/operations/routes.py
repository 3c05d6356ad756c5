"""Routes: one to four levels as data. A route is replaced, never edited (ADR 4)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from review.audit import Act, Entry
from review.db import Database
from review.errors import Conflict, NotFound
from review.models import Route, RouteRule
from review.operations.agencies import RouteDraft, make_route
from review.operations.identity import managed_agency
from review.operations.route_rules import repoint
from review.permissions import Action, Actor, AgencyFacts, require


def add_route(db: Database, actor: Actor, draft: RouteDraft) -> int:
    """A further route, which clips take once a rule names it. Raises Invalid."""
    with db.transaction() as unit:
        return make_route(unit, actor, managed_agency(actor, Action.ROUTES_MANAGE), draft)


def replace_route(db: Database, actor: Actor, route_id: int, draft: RouteDraft) -> int:
    """A new route takes the place of `route_id` in every rule; clips on their way keep theirs."""
    with db.transaction() as unit:
        old = _managed(unit.session, actor, route_id)
        if not old.active:
            raise Conflict("route_retired")
        fresh = make_route(unit, actor, old.agency_id, draft)
        repoint(unit.session, old.agency_id, old.id, fresh)
        return fresh


def retire_route(db: Database, actor: Actor, route_id: int) -> None:
    """The route is offered no more. Raises Conflict('route_in_use') while a rule names it."""
    with db.transaction() as unit:
        route = _managed(unit.session, actor, route_id)
        named = select(RouteRule.id).where(
            RouteRule.route_id == route_id, RouteRule.ended_at.is_(None)
        )
        if unit.session.scalar(named.limit(1)) is not None:
            raise Conflict("route_in_use")
        route.active = False
        after = {"route": route.name}
        unit.record(
            Entry(Act.ROUTE_RETIRED, actor, route.agency_id, "route", route.id, after=after)
        )


def _managed(session: Session, actor: Actor, route_id: int) -> Route:
    route = session.get(Route, route_id)
    if route is None:
        raise NotFound("not_found")
    require(actor, Action.ROUTES_MANAGE, AgencyFacts(route.agency_id))
    return route
