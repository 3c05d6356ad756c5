"""Đã kiểm tra lời: a named person says that the words of one version are what is spoken."""

from __future__ import annotations

from media.results import Line
from review import clock
from review.audit import Act
from review.db import Database
from review.errors import Conflict, Stale
from review.models import CaptionCheck, CaptionVersion, Revision
from review.operations.clip_access import clip_entry, load_clip
from review.permissions import Action, Actor, require
from review.queries.caption_checks import checks_of
from review.queries.facts import facts_of


def check_captions(db: Database, actor: Actor, code: str, captions_id: int) -> int:
    """Records that `actor` has checked the version they were shown; returns the mark's id.

    The clip's own version stays: nothing that a page shows of it has changed. Raises NotFound,
    Forbidden; Stale('stale_page') when another version counts by now; Conflict:
    'captions_check_none', 'captions_check_doubts' while lines in doubt are neither kept nor left
    out, for then nobody has decided what is spoken there, 'captions_checked_already'.
    """
    with db.transaction() as unit:
        clip = load_clip(unit.session, actor, code, lock=True)
        require(actor, Action.CAPTION_CHECK, facts_of(unit.session, clip))
        revision = unit.session.get(Revision, clip.revision_id) if clip.revision_id else None
        if revision is None or revision.captions_id is None:
            raise Conflict("captions_check_none")
        if revision.captions_id != captions_id:
            raise Stale("stale_page")
        version = unit.session.get_one(CaptionVersion, captions_id)
        doubts = sum(not Line.from_json(line).published for line in version.lines)
        if doubts:
            raise Conflict("captions_check_doubts", count=doubts)
        known = {check.person_id for check in checks_of(unit.session, clip, captions_id)}
        if actor.person_id in known:
            raise Conflict("captions_checked_already")
        mark = CaptionCheck(
            captions_id=version.id,
            person_id=actor.person_id,
            person_name=actor.name,
            person_post=actor.post,
            created_at=clock.now(),
        )
        unit.session.add(mark)
        unit.session.flush()
        after = {"captions": version.number, "sha256": version.sha256, "level": clip.level}
        unit.record(clip_entry(Act.CAPTIONS_CHECKED, actor, clip, after=after))
        return mark.id
