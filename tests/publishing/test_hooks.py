"""Signed messages to a real receiver, checked with the public library."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from review.models import (
    Clip,
    Delivery,
    DeliveryAttempt,
    HookEndpoint,
    Publication,
    Rendition,
    StoredFile,
    Work,
)
from review.operations import intake, work
from tests.publishing.desk import aim, deliver, one, signed
from tests.publishing.receiver import Received
from tests.world import World
from workers import jobs
from workers.context import Context


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
        "captions.srt",
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
        stored = session.scalars(
            select(StoredFile)
            .join(Rendition, Rendition.file_id == StoredFile.id)
            .where(Rendition.kind == "publication")
        ).one()
    path = here.storage.path(stored.key)
    path.chmod(0o600)
    path.write_bytes(b"khac")
    deliver(world, here)
    assert receiver.messages == []
    assert one(world, DeliveryAttempt).outcome == "blocked"


def test_the_body_is_fixed_with_the_sign_off(world: World, here: Context) -> None:
    """What will be said stands in the row from the moment of signing."""
    aim(world, "http://127.0.0.1:9/hook")
    clip = signed(world, here)
    body = json.loads(one(world, Delivery).body)
    assert body["data"]["clip"] == clip.code
    assert "url" not in body["data"]["files"][0]
