"""People as pages show them, and what belongs to one's own account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from review import clock
from review.errors import NotFound
from review.models import ApiToken, OneTimeLink, Person, WebSession
from review.permissions import Role
from review.queries.facts import roles_of
from review.words.collation import name_key


@dataclass(frozen=True)
class PersonCard:
    """One account. `invited_until` is when its open activation link ends, if it has one."""

    id: int
    username: str
    full_name: str
    post: str
    roles: tuple[Role, ...]
    activated: bool
    disabled: bool
    invited_until: datetime | None


@dataclass(frozen=True)
class Device:
    """One login that is still open."""

    id: int
    name: str
    since: datetime
    until: datetime
    here: bool


@dataclass(frozen=True)
class TokenCard:
    """One of a person's tokens that still works."""

    id: int
    name: str
    created_at: datetime


def people_of(session: Session, agency_id: int) -> list[PersonCard]:
    """Everybody of the agency by given name, closed accounts last."""
    rows = session.scalars(select(Person).where(Person.agency_id == agency_id))
    cards = [_card(session, person) for person in rows]
    return sorted(cards, key=lambda card: (card.disabled, name_key(card.full_name)))


def person_of(session: Session, agency_id: int, person_id: int) -> PersonCard:
    """One person of the agency. Raises NotFound, also for another agency's."""
    person = session.get(Person, person_id)
    if person is None or person.agency_id != agency_id:
        raise NotFound("not_found")
    return _card(session, person)


def locale_of(session: Session, person_id: int) -> str | None:
    """The language in which the person reads."""
    return session.scalar(select(Person.locale).where(Person.id == person_id))


def username_of(session: Session, person_id: int) -> str:
    """The name with which the person logs in. Raises NotFound."""
    found = session.scalar(select(Person.username).where(Person.id == person_id))
    if found is None:
        raise NotFound("not_found")
    return found


def devices_of(session: Session, person_id: int, here: int | None) -> list[Device]:
    """The person's open logins, this device first, then the newest."""
    found = select(WebSession).where(
        WebSession.person_id == person_id,
        WebSession.ended_at.is_(None),
        WebSession.expires_at > clock.now(),
    )
    devices = [
        Device(row.id, row.device, row.created_at, row.expires_at, row.id == here)
        for row in session.scalars(found.order_by(WebSession.created_at.desc()))
    ]
    return sorted(devices, key=lambda device: not device.here)


def tokens_of(session: Session, person_id: int) -> list[TokenCard]:
    """The person's tokens that still work, the newest first."""
    found = select(ApiToken).where(ApiToken.person_id == person_id, ApiToken.revoked_at.is_(None))
    return [
        TokenCard(row.id, row.name, row.created_at)
        for row in session.scalars(found.order_by(ApiToken.id.desc()))
    ]


def _card(session: Session, person: Person) -> PersonCard:
    roles = roles_of(session, person)
    link = select(OneTimeLink.expires_at).where(
        OneTimeLink.person_id == person.id,
        OneTimeLink.used_at.is_(None),
        OneTimeLink.expires_at > clock.now(),
    )
    return PersonCard(
        id=person.id,
        username=person.username,
        full_name=person.full_name,
        post=person.post,
        roles=tuple(role for role in Role if role in roles),
        activated=person.password_hash is not None,
        disabled=person.disabled_at is not None,
        invited_until=session.scalar(link.order_by(OneTimeLink.id.desc()).limit(1)),
    )
