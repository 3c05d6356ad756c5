"""The picture that stands for a clip: a frame that somebody chose, or the automatic one.

It is under the sign-off's digest, so a change after the sign-off voids it.
"""

from __future__ import annotations

from review.audit import Act
from review.db import Database
from review.errors import Conflict, Invalid
from review.models import Revision
from review.operations import ordering
from review.operations.clip_access import ClipRef, bump, clip_entry, ref, take_clip
from review.operations.voiding import voiding_change
from review.permissions import Action, Actor
from review.queries.ordered import Ordered, chosen
from review.renditions import COVER


def choose_cover(db: Database, actor: Actor, code: str, version: int, at_ms: int) -> ClipRef:
    """Makes the picture that the clip shows at `at_ms` (milliseconds from its start) its cover.

    Asked once more for one that could not be made, it is tried again. Raises NotFound, Forbidden,
    Stale, Invalid('cover_beyond'), Conflict('revision_not_ready', 'nothing_changed').
    """
    with db.transaction() as unit:
        clip = take_clip(unit.session, actor, code, version, Action.COVER_CHOOSE)
        revision = ordering.playable(unit.session, clip)
        _within(revision, at_ms)
        before = chosen(unit.session, revision.id, COVER)
        with voiding_change(unit, actor, clip):
            if not ordering.choose(unit, actor, revision, COVER, str(at_ms)):
                raise Conflict("nothing_changed")
            after = {"revision": revision.id, "at_ms": at_ms}
            entry = clip_entry(Act.COVER_CHOSEN, actor, clip, before=_place(before), after=after)
            unit.record(entry)
        bump(clip)
        return ref(clip)


def drop_cover(db: Database, actor: Actor, code: str, version: int) -> ClipRef:
    """Goes back to the automatic picture.

    Raises NotFound, Forbidden, Stale, Conflict('revision_not_ready', 'nothing_changed').
    """
    with db.transaction() as unit:
        clip = take_clip(unit.session, actor, code, version, Action.COVER_CHOOSE)
        revision = ordering.playable(unit.session, clip)
        before = chosen(unit.session, revision.id, COVER)
        if before is None:
            raise Conflict("nothing_changed")
        with voiding_change(unit, actor, clip):
            ordering.give_up(unit.session, revision.id, COVER)
            after = {"revision": revision.id}
            entry = clip_entry(Act.COVER_DROPPED, actor, clip, before=_place(before), after=after)
            unit.record(entry)
        bump(clip)
        return ref(clip)


def _within(revision: Revision, at_ms: int) -> None:
    length = (revision.facts or {}).get("duration_ms")
    if not isinstance(length, int):
        raise Conflict("revision_not_ready")
    if not 0 <= at_ms <= length:
        raise Invalid("cover_beyond", field="at", length_ms=length)


def _place(cover: Ordered | None) -> dict[str, object]:
    return {"at_ms": cover.at_ms if cover else None}
