"""Signed messages to a real receiver, checked with the public library."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from review.db import Database
from review.models import (
    Channel,
    Clip,
    Delivery,
    DeliveryAttempt,
    HookEndpoint,
    Publication,
    Rendition,
    StoredFile,
    Work,
)
from review.operations import agencies, intake, work
from review.secrets_box import box_key, seal
from review.settings import Settings
from tests.publishing.receiver import Received, listening
from tests.world import World
from workers import jobs
from workers.addresses import Blocked, look_up
from workers.context import Context, build

SECRET = "k3y-for-tests-only-0123456789-abcdefgh"


@pytest.fixture
def receiver() -> Iterator[Received]:
    """Somebody who listens."""
    with listening() as received:
        yield received


@pytest.fixture
def here(database: Database, tmp_path: Path) -> Context:
    """A delivery worker's context that may reach this machine, as an on-site receiver."""
    return build(
        Settings(
            secret_key=SECRET,
            database_url=database.engine.url.render_as_string(hide_password=False),
            upload_dir=tmp_path / "uploads",
            redis_url="unix:///nonexistent/redis.sock",
            hook_private_hosts=("127.0.0.1",),
        )
    )


@pytest.fixture
def world(database: Database) -> World:
    """An agency of eight people."""
    return World.first(database)


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


def deliver(world: World, here: Context) -> str:
    """Lets a delivery worker do the due delivery now; returns how it ended."""
    with world.db.transaction() as unit:
        row = unit.session.scalars(select(Work).where(Work.kind == "deliver")).all()[-1]
        row.not_before = row.created_at
        number = row.id
    lease = work.take_lease(world.db, number)
    assert lease is not None
    return jobs.attempt(here, lease)


def one(world: World, model: type):  # type: ignore[no-untyped-def]
    """The last row of `model`."""
    with world.db.read() as session:
        return session.scalars(select(model).order_by(model.id.desc())).first()  # type: ignore[attr-defined]


def test_the_receiver_can_check_what_it_gets(
    world: World, here: Context, receiver: Received
) -> None:
    """Signature by the public library; links and hashes of exactly the signed files."""
    secret = aim(world, receiver.url)
    clip = signed(world, here)
    deliver(world, here)
    headers, body = receiver.messages[0]
    said = Webhook(secret).verify(body, headers)
    assert said["type"] == "clip.approved"
    assert said["data"]["clip"] == clip.code
    assert {file["name"] for file in said["data"]["files"]} == {
        "publication.mp4",
        "captions.vtt",
        "poster.jpg",
    }
    assert len(body) < 20_000
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body.replace(b"approved", b"rejected"), headers)
    assert one(world, Publication).state == "delivered"


def test_the_same_message_again_under_one_id(
    world: World, here: Context, receiver: Received
) -> None:
    """A failure is tried again; the identifier stays, the time is fresh, the sign-off stands."""
    secret = aim(world, receiver.url)
    signed(world, here)
    receiver.statuses = [500, 302, 204]
    for _ in range(3):
        deliver(world, here)
    assert len({headers["webhook-id"] for headers, _ in receiver.messages}) == 1
    for headers, body in receiver.messages:
        Webhook(secret).verify(body, headers)
    with world.db.read() as session:
        outcomes = list(
            session.scalars(select(DeliveryAttempt.outcome).order_by(DeliveryAttempt.number))
        )
    assert outcomes == ["refused", "refused", "delivered"]


def test_gone_switches_the_hook_off(world: World, here: Context, receiver: Received) -> None:
    """410 means: never again. The clip stays signed and is posted by hand."""
    aim(world, receiver.url)
    signed(world, here)
    receiver.statuses = [410]
    deliver(world, here)
    assert one(world, HookEndpoint).active is False
    assert one(world, Publication).state == "failed"
    assert one(world, Clip).state == "approved"


def test_a_void_sign_off_is_not_delivered(world: World, here: Context, receiver: Received) -> None:
    """Changed before the worker came: nothing leaves the house."""
    aim(world, receiver.url)
    clip = signed(world, here)
    draft = intake.ClipDraft(title="Tên khác", category_code="xa_hoi")
    intake.edit_fields(world.db, world["phongvien"], clip.code, clip.version, draft)
    with world.db.read() as session:
        due = session.scalars(select(Work).where(Work.kind == "deliver", Work.state == "due")).all()
    for row in due:
        lease = work.take_lease(world.db, row.id)
        if lease is not None:
            jobs.attempt(here, lease)
    assert receiver.messages == []
    assert one(world, Publication).state == "cancelled"


def test_changed_bytes_are_not_delivered(world: World, here: Context, receiver: Received) -> None:
    """A file that is no longer what was signed stops the message."""
    aim(world, receiver.url)
    signed(world, here)
    with world.db.read() as session:
        stored = session.scalars(select(StoredFile).order_by(StoredFile.id.desc())).first()
    assert stored is not None
    path = here.storage.path(stored.key)
    path.chmod(0o600)
    path.write_bytes(b"khac")
    deliver(world, here)
    assert receiver.messages == []
    assert one(world, DeliveryAttempt).outcome == "blocked"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://10.1.2.3/",
        "http://192.168.0.1/",
        "http://169.254.169.254/",
        "http://100.64.0.1/",
        "http://0.0.0.0/",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://[64:ff9b::a00:1]/",
        "http://[2002:a00:1::]/",
        "http://[fe80::1]/",
    ],
)
def test_addresses_inside_are_refused(url: str) -> None:
    """Neither this machine nor a private network nor a disguise of one can be a receiver."""
    with pytest.raises(Blocked):
        look_up(url, ())


def test_one_private_address_among_many_is_enough_to_refuse() -> None:
    """A name that resolves to a public and a private address goes nowhere."""
    with pytest.raises(Blocked):
        look_up("http://a.example/", (), lambda host, port: ["93.184.216.34", "10.0.0.1"])


def test_the_body_is_fixed_with_the_sign_off(world: World, here: Context) -> None:
    """What will be said stands in the row from the moment of signing."""
    aim(world, "http://127.0.0.1:9/hook")
    clip = signed(world, here)
    body = json.loads(one(world, Delivery).body)
    assert body["data"]["clip"] == clip.code
    assert "url" not in body["data"]["files"][0]
