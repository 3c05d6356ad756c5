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
from review.operations.agencies import ChannelDraft, LevelDraft, enter_channel, enter_route
from review.operations.identity import hash_secret, new_secret
from review.permissions import Actor, Role, Via

# The link stands in the terminal of the person who started the program; a day is enough.
SETUP_LINK_LIFETIME = timedelta(days=1)
AGENCY_KINDS = (
    "newspaper",
    "station",
    "magazine",
    "information_centre",
    "culture_centre",
    "commune",
)
PROFILES = ("nha_nuoc", "dang")

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


def is_empty(db: Database) -> bool:
    """Whether no agency has been set up yet."""
    with db.read() as session:
        return _no_agency(session)


def issue_setup_link(db: Database) -> str | None:
    """The secret of a fresh setup link, or None once an agency exists. Older links end."""
    with db.transaction() as unit:
        if not _no_agency(unit.session):
            return None
        moment = clock.now()
        open_links = select(OneTimeLink).where(
            OneTimeLink.purpose == "setup", OneTimeLink.used_at.is_(None)
        )
        for link in unit.session.scalars(open_links):
            link.used_at = moment
        secret = new_secret()
        unit.session.add(
            OneTimeLink(
                purpose="setup",
                person_id=None,
                secret_hash=hash_secret(secret),
                expires_at=moment + SETUP_LINK_LIFETIME,
            )
        )
        unit.record(Entry(Act.SETUP_LINK_ISSUED, _nobody(""), None, "installation"))
        return secret


def create_installation(
    db: Database, secret: str, draft: InstallationDraft, address: str
) -> list[Invitation]:
    """Makes the agency and its first accounts; returns each owner's activation link.

    Raises NotFound('link_gone'), Conflict('already_set_up') or Invalid, and then nothing is made.
    """
    with db.transaction() as unit:
        link = unit.session.scalar(
            select(OneTimeLink)
            .where(OneTimeLink.secret_hash == hash_secret(secret), OneTimeLink.purpose == "setup")
            .with_for_update()
        )
        if link is None or link.used_at is not None or link.expires_at <= clock.now():
            raise NotFound("link_gone")
        if not _no_agency(unit.session):
            raise Conflict("already_set_up")
        link.used_at = clock.now()
        return enter_agency(unit, _nobody(address), draft)


def enter_agency(unit: Transaction, actor: Actor, draft: InstallationDraft) -> list[Invitation]:
    """Makes an agency inside a running transaction."""
    _check(draft)
    agency = Agency(
        kind=draft.kind,
        name=draft.name.strip(),
        parent_name=draft.parent_name.strip(),
        place=draft.place.strip(),
        profile=draft.profile,
        created_at=clock.now(),
    )
    unit.session.add(agency)
    unit.session.flush()
    unit.session.add_all(
        Category(
            agency_id=agency.id,
            code=code,
            name=name,
            political_by_default=political,
            position=position,
            active=True,
        )
        for position, (code, name, political) in enumerate(SEED_CATEGORIES)
    )
    after = {"name": agency.name, "kind": agency.kind, "profile": agency.profile}
    unit.record(Entry(Act.INSTALLATION_CREATED, actor, agency.id, "agency", agency.id, after=after))
    invitations = [enter_person(unit, actor, agency.id, person) for person in draft.people]
    enter_route(unit, actor, agency.id, "Quy trình chung", draft.levels)
    for channel in draft.channels:
        enter_channel(unit, actor, agency.id, channel)
    return invitations


def _check(draft: InstallationDraft) -> None:
    if not draft.name.strip():
        raise Invalid("agency_name_missing", field="name")
    if draft.kind not in AGENCY_KINDS:
        raise Invalid("agency_kind_unknown", field="kind")
    if draft.profile not in PROFILES:
        raise Invalid("agency_profile_unknown", field="profile")
    heads = [person for person in draft.people if Role.HEAD in person.roles]
    if len(heads) != 1:
        raise Invalid("one_head", field="people")
    if not any(Role.ADMINISTRATOR in person.roles for person in draft.people):
        raise Invalid("administrator_missing", field="people")


def _no_agency(session: Session) -> bool:
    return session.scalar(select(Agency.id).limit(1)) is None


def _nobody(address: str) -> Actor:
    return Actor(None, None, "Người thiết lập ban đầu", "", via=Via.COMMAND, address=address)
