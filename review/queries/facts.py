"""What the permission table needs to know of a clip, read in one place."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from review import clock
from review.models import (
    Assignment,
    Channel,
    Clip,
    ClipChannel,
    Decision,
    Person,
    PersonRole,
    Revision,
    RouteLevel,
)
from review.permissions import ClipFacts, Role
from review.queries.heads import head_at, is_head
from review.queries.signers import signers_of
from review.states import ClipState

APPROVED = "approved"


def authors_of(session: Session, clip: Clip) -> frozenset[int]:
    """The clip's creator, who carries it on for them, and the uploader of its current file. Who
    gave it to them to make is no author."""
    revision = session.get(Revision, clip.revision_id) if clip.revision_id else None
    named = (clip.created_by, clip.keeper_id, revision.uploader_id if revision else None)
    return frozenset(person for person in named if person is not None)


def levels_of(session: Session, route_id: int | None) -> list[RouteLevel]:
    """The levels of a route from the lowest up; empty without a route."""
    if route_id is None:
        return []
    found = select(RouteLevel).where(RouteLevel.route_id == route_id)
    return list(session.scalars(found.order_by(RouteLevel.position)))


def holders_of(session: Session, agency_id: int, role: str) -> frozenset[int]:
    """People of the agency with an activated, enabled account who hold `role`.

    The head's role is not given out: it is held by the accountable head of today.
    """
    found = select(Person.id).where(
        Person.agency_id == agency_id,
        Person.disabled_at.is_(None),
        Person.password_hash.is_not(None),
    )
    if role == Role.HEAD:
        head = head_at(session, agency_id, clock.today())
        found = found.where(Person.id == (head.person_id if head else None))
    else:
        found = found.join(PersonRole, PersonRole.person_id == Person.id)
        found = found.where(PersonRole.role == role)
    return frozenset(session.scalars(found))


def roles_of(session: Session, person: Person) -> frozenset[Role]:
    """The roles that a person was given, and the head's while they are that."""
    found = select(PersonRole.role).where(PersonRole.person_id == person.id)
    given = frozenset(Role(role) for role in session.scalars(found))
    heads = is_head(session, person.id, person.agency_id)
    return given | ({Role.HEAD} if heads else frozenset())


def deciders_of(session: Session, clip: Clip, below: int | None = None) -> frozenset[int]:
    """Who approved a level below the present one, or below `below`, in the present round. What was
    approved above it before it was returned to a lower level has to be approved anew, and may be by
    the same."""
    found = select(Decision.person_id).where(
        Decision.clip_id == clip.id,
        Decision.round == clip.round,
        Decision.kind == APPROVED,
        Decision.level < (clip.level if below is None else below),
    )
    return frozenset(person for person in session.scalars(found) if person is not None)


def able_at(
    session: Session, clip: Clip, level: RouteLevel, levels: list[RouteLevel]
) -> frozenset[int]:
    """Who could decide on `clip` at `level` of its route: its holders, without the authors, without
    who approved below, and below the last level without who signs."""
    barred = authors_of(session, clip) | deciders_of(session, clip, level.position)
    if level.position != levels[-1].position:
        barred |= holders_of(session, clip.agency_id, levels[-1].role)
    return holders_of(session, clip.agency_id, level.role) - barred


def in_hand_of(
    session: Session, clip: Clip, here: RouteLevel | None, levels: list[RouteLevel]
) -> int | None:
    """The one for whom the clip waits. Whoever cannot decide there any more, because a role, an
    account or a day's post is over, has nothing in hand."""
    if clip.handed_to is None or here is None:
        return None
    return clip.handed_to if clip.handed_to in able_at(session, clip, here, levels) else None


def facts_of(session: Session, clip: Clip) -> ClipFacts:
    """The facts of `clip` as they stand in this session."""
    levels = levels_of(session, clip.route_id)
    here = next((level for level in levels if level.position == clip.level), None)
    last = levels[-1] if levels else None
    managers = (
        select(Channel.manager_id)
        .join(ClipChannel, ClipChannel.channel_id == Channel.id)
        .where(ClipChannel.clip_id == clip.id, Channel.manager_id.is_not(None))
    )
    return ClipFacts(
        agency_id=clip.agency_id,
        state=ClipState(clip.state),
        authors=authors_of(session, clip),
        level_role=Role(here.role) if here else None,
        is_last_level=here is not None and last is not None and here.id == last.id,
        decided_by=deciders_of(session, clip),
        signers=holders_of(session, clip.agency_id, last.role) if last else frozenset(),
        channel_managers=frozenset(person for person in session.scalars(managers) if person),
        handed_to=in_hand_of(session, clip, here, levels),
        head_in_person=_head_in_person(session, clip, here, last),
        fixer=clip.fixer_id,
        assigner=session.scalar(
            select(Assignment.assigner_id).where(
                Assignment.clip_id == clip.id, Assignment.ended_at.is_(None)
            )
        ),
    )


def _head_in_person(
    session: Session, clip: Clip, here: RouteLevel | None, last: RouteLevel | None
) -> bool:
    """Whether the clip waits for the sign-off and the rules of agency and route keep it, as
    political, for the head: asked as the flag and the rules stand now."""
    if not clip.political or here is None or last is None or here.id != last.id:
        return False
    return all(one.grant_id is None for one in signers_of(session, clip, clock.today()))
