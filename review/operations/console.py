"""What the machine's keeper may do without a login: open accounts, issue tokens, export.

Whoever can run commands here can read every file anyway, so the point is that each of these
leaves its trace and that none of them can decide, sign or set anybody's password.
"""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from review import clock
from review.audit import Act, Entry
from review.db import Database
from review.errors import Invalid, NotFound
from review.models import Agency, AgencyKind, ApiToken, Person
from review.operations import setup, typed
from review.operations.accounts import Invitation, PersonDraft, enter_person
from review.operations.identity import hash_secret, new_secret
from review.permissions import Actor, Via

KIND_CODE_LIMIT = 40
KEEPER = Actor(None, None, "Người quản lý máy chủ", "", via=Via.COMMAND)


def add_person(db: Database, agency_id: int | None, draft: PersonDraft) -> Invitation:
    """A new account; `agency_id` may be left out where there is just one agency."""
    with db.transaction() as unit:
        return enter_person(unit, KEEPER, _agency(unit.session, agency_id), draft)


def issue_agency_link(db: Database) -> str:
    """The secret of a link with which a further agency is set up. Raises Conflict."""
    return setup.issue_agency_link(db, KEEPER)


def list_agencies(db: Database) -> tuple[tuple[int, str, bool], ...]:
    """Every agency here as (number, name of today, whether its work has ended)."""
    today = clock.today()
    with db.read() as session:
        return tuple(
            (row.id, row.name, row.closed_on is not None and row.closed_on < today)
            for row in session.scalars(select(Agency).order_by(Agency.id))
        )


def add_agency_kind(db: Database, code: str, name: str) -> None:
    """A further kind of agency for the whole installation. Raises Invalid."""
    name = typed.line(name, "kind")
    with db.transaction() as unit:
        if not code.isascii() or not code.isidentifier() or len(code) > KIND_CODE_LIMIT:
            raise Invalid("agency_kind_code", field="code")
        if unit.session.get(AgencyKind, code) is not None:
            raise Invalid("agency_kind_taken", field="code", kind=code)
        last = unit.session.scalar(select(func.max(AgencyKind.position)))
        position = 0 if last is None else last + 1
        unit.session.add(AgencyKind(code=code, name=name, position=position))
        after = {"code": code, "name": name}
        unit.record(Entry(Act.AGENCY_KIND_ADDED, KEEPER, None, "installation", after=after))


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
