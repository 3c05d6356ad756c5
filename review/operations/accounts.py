"""People and their ways in: accounts, one-time links, sessions, tokens.

Nobody types another's password: an account is made without one and its owner sets it through a
one-time link. Of every link, session and token only the SHA-256 of its secret is kept.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from review import clock
from review.audit import Act
from review.db import Database, Transaction
from review.errors import Conflict, Forbidden, Invalid, NotFound
from review.models import OneTimeLink, Person, PersonRole
from review.offices import Lead
from review.operations import handing, typed
from review.operations.identity import (
    actor_for,
    end_sessions,
    hash_secret,
    managed_agency,
    new_secret,
)
from review.operations.passwords import check_password, hash_password, verify_password
from review.operations.person_entries import person_entry
from review.operations.posts import PostDraft, call_today, enter_post
from review.permissions import Action, Actor, AgencyFacts, Role, Via, require
from review.queries.facts import roles_of

# A week: the link travels by Zalo to somebody who may be on leave.
LINK_LIFETIME = timedelta(days=7)
USERNAME_LIMIT = 64
# Who inspects changes nothing, and who watches is told: neither goes with work on clips.
READING_ROLES = frozenset({Role.INSPECTOR, Role.WATCHER})


@dataclass(frozen=True)
class PersonDraft:
    """A person as somebody else enters them; never with a password."""

    username: str
    full_name: str
    post: str
    roles: frozenset[Role]


@dataclass(frozen=True)
class Invitation:
    """What to pass to the owner of a new account; the secret is shown this once."""

    person_id: int
    full_name: str
    username: str
    secret: str


@dataclass(frozen=True)
class LinkInfo:
    """What a one-time link is for. Looking does not use it up."""

    purpose: str
    full_name: str
    username: str


def look_at_link(db: Database, secret: str) -> LinkInfo:
    """Raises NotFound('link_gone') when it was used, has expired or never was."""
    with db.read() as session:
        link = _open_link(session, secret)
        person = session.get(Person, link.person_id) if link.person_id else None
        return LinkInfo(
            link.purpose, person.full_name if person else "", person.username if person else ""
        )


def add_person(db: Database, actor: Actor, draft: PersonDraft) -> Invitation:
    """A new account in the actor's agency, to be activated by its owner."""
    with db.transaction() as unit:
        agency_id = managed_agency(actor, Action.PEOPLE_MANAGE)
        return enter_person(unit, actor, agency_id, draft)


def enter_person(unit: Transaction, actor: Actor, agency_id: int, draft: PersonDraft) -> Invitation:
    """Makes the account inside a running transaction. Raises Invalid."""
    draft = _checked(draft)
    if unit.session.scalar(select(Person.id).where(Person.username == draft.username)):
        raise Invalid("username_taken", field="username", username=draft.username)
    person = Person(
        agency_id=agency_id,
        username=draft.username,
        full_name=draft.full_name,
        password_hash=None,
        locale="vi",
        created_at=clock.now(),
    )
    unit.session.add(person)
    unit.session.flush()
    given = draft.roles - {Role.HEAD}
    unit.session.add_all(PersonRole(person_id=person.id, role=role) for role in given)
    after = {"username": draft.username, "roles": sorted(draft.roles), "post": draft.post}
    unit.record(person_entry(Act.PERSON_ADDED, actor, person, after=after))
    lead = Lead.HEAD if Role.HEAD in draft.roles else Lead.NONE
    enter_post(unit, actor, person, PostDraft(draft.post, clock.today(), lead=lead))
    return _invite(unit, actor, person)


def invite_again(db: Database, actor: Actor, person_id: int) -> Invitation:
    """A fresh link for an account that was never activated; older links stop working."""
    with db.transaction() as unit:
        person = _managed(unit.session, actor, person_id)
        if person.password_hash is not None:
            raise Conflict("already_activated")
        return _invite(unit, actor, person)


def activate(db: Database, secret: str, password: str, address: str) -> str:
    """The owner sets the password; returns the username. Uses the link up."""
    with db.transaction() as unit:
        link = _open_link(unit.session, secret, lock=True)
        person = unit.session.get(Person, link.person_id) if link.person_id else None
        if link.purpose != "activate" or person is None or person.disabled_at is not None:
            raise NotFound("link_gone")
        check_password(password, person.username)
        person.password_hash = hash_password(password)
        link.used_at = clock.now()
        unit.record(person_entry(Act.PERSON_ACTIVATED, _own(unit.session, person, address), person))
        return person.username


def set_roles(
    db: Database, actor: Actor, person_id: int, roles: frozenset[Role], post: str
) -> None:
    """Changes roles, and the post from today on. A lost role ends the person's sessions at once.

    The head's role is not given here: it comes and goes with the head's post.
    """
    with db.transaction() as unit:
        person = _managed(unit.session, actor, person_id)
        held = roles_of(unit.session, person)
        if Role.HEAD in roles - held:
            raise Invalid("head_by_post", field="roles")
        before, roles = held - {Role.HEAD}, roles - {Role.HEAD}
        _check_roles(roles | (held & {Role.HEAD}))
        if before != roles:
            _swap_roles(unit, actor, person, before, roles)
        call_today(unit, actor, person, post)
        _keep_an_administrator(unit.session, person.agency_id)


