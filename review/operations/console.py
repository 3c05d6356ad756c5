"""What the machine's keeper may do without a login: open accounts, issue tokens, export.

Whoever can run commands here can read every file anyway, so the point is that each of these
leaves its trace and that none of them can decide, sign or set anybody's password.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from review import clock
from review.audit import Act, Entry
from review.db import Database
from review.errors import Invalid, NotFound
from review.models import Agency, ApiToken, Person
from review.operations.accounts import Invitation, PersonDraft, enter_person
from review.operations.identity import hash_secret, new_secret
from review.permissions import Actor, Via

KEEPER = Actor(None, None, "Người quản lý máy chủ", "", via=Via.COMMAND)


def add_person(db: Database, agency_id: int | None, draft: PersonDraft) -> Invitation:
    """A new account; `agency_id` may be left out where there is just one agency."""
    with db.transaction() as unit:
        return enter_person(unit, KEEPER, _agency(unit.session, agency_id), draft)


def issue_token(db: Database, username: str, name: str) -> str:
    """A bearer token of the person called `username`; its secret is returned this once."""
    with db.transaction() as unit:
        person = unit.session.scalar(
            select(Person).where(Person.username == username.strip().casefold())
        )
        if person is None:
            raise NotFound("person_unknown", username=username)
        secret = new_secret()
        row = ApiToken(
            person_id=person.id, name=name, secret_hash=hash_secret(secret), created_at=clock.now()
        )
        unit.session.add(row)
        unit.session.flush()
        unit.record(
            Entry(
                Act.TOKEN_ISSUED,
                KEEPER,
                person.agency_id,
                "person",
                person.id,
                person.username,
                after={"token": row.id},
            )
        )
        return secret


def record_export(db: Database, form: str, count: int, sha256: str) -> None:
    """Remembers that the whole ledger was written to a file."""
    with db.transaction() as unit:
        after = {"format": form, "count": count, "sha256": sha256, "filters": {}}
        unit.record(Entry(Act.LOG_EXPORTED, KEEPER, None, "ledger", after=after))


def _agency(session: Session, agency_id: int | None) -> int:
    known = list(session.scalars(select(Agency.id)))
    if agency_id is None and len(known) == 1:
        return known[0]
    if agency_id not in known or agency_id is None:
        raise Invalid("agency_unknown", known=", ".join(str(one) for one in known))
    return agency_id
