"""Files that a person asks for: asked, made by whoever holds the lease, given up.

An order is a row, and its work has the row for its subject: whoever chooses again before the first
is made has two pieces of work, and the one that nobody wants any more ends without doing anything.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from media import results
from review import clock
from review.audit import Act
from review.db import Database, Transaction
from review.errors import Conflict
from review.models import Clip, OrderedFile, Rendition, Revision, StoredFile
from review.operations import settling, work
from review.operations.clip_access import clip_entry
from review.operations.work import Lease
from review.permissions import SYSTEM, Actor
from review.queries.ordered import chosen
from review.renditions import CAPTIONED, COVER, KINDS

# Cutting one picture takes a second and somebody waits at the page: before the files of clips that
# were only just sent. A whole film drawn anew waits behind those.
PRIORITY = {COVER: 60, CAPTIONED: 120}


@dataclass(frozen=True)
class Wanted:
    """What a job is to make: of which file, and of what `key` (see models.OrderedFile)."""

    revision_id: int
    key: str


def playable(session: Session, clip: Clip) -> Revision:
    """The clip's current file. Raises Conflict('revision_not_ready') before there is a video."""
    made = select(Rendition.id).where(
        Rendition.revision_id == clip.revision_id, Rendition.kind == "publication"
    )
    if clip.revision_id is None or session.scalar(made) is None:
        raise Conflict("revision_not_ready")
    return session.get_one(Revision, clip.revision_id)


def choose(unit: Transaction, actor: Actor, revision: Revision, kind: str, key: str) -> bool:
    """Makes the file of `kind` and `key` the one that counts, and its work due unless it is there.

    Returns False where that is what counts already and it has not failed. The caller holds the
    clip's lock.
    """
    now = chosen(unit.session, revision.id, kind)
    if now is not None and now.key == key and not now.reason:
        return False
    give_up(unit.session, revision.id, kind)
    row = unit.session.scalar(
        select(OrderedFile).where(
            OrderedFile.revision_id == revision.id,
            OrderedFile.kind == kind,
            OrderedFile.key == key,
        )
    )
    if row is None:
        row = OrderedFile(revision_id=revision.id, kind=kind, key=key, created_at=clock.now())
        unit.session.add(row)
    row.chosen, row.reason_code, row.reason_params = True, "", {}
    row.person_id, row.person_name = actor.person_id or 0, actor.name
    unit.session.flush()
    if row.file_id is None:
        work.enqueue(unit.session, kind, row.id, priority=PRIORITY[kind])
    return True


def give_up(session: Session, revision_id: int, kind: str) -> None:
    """Nothing of `kind` counts for the revision any more. The caller holds the clip's lock."""
    session.execute(
        update(OrderedFile)
        .where(OrderedFile.revision_id == revision_id, OrderedFile.kind == kind)
        .where(OrderedFile.chosen.is_(True))
        .values(chosen=False)
    )


def begin(db: Database, lease: Lease) -> Wanted | None:
    """What is to be made; None, and the work is done, where nobody wants it any more.

    Raises LeaseLost, NotFound.
    """
    with db.transaction() as unit:
        settling.lock_clip(unit.session, lease.kind, lease.subject_id)
        work.still_held(unit.session, lease)
        row = unit.session.get_one(OrderedFile, lease.subject_id, populate_existing=True)
        if row.chosen and row.file_id is None:
            return Wanted(row.revision_id, row.key)
        work.finish(unit.session, lease)
        return None


def record(db: Database, lease: Lease, file: results.StoredFile) -> bool:
    """Records what was made. Done twice by one lease, the second time changes nothing.

    Returns False where the file belongs to nothing. Raises LeaseLost; it belongs to nothing then
    either.
    """
    with db.transaction() as unit:
        if work.is_finished(unit.session, lease):
            return _is_ours(unit.session, lease, file)
        clip = settling.lock_clip(unit.session, lease.kind, lease.subject_id)
        work.still_held(unit.session, lease)
        row = unit.session.get_one(OrderedFile, lease.subject_id, populate_existing=True)
        row.file_id = _stored(unit.session, row.kind, file)
        after = {"revision": row.revision_id, "kind": row.kind}
        after |= {"sha256": file.sha256, "size": file.size}
        unit.record(clip_entry(Act.RENDITION_MADE, SYSTEM, clip, after=after))
        work.finish(unit.session, lease)
    return True


def _stored(session: Session, kind: str, file: results.StoredFile) -> int:
    stored = StoredFile(
        key=file.key,
        sha256=file.sha256,
        size=file.size,
        media_type=KINDS[kind].media_type,
        created_at=clock.now(),
    )
    session.add(stored)
    session.flush()
    return stored.id


def _is_ours(session: Session, lease: Lease, file: results.StoredFile) -> bool:
    found = select(StoredFile.key).join(OrderedFile, OrderedFile.file_id == StoredFile.id)
    return session.scalar(found.where(OrderedFile.id == lease.subject_id)) == file.key
