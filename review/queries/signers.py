"""Who may sign for an agency on a day: its head, and whom its rule and a document let.

The rule is the agency's own, dated; without one the head signs in person. A person signs for the
head only by a grant that holds on that day, is wide enough for the clip, and was given by the head
who is in office: authority in writing (TUQ.) ends with whoever gave it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from review.models import CapacityGrant, Category, Clip, Person, SigningRule
from review.models.dated import on_day
from review.offices import Capacity, Document, document_of
from review.queries.heads import head_at
from review.queries.route_choice import rule_for


@dataclass(frozen=True)
class Rule:
    """Which capacities sign for the head from `since` on, and whether political clips too."""

    capacities: frozenset[Capacity]
    political: bool
    since: date | None
    basis: Document

    @property
    def head_alone(self) -> bool:
        """Whether only the head signs."""
        return not self.capacities


HEAD_ALONE = Rule(frozenset(), political=False, since=None, basis=Document())


@dataclass(frozen=True)
class Signer:
    """Somebody who may sign: as whom, on what document, until when. `grant_id` is None for the
    head."""

    person_id: int
    name: str
    post: str
    capacity: Capacity
    basis: Document
    until: date | None
    grant_id: int | None


def rule_at(session: Session, agency_id: int, day: date) -> Rule:
    """The agency's rule on `day`."""
    found = select(SigningRule).where(
        SigningRule.agency_id == agency_id, SigningRule.valid_from <= day
    )
    row = session.scalar(
        found.order_by(SigningRule.valid_from.desc(), SigningRule.id.desc()).limit(1)
    )
    if row is None:
        return HEAD_ALONE
    capacities = frozenset(Capacity(code) for code in row.capacities)
    return Rule(capacities, row.political, row.valid_from, document_of(row))


def signers_at(
    session: Session, agency_id: int, day: date, *, category: str, political: bool
) -> tuple[Signer, ...]:
    """Everybody who may sign a clip of `category` (its code) on `day`, the head first.

    Whether the account is open and the person no author of the clip is asked where it is signed.
    """
    head = head_at(session, agency_id, day)
    found = []
    if head is not None:
        until = head.span.last
        found.append(
            Signer(head.person_id, head.name, head.post, head.capacity, head.basis, until, None)
        )
    rule = rule_at(session, agency_id, day)
    if political and not rule.political:
        return tuple(found)
    rows = session.execute(
        select(CapacityGrant, Person.full_name, Person.post)
        .join(Person, Person.id == CapacityGrant.person_id)
        .where(CapacityGrant.agency_id == agency_id, on_day(CapacityGrant, day))
        .order_by(CapacityGrant.id)
    )
    for grant, name, post in rows:
        if why_not(grant, rule, head.person_id if head else None, category, political) is None:
            found.append(_signer(grant, name, post))
    return tuple(found)


def signers_of(session: Session, clip: Clip, day: date) -> tuple[Signer, ...]:
    """Who may sign this clip on `day`: the agency's rule, narrowed by the rule of its route."""
    category = session.get_one(Category, clip.category_id).code
    found = signers_at(session, clip.agency_id, day, category=category, political=clip.political)
    route = rule_for(session, clip.agency_id, clip.category_id, clip.political)
    if clip.political and (route is None or route.head_in_person):
        return tuple(signer for signer in found if signer.grant_id is None)
    return found


def why_not(
    grant: CapacityGrant, rule: Rule, head_id: int | None, category: str, political: bool
) -> str | None:
    """None if `grant` reaches a clip of this kind under `rule`, else the code of the reason."""
    capacity = Capacity(grant.capacity)
    if capacity not in rule.capacities:
        return "capacity_not_in_rule"
    if political and not (rule.political and grant.political):
        return "capacity_not_political"
    if grant.categories and category not in grant.categories:
        return "capacity_out_of_scope"
    if capacity is Capacity.TUQ and grant.given_by != head_id:
        return "capacity_giver_left"
    return None


def _signer(grant: CapacityGrant, name: str, post: str) -> Signer:
    basis, last = document_of(grant), grant.valid_to
    return Signer(grant.person_id, name, post, Capacity(grant.capacity), basis, last, grant.id)
