"""What the workshop would write when a file that was asked for is made."""

from __future__ import annotations

import hashlib

from sqlalchemy import select

from media.results import StoredFile
from review.models import Clip, Revision, Work
from review.operations import ordering, work
from review.operations.clip_access import ClipRef
from review.operations.work import Lease
from tests.world import World

LENGTH_MS = 8_000


def of_length(world: World, clip: ClipRef, duration_ms: int = LENGTH_MS) -> ClipRef:
    """Says how long the clip's file is."""
    with world.db.transaction() as unit:
        row = unit.session.get_one(Clip, clip.id)
        unit.session.get_one(Revision, row.revision_id).facts = {"duration_ms": duration_ms}
    return clip


def lease(world: World, kind: str) -> Lease:
    """Takes the oldest work of `kind` that is due."""
    due = select(Work.id).where(Work.kind == kind, Work.state == work.DUE).order_by(Work.id)
    with world.db.read() as session:
        found = session.scalars(due).first()
    assert found is not None
    taken = work.take_lease(world.db, found)
    assert taken is not None
    return taken


def made(world: World, kind: str) -> str:
    """Ends the oldest work of `kind` with a file; returns its SHA-256, or nothing if unwanted."""
    held = lease(world, kind)
    if ordering.begin(world.db, held) is None:
        return ""
    name = f"{kind} {held.work_id}"
    sha = hashlib.sha256(name.encode()).hexdigest()
    assert ordering.record(world.db, held, StoredFile(f"{kind}{held.work_id}", sha, 77))
    return sha
