"""The first day: from an empty installation to an agency, its head and the first accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from review import clock
from review.audit import Act, Entry
from review.db import Database, Transaction
from review.errors import Conflict, Invalid, NotFound
from review.models import Agency, Category, OneTimeLink
from review.operations.accounts import Invitation, PersonDraft, enter_person
from review.operations.agencies import (
    ChannelDraft,
    LevelDraft,
    RouteDraft,
    enter_channel,
    enter_route,
)
from review.operations.identity import hash_secret, new_secret
from review.operations.organisation import AgencyDraft, checked_agency, enter_period
from review.operations.signing_rules import HEAD_IN_PERSON, SigningDraft, enter_signing_rule
from review.operations.ticks import seed_ticks
from review.permissions import Actor, Role, Via

# The link stands in the terminal of the person who started the program; a day is enough.
SETUP_LINK_LIFETIME = timedelta(days=1)
# Whoever is to set up a further agency gets the link from the machine's keeper, often by mail.
AGENCY_LINK_LIFETIME = timedelta(days=7)
FIRST, FURTHER = "setup", "agency"

# The kinds of clip that the provincial letter and plan 227 speak of; leaders' messages, great
# events and rebuttal count as political until somebody says otherwise.
SEED_CATEGORIES: tuple[tuple[str, str, bool], ...] = (
    ("thong_diep", "Thông điệp lãnh đạo", True),
    ("su_kien", "Sự kiện quan trọng", True),
    ("xa_hoi", "Chính trị - kinh tế - văn hóa - xã hội", False),
    ("guong_tot", "Người tốt, việc tốt", False),
    ("chinh_sach", "Truyền thông chính sách", False),
    ("phan_bac", "Phản bác quan điểm sai trái, thông tin xấu độc", True),
)


@dataclass(frozen=True)
class InstallationDraft:
    """Everything that the first page asks for."""

    kind: str
    name: str
    parent_name: str
    place: str
    profile: str
    people: tuple[PersonDraft, ...]
    levels: tuple[LevelDraft, ...]
    channels: tuple[ChannelDraft, ...] = ()
    signing: SigningDraft = HEAD_IN_PERSON
    answers_quality: bool = False
    answers_legal: bool = False


def is_empty(db: Database) -> bool:
    """Whether no agency has been set up yet."""
    with db.read() as session:
        return _no_agency(session)


def issue_setup_link(db: Database) -> str | None:
    """The secret of a fresh setup link, or None once an agency exists. Older links end."""
    with db.transaction() as unit:
        if not _no_agency(unit.session):
            return None
        open_links = select(OneTimeLink).where(
            OneTimeLink.purpose == FIRST, OneTimeLink.used_at.is_(None)
        )
        for link in unit.session.scalars(open_links):
            link.used_at = clock.now()
        unit.record(Entry(Act.SETUP_LINK_ISSUED, _nobody(""), None, "installation"))
        return _link(unit.session, FIRST, SETUP_LINK_LIFETIME)


def issue_agency_link(db: Database, keeper: Actor) -> str:
    """The secret of a link with which one further agency is set up by its own people.

    Raises Conflict('set_up_first') on an empty installation.
    """
    with db.transaction() as unit:
        if _no_agency(unit.session):
            raise Conflict("set_up_first")
        unit.record(Entry(Act.AGENCY_LINK_ISSUED, keeper, None, "installation"))
        return _link(unit.session, FURTHER, AGENCY_LINK_LIFETIME)


def create_installation(
    db: Database, secret: str, draft: InstallationDraft, address: str
) -> list[Invitation]:
    """Makes the agency and its first accounts; returns each owner's activation link.

    Raises NotFound('link_gone'), Conflict('already_set_up') or Invalid, and then nothing is made.
    """
    with db.transaction() as unit:
        link = unit.session.scalar(
            select(OneTimeLink)
            .where(
                OneTimeLink.secret_hash == hash_secret(secret),
                OneTimeLink.purpose.in_((FIRST, FURTHER)),
            )
            .with_for_update()
        )
        if link is None or link.used_at is not None or link.expires_at <= clock.now():
            raise NotFound("link_gone")
        if link.purpose == FIRST and not _no_agency(unit.session):
            raise Conflict("already_set_up")
        link.used_at = clock.now()
        return enter_agency(unit, _nobody(address), draft)


def enter_agency(unit: Transaction, actor: Actor, draft: InstallationDraft) -> list[Invitation]:
    """Makes an agency inside a running transaction."""
    named = _checked(unit.session, draft)
    agency = Agency(created_at=clock.now())
    unit.session.add(agency)
    unit.session.flush()
    enter_period(unit.session, agency.id, named, clock.today())
    seed_ticks(unit.session, agency.id)
    _seed_categories(unit.session, agency.id)
    after = {"name": agency.name, "kind": agency.kind, "profile": agency.profile}
    unit.record(Entry(Act.INSTALLATION_CREATED, actor, agency.id, "agency", agency.id, after=after))
    invitations = [enter_person(unit, actor, agency.id, person) for person in draft.people]
    ticks = (draft.answers_quality, draft.answers_legal)
    enter_route(unit, actor, agency.id, RouteDraft("Quy trình chung", draft.levels, *ticks))
    enter_signing_rule(unit, actor, agency.id, draft.signing)
    for channel in draft.channels:
        enter_channel(unit, actor, agency.id, channel)
    return invitations


def _seed_categories(session: Session, agency_id: int) -> None:
    session.add_all(
        Category(
            agency_id=agency_id,
            code=code,
            name=name,
            political_by_default=political,
            position=position,
            active=True,
        )
        for position, (code, name, political) in enumerate(SEED_CATEGORIES)
    )


def _checked(session: Session, draft: InstallationDraft) -> AgencyDraft:
    named = checked_agency(
        session,
        AgencyDraft(draft.kind, draft.name, draft.parent_name, draft.place, draft.profile),
    )
    heads = [person for person in draft.people if Role.HEAD in person.roles]
    if len(heads) != 1:
        raise Invalid("one_head", field="people")
    if not any(Role.ADMINISTRATOR in person.roles for person in draft.people):
        raise Invalid("administrator_missing", field="people")
    return named


def _link(session: Session, purpose: str, lifetime: timedelta) -> str:
    secret = new_secret()
    link = OneTimeLink(
        purpose=purpose,
        person_id=None,
        secret_hash=hash_secret(secret),
        expires_at=clock.now() + lifetime,
    )
    session.add(link)
    return secret


def _no_agency(session: Session) -> bool:
    return session.scalar(select(Agency.id).limit(1)) is None


def _nobody(address: str) -> Actor:
    return Actor(None, None, "Người thiết lập ban đầu", "", via=Via.COMMAND, address=address)
