"""To whom a clip can be passed from where it lies: down, sideways, or to another hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from review.models import Clip, Decision, Person, PersonRole, RouteLevel
from review.permissions import AUTHORING, ClipFacts
from review.queries.facts import able_at, authors_of, holders_of, levels_of
from review.states import EDITABLE, ClipState
from review.words.collation import name_key

# Why a level was passed over when the head did it, beside the reasons that the system finds.
HEAD_SKIPPED = "head_skipped"


@dataclass(frozen=True)
class Choice:
    """Somebody who can be named."""

    id: int
    name: str
    post: str

    @property
    def option(self) -> tuple[str, str]:
        """As a list in a form wants it: value and words."""
        return str(self.id), f"{self.post} {self.name}".strip()


@dataclass(frozen=True)
class Place:
    """A level that a clip can be returned to."""

    position: int
    label: str


@dataclass(frozen=True)
class Passing:
    """What can be chosen on the page of a clip. `handed_to` and `fixer` are names."""

    lower: tuple[Place, ...] = ()
    fixers: tuple[Choice, ...] = ()
    colleagues: tuple[Choice, ...] = ()
    keepers: tuple[Choice, ...] = ()
    handed_to: Choice | None = None
    fixer: Choice | None = None
    straight: bool = False


def passing_of(session: Session, clip: Clip, facts: ClipFacts) -> Passing:
    """What the clip's page offers; whether the reader may do it is asked elsewhere."""
    handed = _people(session, [facts.handed_to])
    fixer = _people(session, [clip.fixer_id])
    editable = facts.state in EDITABLE
    under_way = facts.state is ClipState.IN_REVIEW
    return Passing(
        lower=lower_levels(session, clip) if under_way else (),
        fixers=fixers_of(session, clip) if under_way else (),
        colleagues=colleagues_of(session, clip) if under_way else (),
        keepers=keepers_of(session, clip) if editable else (),
        handed_to=handed[0] if handed else None,
        fixer=fixer[0] if fixer else None,
        straight=editable and clip.back_to_level is not None,
    )


def lower_levels(session: Session, clip: Clip) -> tuple[Place, ...]:
    """Levels below the present one that decided in this round, or that the head took the clip past,
    and that have somebody to decide now."""
    levels = levels_of(session, clip.route_id)
    return tuple(
        Place(level.position, level.label)
        for level in _below(session, clip, levels)
        if able_at(session, clip, level, levels)
    )


def fixers_of(session: Session, clip: Clip) -> tuple[Choice, ...]:
    """Who can be asked to mend a clip instead of its authors: the holders of the levels below."""
    able: set[int] = set()
    for level in _below(session, clip, levels_of(session, clip.route_id)):
        able |= holders_of(session, clip.agency_id, level.role)
    return _people(session, able - authors_of(session, clip) - _signers(session, clip))


def colleagues_of(session: Session, clip: Clip) -> tuple[Choice, ...]:
    """Who may decide where the clip waits, and so can be handed it."""
    levels = levels_of(session, clip.route_id)
    here = next((level for level in levels[:-1] if level.position == clip.level), None)
    return _people(session, able_at(session, clip, here, levels)) if here else ()


def keepers_of(session: Session, clip: Clip) -> tuple[Choice, ...]:
    """Who can carry a dossier on in its author's place."""
    found = select(PersonRole.person_id).where(PersonRole.role.in_(AUTHORING))
    return _people(session, set(session.scalars(found)) - authors_of(session, clip), clip.agency_id)


def _below(session: Session, clip: Clip, levels: list[RouteLevel]) -> list[RouteLevel]:
    said = or_(Decision.kind == "approved", Decision.reason == HEAD_SKIPPED)
    found = select(Decision.level).where(
        Decision.clip_id == clip.id, Decision.round == clip.round, said
    )
    passed = set(session.scalars(found))
    return [one for one in levels if one.position < clip.level and one.position in passed]


def _signers(session: Session, clip: Clip) -> frozenset[int]:
    levels = levels_of(session, clip.route_id)
    return holders_of(session, clip.agency_id, levels[-1].role) if levels else frozenset()


def _people(
    session: Session, ids: Iterable[int | None], agency_id: int | None = None
) -> tuple[Choice, ...]:
    """Those of `ids` with an open account, by given name."""
    wanted = [one for one in ids if one is not None]
    if not wanted:
        return ()
    found = select(Person).where(
        Person.id.in_(wanted), Person.disabled_at.is_(None), Person.password_hash.is_not(None)
    )
    if agency_id is not None:
        found = found.where(Person.agency_id == agency_id)
    people = sorted(session.scalars(found), key=lambda one: name_key(one.full_name))
    return tuple(Choice(one.id, one.full_name, one.post) for one in people)
