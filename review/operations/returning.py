"""Where a returned clip goes: to its author, to a lower level, or to be mended and straight back.

"Sửa xong trình thẳng tôi": whoever returned the clip gets it again as soon as it is mended, without
the levels between, whose approvals stand for the version that they saw. Where the mended clip has
to take another route, because it has become political or of another category, it goes that whole
way.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from review.errors import Invalid
from review.models import Clip, Decision, Person, RouteLevel
from review.operations.clip_access import bump
from review.operations.rising import arrive, lay_down
from review.queries.facts import able_at, levels_of
from review.queries.passing import fixers_of, lower_levels
from review.states import ClipState


@dataclass(frozen=True)
class Back:
    """`to_level` is the position of a lower level. `straight` brings the clip back to the returner
    once it is mended, by `fixer_id` where that is somebody else than its authors.
    """

    to_level: int | None = None
    straight: bool = False
    fixer_id: int | None = None


TO_AUTHOR = Back()


def check(session: Session, clip: Clip, back: Back) -> None:
    """Raises Invalid('return_level_unknown' | 'fixer_unknown') for a place that is none."""
    places = {None} | {one.position for one in lower_levels(session, clip)}
    if back.to_level not in places or (back.to_level and back.straight):
        raise Invalid("return_level_unknown", field="back")
    fixers = {None} | {person.id for person in fixers_of(session, clip)}
    if back.fixer_id not in fixers or (back.fixer_id and not back.straight):
        raise Invalid("fixer_unknown", field="fixer")


def said(session: Session, clip: Clip, back: Back) -> dict[str, object]:
    """What the ledger keeps of it beside the reason."""
    if back.to_level is not None:
        return {"to_label": _level(session, clip, back.to_level).label}
    if not back.straight:
        return {}
    fixer = session.get(Person, back.fixer_id) if back.fixer_id else None
    return {"straight": True, "fixer": fixer.full_name if fixer else ""}


def send(session: Session, clip: Clip, back: Back, following: ClipState) -> None:
    """Lays the clip where it goes."""
    if back.to_level is not None:
        arrive(session, clip, _level(session, clip, back.to_level))
        bump(clip)
        return
    returned_from = clip.level
    lay_down(clip, following)
    if back.straight:
        clip.back_to_level, clip.fixer_id = returned_from, back.fixer_id


def straight_back(session: Session, clip: Clip, route_id: int) -> RouteLevel | None:
    """The level to which a mended clip goes at once; None where it goes the whole way."""
    if clip.back_to_level is None or clip.route_id != route_id:
        return None
    return _level(session, clip, clip.back_to_level)


def returner(session: Session, clip: Clip, level: RouteLevel) -> int | None:
    """Who sent the clip back from `level`, if they can decide there still: theirs is the second
    look. The last level is the head's of the day, whoever that is."""
    levels = levels_of(session, clip.route_id)
    if level.position == levels[-1].position:
        return None
    last = session.scalar(
        select(Decision.person_id)
        .where(Decision.clip_id == clip.id, Decision.kind == "returned")
        .order_by(Decision.id.desc())
        .limit(1)
    )
    return last if last in able_at(session, clip, level, levels) else None


def _level(session: Session, clip: Clip, position: int) -> RouteLevel:
    return next(one for one in levels_of(session, clip.route_id) if one.position == position)
