"""The rules that choose a clip's route. There is always exactly one for everything else."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from review import clock
from review.audit import Act, Entry
from review.db import Database
from review.errors import Invalid
from review.models import Agency, Category, Route, RouteRule
from review.operations.identity import managed_agency
from review.permissions import Action, Actor

Key = tuple[int | None, bool | None]


@dataclass(frozen=True)
class RuleDraft:
    """One rule as entered; None is any category, any answer to the political question."""

    category_id: int | None
    political: bool | None
    route_id: int | None
    head_in_person: bool = True


def set_rules(db: Database, actor: Actor, drafts: tuple[RuleDraft, ...]) -> None:
    """Puts this set of rules in force in place of the old one.

    Raises Invalid: 'rules_general' without exactly one rule for everything, 'rules_twice' when two
    rules catch the same clips, 'route_unknown', 'category_unknown'.
    """
    with db.transaction() as unit:
        agency_id = managed_agency(actor, Action.ROUTES_MANAGE)
        lock_rules(unit.session, agency_id)
        _check(unit.session, agency_id, drafts)
        before = _in_force(unit.session, agency_id)
        for rule in before:
            rule.ended_at = clock.now()
        rules = [_rule(agency_id, draft) for draft in drafts]
        unit.session.add_all(rules)
        unit.session.flush()
        unit.record(
            Entry(
                Act.ROUTE_RULES_SET,
                actor,
                agency_id,
                "agency",
                agency_id,
                before={"rules": [_said(rule) for rule in before]},
                after={"rules": [_said(rule) for rule in rules]},
            )
        )


def set_general(session: Session, agency_id: int, route_id: int) -> None:
    """Makes `route_id` the route of the general rule, and retires the one that it replaces."""
    lock_rules(session, agency_id)
    for rule in _in_force(session, agency_id):
        if rule.category_id is None and rule.political is None:
            repoint(session, agency_id, rule.route_id, route_id)
            return
    session.add(_rule(agency_id, RuleDraft(None, None, route_id)))
    session.flush()


def repoint(session: Session, agency_id: int, old: int, new: int) -> None:
    """Every rule that named `old` names `new` from now on; `old` is retired."""
    lock_rules(session, agency_id)
    for rule in _in_force(session, agency_id):
        if rule.route_id == old:
            rule.ended_at = clock.now()
            draft = RuleDraft(rule.category_id, rule.political, new, rule.head_in_person)
            session.add(_rule(agency_id, draft))
    session.get_one(Route, old).active = False
    session.flush()


def lock_rules(session: Session, agency_id: int) -> None:
    """One change of an agency's rules at a time; there is always exactly one general rule."""
    session.execute(select(Agency.id).where(Agency.id == agency_id).with_for_update())


def _in_force(session: Session, agency_id: int) -> list[RouteRule]:
    found = select(RouteRule).where(RouteRule.agency_id == agency_id, RouteRule.ended_at.is_(None))
    return list(session.scalars(found.order_by(RouteRule.id)))


def _check(session: Session, agency_id: int, drafts: tuple[RuleDraft, ...]) -> None:
    keys: list[Key] = [(draft.category_id, draft.political) for draft in drafts]
    if keys.count((None, None)) != 1:
        raise Invalid("rules_general", field="rules")
    if len(set(keys)) != len(keys):
        raise Invalid("rules_twice", field="rules")
    routes = set(
        session.scalars(select(Route.id).where(Route.agency_id == agency_id, Route.active))
    )
    categories = set(session.scalars(select(Category.id).where(Category.agency_id == agency_id)))
    for draft in drafts:
        if draft.route_id not in routes:
            raise Invalid("route_unknown", field="rules")
        if draft.category_id is not None and draft.category_id not in categories:
            raise Invalid("category_unknown", field="rules")


def _rule(agency_id: int, draft: RuleDraft) -> RouteRule:
    return RouteRule(
        agency_id=agency_id,
        category_id=draft.category_id,
        political=draft.political,
        route_id=draft.route_id,
        head_in_person=draft.head_in_person,
        created_at=clock.now(),
    )


def _said(rule: RouteRule) -> dict[str, object]:
    return {
        "category": rule.category_id,
        "political": rule.political,
        "route": rule.route_id,
        "head_in_person": rule.head_in_person,
    }