def _swap_roles(
    unit: Transaction, actor: Actor, person: Person, before: frozenset[Role], roles: frozenset[Role]
) -> None:
    unit.session.execute(delete(PersonRole).where(PersonRole.person_id == person.id))
    unit.session.add_all(PersonRole(person_id=person.id, role=role) for role in roles)
    was, now = {"roles": sorted(before)}, {"roles": sorted(roles)}
    unit.record(person_entry(Act.PERSON_ROLES_CHANGED, actor, person, before=was, after=now))
    if before - roles:
        end_sessions(unit.session, person.id)
        unit.session.flush()
        handing.release(unit.session, person.id)


def disable_person(db: Database, actor: Actor, person_id: int) -> None:
    """Closes the account: its sessions end now, its deeds stay."""
    with db.transaction() as unit:
        person = _managed(unit.session, actor, person_id)
        if person.disabled_at is None:
            person.disabled_at = clock.now()
            end_sessions(unit.session, person_id)
            unit.session.flush()
            handing.release(unit.session, person_id)
            unit.record(person_entry(Act.PERSON_DISABLED, actor, person))
        unit.session.flush()
        _keep_an_administrator(unit.session, person.agency_id)


def enable_person(db: Database, actor: Actor, person_id: int) -> None:
    """Opens a closed account again, with the password its owner had."""
    with db.transaction() as unit:
        person = _managed(unit.session, actor, person_id)
        if person.disabled_at is not None:
            person.disabled_at = None
            unit.record(person_entry(Act.PERSON_ENABLED, actor, person))


def change_password(db: Database, actor: Actor, old: str, new: str) -> None:
    """One's own password. Ends one's other sessions at once."""
    with db.transaction() as unit:
        person = unit.session.get(Person, actor.person_id)
        if person is None or actor.via is not Via.PAGE:
            raise Forbidden("decision_needs_person")
        if not verify_password(person.password_hash, old):
            raise Forbidden("password_wrong", field="old")
        check_password(new, person.username)
        person.password_hash = hash_password(new)
        end_sessions(unit.session, person.id, keep=actor.session_id)
        unit.record(person_entry(Act.PASSWORD_CHANGED, actor, person))


def set_locale(db: Database, actor: Actor, locale: str) -> None:
    """Remembers the language in which the person reads."""
    with db.transaction() as unit:
        person = unit.session.get(Person, actor.person_id)
        if person is not None:
            person.locale = "en" if locale == "en" else "vi"


def _keep_an_administrator(session: Session, agency_id: int) -> None:
    found = (
        select(Person.id)
        .join(PersonRole, PersonRole.person_id == Person.id)
        .where(
            Person.agency_id == agency_id,
            Person.disabled_at.is_(None),
            PersonRole.role == Role.ADMINISTRATOR,
        )
    )
    if session.scalar(found.limit(1)) is None:
        raise Conflict("last_administrator")


def _invite(unit: Transaction, actor: Actor, person: Person) -> Invitation:
    moment = clock.now()
    for link in unit.session.scalars(
        select(OneTimeLink).where(OneTimeLink.person_id == person.id, OneTimeLink.used_at.is_(None))
    ):
        link.used_at = moment
    secret = new_secret()
    unit.session.add(
        OneTimeLink(
            purpose="activate",
            person_id=person.id,
            secret_hash=hash_secret(secret),
            expires_at=moment + LINK_LIFETIME,
        )
    )
    unit.record(person_entry(Act.PERSON_INVITED, actor, person))
    return Invitation(person.id, person.full_name, person.username, secret)


def _open_link(session: Session, secret: str, *, lock: bool = False) -> OneTimeLink:
    query = select(OneTimeLink).where(OneTimeLink.secret_hash == hash_secret(secret))
    link = session.scalar(query.with_for_update() if lock else query)
    if link is None or link.used_at is not None or link.expires_at <= clock.now():
        raise NotFound("link_gone")
    return link


def _managed(session: Session, actor: Actor, person_id: int) -> Person:
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound("not_found")
    require(actor, Action.PEOPLE_MANAGE, AgencyFacts(person.agency_id))
    return person


def _own(session: Session, person: Person, address: str) -> Actor:
    return replace(actor_for(session, person), address=address)


def _checked(draft: PersonDraft) -> PersonDraft:
    username = typed.line(draft.username, "username", limit=USERNAME_LIMIT).casefold()
    if not username.replace(".", "").replace("-", "").replace("_", "").isalnum():
        raise Invalid("username_form", field="username")
    _check_roles(draft.roles)
    full_name, post = typed.line(draft.full_name, "full_name"), typed.line(draft.post, "post")
    return PersonDraft(username, full_name, post, draft.roles)


def _check_roles(roles: frozenset[Role]) -> None:
    if not roles:
        raise Invalid("roles_missing", field="roles")
    if roles & READING_ROLES and roles - READING_ROLES:
        raise Invalid("inspector_alone", field="roles")
