"""Who is acting: sessions and tokens turned into actors, and the signing window.

Secrets are random 256-bit strings; only their SHA-256 is kept, which is enough for something
that cannot be guessed.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from review import clock
from review.audit import Act, Entry
from review.db import Database, Transaction
from review.errors import Forbidden, Invalid, NotFound
from review.models import Agency, ApiToken, Person, WebSession
from review.operations.passwords import (
    hash_password,
    needs_rehash,
    verify_password,
)
from review.permissions import Action, Actor, AgencyFacts, Via, require
from review.queries.facts import roles_of

# A device stays logged in for a month; signing asks for the password again all the same.
SESSION_LIFETIME = timedelta(days=30)
# One sitting between two meetings: several clips, one password.
SIGNING_WINDOW = timedelta(minutes=10)
DEVICE_LIMIT = 200
TOKEN_NAME_LIMIT = 100


def new_secret() -> str:
    """256 random bits, safe in a URL."""
    return secrets.token_urlsafe(32)


def hash_secret(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def log_in(db: Database, username: str, password: str, device: str, address: str) -> str:
    """Opens a session and returns its secret.

    Raises Forbidden('login_failed'), the same for an unknown name, a wrong password, an account
    not yet activated and a disabled one; each refusal is written into the ledger.
    """
    name = username.strip().casefold()
    with db.read() as session:
        known = session.scalar(select(Person).where(Person.username == name))
        stored = known.password_hash if known else None
    # Outside any transaction: hashing is slow on purpose and must not hold the writer's lock.
    right = verify_password(stored, password) and known is not None and known.disabled_at is None
    with db.transaction() as unit:
        person = unit.session.get(Person, known.id) if known else None
        if not right or person is None or person.password_hash != stored:
            unit.record(_refused(Act.LOGIN_REFUSED, person, name, address))
        else:
            if stored is not None and needs_rehash(stored):
                person.password_hash = hash_password(password)
            return _open_session(unit, person, device, address)
    raise Forbidden("login_failed")


def log_out(db: Database, actor: Actor) -> None:
    """Ends the session through which the actor came."""
    with db.transaction() as unit:
        session_row = unit.session.get(WebSession, actor.session_id) if actor.session_id else None
        if session_row is not None and session_row.ended_at is None:
            session_row.ended_at = clock.now()
            unit.record(_session_entry(Act.LOGGED_OUT, actor))


def end_device(db: Database, actor: Actor, session_id: int) -> None:
    """Ends one of the actor's own sessions on another device."""
    with db.transaction() as unit:
        row = unit.session.get(WebSession, session_id)
        if row is None or row.person_id != actor.person_id:
            raise NotFound("not_found")
        if row.ended_at is None:
            row.ended_at = clock.now()
            unit.record(_session_entry(Act.LOGGED_OUT, actor, ended=session_id))


def actor_of_session(db: Database, secret: str, request_id: str, address: str) -> Actor | None:
    """The person behind a session secret, or None once it has ended in any way."""
    moment = clock.now()
    with db.read() as session:
        row = session.scalar(
            select(WebSession).where(WebSession.secret_hash == hash_secret(secret))
        )
        if row is None or row.ended_at is not None or row.expires_at <= moment:
            return None
        person = session.get(Person, row.person_id)
        if person is None or person.disabled_at is not None:
            return None
        return replace(
            actor_for(session, person),
            session_id=row.id,
            signing_open=row.signing_until is not None and row.signing_until > moment,
            request_id=request_id,
            address=address,
        )


def actor_of_token(db: Database, secret: str, request_id: str, address: str) -> Actor | None:
    """The person behind an API token, marked as coming by token, or None."""
    with db.read() as session:
        row = session.scalar(select(ApiToken).where(ApiToken.secret_hash == hash_secret(secret)))
        if row is None or row.revoked_at is not None:
            return None
        person = session.get(Person, row.person_id)
        if person is None or person.disabled_at is not None:
            return None
        actor = actor_for(session, person)
        return replace(actor, via=Via.TOKEN, request_id=request_id, address=address)


