"""Which route a clip takes, and the routes and rules of an agency as pages show them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from review.errors import NotFound
from review.models import Category, Clip, Route, RouteRule
from review.permissions import Role
from review.queries.facts import holders_of, levels_of
from review.queries.route_choice import rule_for


@dataclass(frozen=True)
class RuleCard:
    """One rule: clips of this category and this political answer (None is any) take the route."""

    id: int
    category_id: int | None
    category: str
    political: bool | None
    route_id: int
    route: str
    head_in_person: bool

    @property
    def general(self) -> bool:
        """Whether it catches every clip that no other rule names."""
        return self.category_id is None and self.political is None


@dataclass(frozen=True)
class LevelCard:
    """One level of a route; `holders` is how many people could decide there today."""

    position: int
    role: Role
    label: str
    due_hours: int
    answers_quality: bool
    answers_legal: bool
    needs_checked_captions: bool
    holders: int


@dataclass(frozen=True)
class RouteCard:
    """A route that rules may name. `used` says whether one does."""

    id: int
    name: str
    answers_quality: bool
    answers_legal: bool
    levels: tuple[LevelCard, ...]
    used: bool


def route_id_of(session: Session, clip: Clip) -> int | None:
    """The route that the clip is on, or would take if it were submitted now."""
    if clip.route_id is not None:
        return clip.route_id
    rule = rule_for(session, clip.agency_id, clip.category_id, clip.political)
    return rule.route_id if rule else None


def general_route(session: Session, agency_id: int) -> int | None:
    """The route of the general rule."""
    return session.scalar(
        select(RouteRule.route_id)
        .where(
            RouteRule.agency_id == agency_id,
            RouteRule.ended_at.is_(None),
            RouteRule.category_id.is_(None),
            RouteRule.political.is_(None),
        )
        .order_by(RouteRule.id.desc())
        .limit(1)
    )


def rules_of(session: Session, agency_id: int) -> tuple[RuleCard, ...]:
    """The rules in force, the most specific first and the general one last."""
    rows = session.execute(
        select(RouteRule, Route.name, Category.name.label("category"))
        .join(Route, Route.id == RouteRule.route_id)
        .outerjoin(Category, Category.id == RouteRule.category_id)
        .where(RouteRule.agency_id == agency_id, RouteRule.ended_at.is_(None))
        .order_by(
            case((RouteRule.category_id.is_(None), 1), else_=0),
            case((RouteRule.political.is_(None), 1), else_=0),
            Category.position,
            RouteRule.id,
        )
    )
    return tuple(
        RuleCard(
            id=row.RouteRule.id,
            category_id=row.RouteRule.category_id,
            category=row.category or "",
            political=row.RouteRule.political,
            route_id=row.RouteRule.route_id,
            route=row.name,
            head_in_person=row.RouteRule.head_in_person,
        )
        for row in rows
    )


def routes_of(session: Session, agency_id: int) -> tuple[RouteCard, ...]:
    """The routes that rules may name, those in use first."""
    used = {rule.route_id for rule in rules_of(session, agency_id)}
    rows = session.scalars(
        select(Route).where(Route.agency_id == agency_id, Route.active).order_by(Route.id)
    )
    cards = [_card(session, row, row.id in used) for row in rows]
    return tuple(sorted(cards, key=lambda card: (not card.used, card.id)))


def route_of(session: Session, agency_id: int, route_id: int) -> RouteCard:
    """One route of the agency, also a retired one. Raises NotFound, also for another agency's."""
    row = session.get(Route, route_id)
    if row is None or row.agency_id != agency_id:
        raise NotFound("not_found")
    used = any(rule.route_id == route_id for rule in rules_of(session, agency_id))
    return _card(session, row, used)


def _card(session: Session, row: Route, used: bool) -> RouteCard:
    levels = tuple(
        LevelCard(
            position=level.position,
            role=Role(level.role),
            label=level.label,
            due_hours=level.due_hours,
            answers_quality=level.answers_quality,
            answers_legal=level.answers_legal,
            needs_checked_captions=level.needs_checked_captions,
            holders=len(holders_of(session, row.agency_id, level.role)),
        )
        for level in levels_of(session, row.id)
    )
    return RouteCard(row.id, row.name, row.answers_quality, row.answers_legal, levels, used)
