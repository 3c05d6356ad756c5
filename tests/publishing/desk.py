"""What the tests of publication do again and again: aim a hook, sign, let a worker deliver."""

from __future__ import annotations

import io
from functools import partial

from sqlalchemy import select

from review.models import Channel, Clip, Rendition, StoredFile, Work
from review.operations import agencies, work
from review.operations.work import Lease
from review.secrets_box import box_key, seal
from tests.world import World
from workers import jobs
from workers.context import Context

SECRET = "k3y-for-tests-only-0123456789-abcdefgh"


def aim(world: World, url: str) -> str:
    """Points the agency's channel at a receiver; returns the secret shown once."""
    with world.db.read() as session:
        channel = session.scalars(select(Channel.id)).first()
    assert channel is not None
    sealed = partial(seal, box_key(SECRET))
    return agencies.set_hook(world.db, world["quantri"], channel, url, sealed)


def signed(world: World, here: Context) -> Clip:
    """A signed clip with real bytes behind its files."""
    clip = world.at_head()
    with world.db.transaction() as unit:
        revision = unit.session.get_one(Clip, clip.id).revision_id
        for made in unit.session.scalars(select(Rendition).filter_by(revision_id=revision)):
            stored = here.storage.receive(io.BytesIO(made.kind.encode() * 99), max_bytes=10**6)
            row = unit.session.get_one(StoredFile, made.file_id)
            row.key, row.sha256, row.size = stored.key, stored.sha256, stored.size
    world.sign(clip)
    return world.row(clip)


def lease(world: World) -> Lease:
    """The newest delivery's lease, taken now whatever its hour."""
    with world.db.transaction() as unit:
        row = unit.session.scalars(select(Work).where(Work.kind == "deliver")).all()[-1]
        row.not_before = row.created_at
        number = row.id
    taken = work.take_lease(world.db, number)
    assert taken is not None
    return taken


def deliver(world: World, here: Context) -> str:
    """Lets a delivery worker do the due delivery now; returns how it ended."""
    return jobs.attempt(here, lease(world))


def one(world: World, model: type):  # type: ignore[no-untyped-def]
    """The last row of `model`."""
    with world.db.read() as session:
        return session.scalars(select(model).order_by(model.id.desc())).first()  # type: ignore[attr-defined]