def open_signing(db: Database, actor: Actor, password: str) -> datetime:
    """Opens the signing window on this device; returns when it closes.

    Raises Forbidden('password_wrong'); the refusal is written into the ledger.
    """
    with db.read() as session:
        person = session.get(Person, actor.person_id)
        stored = person.password_hash if person else None
    right = actor.via is Via.PAGE and verify_password(stored, password)
    with db.transaction() as unit:
        row = unit.session.get(WebSession, actor.session_id) if actor.session_id else None
        if right and row is not None and row.ended_at is None:
            until = clock.now() + SIGNING_WINDOW
            row.signing_until = until
            unit.record(_session_entry(Act.SIGNING_OPENED, actor))
            return until
        unit.record(_session_entry(Act.SIGNING_REFUSED, actor))
    raise Forbidden("password_wrong", field="password")


def end_sessions(session: Session, person_id: int, *, keep: int | None = None) -> None:
    """Ends every open session of a person, but for the one to `keep`."""
    query = update(WebSession).where(
        WebSession.person_id == person_id, WebSession.ended_at.is_(None)
    )
    if keep is not None:
        query = query.where(WebSession.id != keep)
    session.execute(query.values(ended_at=clock.now()))


def issue_token(db: Database, actor: Actor, name: str) -> tuple[int, str]:
    """A bearer token that acts as this person, deciding excepted. Its secret is shown once."""
    name = " ".join(name.split())
    if not name or len(name) > TOKEN_NAME_LIMIT:
        raise Invalid("token_name", field="name", limit=TOKEN_NAME_LIMIT)
    with db.transaction() as unit:
        require(actor, Action.TOKEN_MANAGE_OWN, AgencyFacts(actor.agency_id))
        secret = new_secret()
        row = ApiToken(
            person_id=actor.person_id,
            name=name,
            secret_hash=hash_secret(secret),
            created_at=clock.now(),
        )
        unit.session.add(row)
        unit.session.flush()
        unit.record(_session_entry(Act.TOKEN_ISSUED, actor, token=row.id))
        return row.id, secret


def revoke_token(db: Database, actor: Actor, token_id: int) -> None:
    """Ends one of the actor's own tokens at once."""
    with db.transaction() as unit:
        row = unit.session.get(ApiToken, token_id)
        if row is None or row.person_id != actor.person_id:
            raise NotFound("not_found")
        if row.revoked_at is None:
            row.revoked_at = clock.now()
            unit.record(_session_entry(Act.TOKEN_REVOKED, actor, token=row.id))


def managed_agency(actor: Actor, action: Action) -> int:
    """The agency for which `actor` may do `action`: always their own. Raises Forbidden."""
    require(actor, action, AgencyFacts(actor.agency_id))
    if actor.agency_id is None:
        raise Forbidden("role_missing")
    return actor.agency_id


def actor_for(session: Session, person: Person) -> Actor:
    """The person as an actor, roles and names as they stand now."""
    closed_on = session.scalar(select(Agency.closed_on).where(Agency.id == person.agency_id))
    return Actor(
        person_id=person.id,
        agency_id=person.agency_id,
        name=person.full_name,
        post=person.post,
        roles=roles_of(session, person),
        agency_closed=closed_on is not None and closed_on < clock.today(),
    )


def _open_session(unit: Transaction, person: Person, device: str, address: str) -> str:
    secret = new_secret()
    moment = clock.now()
    row = WebSession(
        person_id=person.id,
        secret_hash=hash_secret(secret),
        device=device[:DEVICE_LIMIT],
        created_at=moment,
        expires_at=moment + SESSION_LIFETIME,
    )
    unit.session.add(row)
    unit.session.flush()
    actor = replace(actor_for(unit.session, person), session_id=row.id, address=address)
    unit.record(_session_entry(Act.LOGGED_IN, actor))
    return secret


def _refused(act: Act, person: Person | None, name: str, address: str) -> Entry:
    # The typed name may be a mistyped password, so it goes in as a text, not as an identifier.
    return Entry(
        action=act,
        actor=Actor(None, None, "", "", address=address),
        agency_id=person.agency_id if person else None,
        subject="person",
        subject_id=person.id if person else None,
        texts={"username": name},
    )


def _session_entry(act: Act, actor: Actor, **after: object) -> Entry:
    return Entry(
        action=act,
        actor=actor,
        agency_id=actor.agency_id,
        subject="person",
        subject_id=actor.person_id,
        after=dict(after),
    )
