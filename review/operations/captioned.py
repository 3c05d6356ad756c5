"""A copy of the published video with its captions in the picture, for places that show none.

It is asked for, because making it costs as much as making the clip. It goes out beside the
published file, so it is under the sign-off's digest: asking for it or letting it go after the
sign-off voids it (docs/adr/0006). A copy belongs to the words it was made of; when they change,
nothing rises until it is made again or let go.
"""

from __future__ import annotations

from sqlalchemy import select

from media.captions import published
from media.results import Line
from review.audit import Act
from review.db import Database, Transaction
from review.errors import Conflict
from review.models import CaptionVersion, Revision
from review.operations import ordering
from review.operations.clip_access import ClipRef, bump, clip_entry, ref, take_clip
from review.operations.ordering import Wanted
from review.operations.voiding import voiding_change
from review.permissions import Action, Actor
from review.queries.ordered import Ordered, chosen
from review.queries.published import lines_of_version, published_hash
from review.renditions import CAPTIONED


def ask_captioned(db: Database, actor: Actor, code: str, version: int) -> ClipRef:
    """Asks for a copy with the captions that go out now; again, when they have changed or the last
    try failed.

    Raises NotFound, Forbidden, Stale, Conflict('revision_not_ready', 'captioned_no_words',
    'nothing_changed').
    """
    with db.transaction() as unit:
        clip = take_clip(unit.session, actor, code, version, Action.CAPTIONED_ASK)
        revision = ordering.playable(unit.session, clip)
        words = _words(unit, revision)
        key = published_hash(words)
        before = chosen(unit.session, revision.id, CAPTIONED)
        with voiding_change(unit, actor, clip):
            if not ordering.choose(unit, actor, revision, CAPTIONED, key):
                raise Conflict("nothing_changed")
            after = {"revision": revision.id, "captions": words.number, "sha256": key}
            unit.record(
                clip_entry(Act.CAPTIONED_ASKED, actor, clip, before=_of(before), after=after)
            )
        bump(clip)
        return ref(clip)


def drop_captioned(db: Database, actor: Actor, code: str, version: int) -> ClipRef:
    """Lets the copy go: the published file alone goes out.

    Raises NotFound, Forbidden, Stale, Conflict('revision_not_ready', 'nothing_changed').
    """
    with db.transaction() as unit:
        clip = take_clip(unit.session, actor, code, version, Action.CAPTIONED_ASK)
        revision = ordering.playable(unit.session, clip)
        before = chosen(unit.session, revision.id, CAPTIONED)
        if before is None:
            raise Conflict("nothing_changed")
        with voiding_change(unit, actor, clip):
            ordering.give_up(unit.session, revision.id, CAPTIONED)
            after = {"revision": revision.id}
            unit.record(
                clip_entry(Act.CAPTIONED_DROPPED, actor, clip, before=_of(before), after=after)
            )
        bump(clip)
        return ref(clip)


def lines_wanted(db: Database, wanted: Wanted) -> tuple[Line, ...]:
    """The lines that a copy is to show. Raises Conflict('captioned_no_words') where no version of
    the captions has them, which cannot be: versions are never removed."""
    versions = select(CaptionVersion).where(CaptionVersion.revision_id == wanted.revision_id)
    with db.read() as session:
        for version in session.scalars(versions.order_by(CaptionVersion.number.desc())):
            if published_hash(version) == wanted.key:
                return published(lines_of_version(version))
    raise Conflict("captioned_no_words")


def _words(unit: Transaction, revision: Revision) -> CaptionVersion:
    version = (
        unit.session.get_one(CaptionVersion, revision.captions_id) if revision.captions_id else None
    )
    if version is None or not published(lines_of_version(version)):
        raise Conflict("captioned_no_words")
    return version


def _of(copy: Ordered | None) -> dict[str, object]:
    return {"sha256": copy.key if copy else None}
