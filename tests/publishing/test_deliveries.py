"""How often, how late, and what a failure leaves untouched."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from review import clock, retry
from review.audit import Act
from review.errors import Conflict, Forbidden, LeaseLost, NotFound
from review.grants import LIFETIME
from review.models import (
    Clip,
    Delivery,
    DeliveryAttempt,
    HookEndpoint,
    LedgerEntry,
    Publication,
    SignOffVoid,
    Work,
)
from review.operations import agencies, deliveries, intake, publishing, work
from review.operations.deliveries import AttemptResult, record_attempt, resend
from review.permissions import Via
from review.secrets_box import box_key, open_box
from review.standard_webhooks import decode_secret
from tests.publishing.desk import SECRET, aim, deliver, lease, one, signed
from tests.publishing.receiver import Received
from tests.world import World
from workers.context import Context

NOWHERE = "http://127.0.0.1:9/hook"
POST = "https://www.facebook.com/dinhhoa/videos/7"
REFUSED = AttemptResult("refused", 12, status=503, detail="bảo trì")
Later = Callable[[timedelta], None]


def waiting(world: World) -> Work | None:
    """The open work of the newest delivery."""
    with world.db.read() as session:
        found = select(Work).where(Work.kind == "deliver", Work.state.in_(("due", "leased")))
        return session.scalar(found)


def open_work(world: World) -> Work:
    """The open work, which there is."""
    found = waiting(world)
    assert found is not None
    return found


def acts(world: World, *wanted: Act) -> list[str]:
    """The entries of these kinds, in order."""
    with world.db.read() as session:
        found = select(LedgerEntry.action).where(LedgerEntry.action.in_(wanted))
        return list(session.scalars(found.order_by(LedgerEntry.position)))


def hooked(world: World) -> Publication:
    """A signed clip whose message waits; its files are only rows."""
    aim(world, NOWHERE)
    world.signed()
    return one(world, Publication)


# ── the schedule ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [
        (1, 5),
        (2, 300),
        (3, 1_800),
        (4, 7_200),
        (5, 18_000),
        (6, 36_000),
        (7, 50_400),
        (8, 72_000),
        (9, 86_400),
    ],
)
def test_the_wait_after_each_failure(failures: int, seconds: int) -> None:
    """As planned, and up to a tenth later."""
    for _ in range(50):
        wait = retry.delay_after(failures)
        assert wait is not None
        assert seconds <= wait.total_seconds() <= seconds * 1.1


def test_the_tenth_failure_is_the_last() -> None:
    """Then a person has to look."""
    assert retry.delay_after(retry.ATTEMPTS) is None
    assert retry.ATTEMPTS == 10


@pytest.mark.parametrize(
    ("wish", "at_least"),
    [(timedelta(hours=1), 3_600), (timedelta(0), 5), (timedelta(days=40), 86_400)],
)
def test_a_wish_can_only_lengthen_the_wait(wish: timedelta, at_least: int) -> None:
    """Retry-After is honoured, but neither for a flood nor for ever."""
    wait = retry.delay_after(1, wish)
    assert wait is not None
    assert at_least <= wait.total_seconds() <= at_least * 1.1


def test_links_outlive_the_last_retry() -> None:
    """A message that arrives with the tenth try still carries links that work over a weekend."""
    assert 1.1 * sum(retry.SCHEDULE, timedelta()) + timedelta(days=2) < LIFETIME


# ── a row of failures ─────────────────────────────────────────────────────────────────────────────


def test_ten_failures_and_the_sign_off_still_stands(both: World) -> None:
    """Every try is on record, the tenth gives up; the clip stays approved, ready to be posted."""
    hooked(both)
    for number in range(1, 11):
        record_attempt(both.db, lease(both), REFUSED)
        due = waiting(both)
        attempt = one(both, DeliveryAttempt)
        assert attempt.number == number
        assert attempt.next_at == (due.not_before if due else None)
    assert waiting(both) is None
    publication = one(both, Publication)
    assert (publication.state, one(both, Delivery).state) == ("failed", "failed")
    assert one(both, SignOffVoid) is None
    with both.db.read() as session:
        assert session.scalar(select(func.count(DeliveryAttempt.id))) == 10
    found = acts(both, Act.DELIVERY_FAILED, Act.DELIVERY_GIVEN_UP)
    assert found == [Act.DELIVERY_FAILED] * 9 + [Act.DELIVERY_GIVEN_UP]
    publishing.confirm_posted(both.db, both["kenh"], publication.id, POST)
    assert one(both, Publication).state == "posted"


def test_retry_after_moves_the_next_try(world: World) -> None:
    """The receiver asked for an hour."""
    hooked(world)
    record_attempt(
        world.db, lease(world), AttemptResult("refused", 1, 429, retry_after=timedelta(hours=1))
    )
    due = open_work(world)
    assert timedelta(minutes=59) < due.not_before - clock.now() <= timedelta(hours=1)


def test_what_cannot_be_cured_is_not_tried_again(world: World) -> None:
    """Final means final, from the first try on."""
    hooked(world)
    record_attempt(world.db, lease(world), AttemptResult("blocked", 1, final=True))
    assert waiting(world) is None
    assert one(world, Publication).state == "failed"


# ── killed, late, twice ───────────────────────────────────────────────────────────────────────────


def test_killed_between_post_and_record_the_same_message_goes_again(
    world: World, here: Context, receiver: Received, later: Later
) -> None:
    """kill -9 while the receiver holds the message: it comes again under the same identifier."""
    aim(world, receiver.url)
    signed(world, here)
    worker: list[subprocess.Popen[bytes]] = []
    receiver.on_message = lambda: worker[0].kill()
    worker.append(start_worker(here, open_work(world).id))
    assert worker[0].wait(60) == -signal.SIGKILL
    receiver.on_message = lambda: None
    assert (open_work(world).state, one(world, DeliveryAttempt)) == ("leased", None)
    later(timedelta(seconds=work.LEASE_S + 1))
    assert work.expire_leases(world.db) == 1
    assert deliver(world, here) == "done"
    assert len(receiver.messages) == 2
    assert len({headers["webhook-id"] for headers, _ in receiver.messages}) == 1
    assert one(world, DeliveryAttempt).number == 1
    assert one(world, Publication).state == "delivered"


def start_worker(here: Context, work_id: int) -> subprocess.Popen[bytes]:
    """A real process that does one piece of work."""
    settings = here.settings
    env = {
        **os.environ,
        "SECRET_KEY": settings.secret_key,
        "DATABASE_URL": settings.database_url,
        "UPLOAD_DIR": str(settings.upload_dir),
        "REDIS_URL": settings.redis_url,
        "HOOK_PRIVATE_HOSTS": "127.0.0.1",
    }
    program = f"from workers.jobs import perform; perform({work_id})"
    return subprocess.Popen([sys.executable, "-c", program], env=env, stderr=subprocess.DEVNULL)


def test_a_worker_that_wakes_too_late_records_nothing(both: World, later: Later) -> None:
    """Its lease has passed on; what it saw is no longer its to tell."""
    hooked(both)
    old = lease(both)
    later(timedelta(seconds=work.LEASE_S + 1))
    work.expire_leases(both.db)
    new = lease(both)
    with pytest.raises(LeaseLost):
        record_attempt(both.db, old, AttemptResult("delivered", 1, 200))
    assert one(both, DeliveryAttempt) is None
    record_attempt(both.db, new, AttemptResult("delivered", 1, 200))
    with pytest.raises(LeaseLost):
        record_attempt(both.db, new, AttemptResult("delivered", 1, 200))
    assert one(both, DeliveryAttempt).number == 1


def test_a_sign_off_that_falls_while_the_message_is_on_its_way(both: World) -> None:
    """What was sent is on record; the publication stays cancelled and is not tried again."""
    hooked(both)
    held = lease(both)
    assert deliveries.load_delivery(both.db, held) is not None
    change_title(both)
    record_attempt(both.db, held, REFUSED)
    assert one(both, Publication).state == "cancelled"
    assert one(both, DeliveryAttempt).outcome == "refused"
    assert waiting(both) is None


def change_title(world: World) -> None:
    """The author changes what was signed."""
    clip = one(world, Clip)
    draft = intake.ClipDraft(title="Tên khác", category_code="xa_hoi")
    intake.edit_fields(world.db, world["phongvien"], clip.code, clip.version, draft)


def test_posted_by_hand_meanwhile_nothing_is_sent(
    world: World, here: Context, receiver: Received
) -> None:
    """The person was quicker than the retry."""
    aim(world, receiver.url)
    signed(world, here)
    publishing.confirm_posted(world.db, world["kenh"], one(world, Publication).id, POST)
    assert deliver(world, here) == "done"
    assert receiver.messages == []
    assert one(world, Publication).state == "posted"


def test_a_hook_taken_away_meanwhile(world: World, here: Context, receiver: Received) -> None:
    """Nothing is sent, and the page says why."""
    aim(world, receiver.url)
    signed(world, here)
    channel = one(world, HookEndpoint).channel_id
    agencies.set_hook(world.db, world["quantri"], channel, "", bytes)
    deliver(world, here)
    assert receiver.messages == []
    assert one(world, Publication).state == "failed"
    assert acts(world, Act.DELIVERY_GIVEN_UP) == [Act.DELIVERY_GIVEN_UP]


def test_another_secret_key_cannot_read_the_hooks_secret(
    world: World, here: Context, receiver: Received
) -> None:
    """Nothing unsigned is sent; the try is on record and is made again."""
    aim(world, receiver.url)
    signed(world, here)
    with world.db.transaction() as unit:
        unit.session.scalars(select(HookEndpoint)).one().secret_box = b"khac"
    deliver(world, here)
    assert receiver.messages == []
    attempt = one(world, DeliveryAttempt)
    assert (attempt.outcome, attempt.detail) == ("blocked", "secret_unreadable")
    assert waiting(world) is not None


def test_the_secret_at_rest_is_sealed(world: World) -> None:
    """The database alone signs nothing."""
    secret = aim(world, NOWHERE)
    sealed = one(world, HookEndpoint).secret_box
    assert decode_secret(secret) not in sealed
    assert open_box(box_key(SECRET), sealed) == decode_secret(secret)


# ── once more, by hand ────────────────────────────────────────────────────────────────────────────


def test_resent_after_giving_up_it_starts_a_row_of_its_own(world: World) -> None:
    """The same identifier, a fresh schedule: the next failure waits five seconds again."""
    publication = hooked(world)
    message = one(world, Delivery).message_id
    for _ in range(10):
        record_attempt(world.db, lease(world), REFUSED)
    resend(world.db, world["kenh"], publication.id)
    assert one(world, Publication).state == "waiting"
    record_attempt(world.db, lease(world), REFUSED)
    attempt = one(world, DeliveryAttempt)
    assert attempt.number == 11
    assert timedelta(seconds=4) < attempt.next_at - attempt.created_at < timedelta(seconds=6)
    assert one(world, Delivery).message_id == message


def test_resent_while_a_retry_waits_it_goes_at_once(world: World) -> None:
    """The open work is brought forward; there are not two."""
    publication = hooked(world)
    for _ in range(4):
        record_attempt(world.db, lease(world), REFUSED)
    resend(world.db, world["kenh"], publication.id)
    due = open_work(world)
    assert due.not_before <= clock.now()


def test_a_delivered_message_can_be_sent_again(
    world: World, here: Context, receiver: Received
) -> None:
    """The receiver lost it; it knows the identifier."""
    aim(world, receiver.url)
    signed(world, here)
    deliver(world, here)
    resend(world.db, world["kenh"], one(world, Publication).id)
    deliver(world, here)
    assert len({headers["webhook-id"] for headers, _ in receiver.messages}) == 1
    assert [headers for headers, _ in receiver.messages][1]["webhook-id"]
    assert one(world, Publication).state == "delivered"


def by_hand(world: World) -> None:
    """A channel without a hook."""
    world.signed()


def posted(world: World) -> None:
    """Already there."""
    publishing.confirm_posted(world.db, world["kenh"], hooked(world).id, POST)


def void(world: World) -> None:
    """Signed, then changed."""
    hooked(world)
    change_title(world)


def switched_off(world: World) -> None:
    """The receiver is gone."""
    hooked(world)
    record_attempt(world.db, lease(world), AttemptResult("gone", 1, 410))


@pytest.mark.parametrize(
    ("arrange", "code"),
    [
        (by_hand, "not_a_hook"),
        (posted, "already_posted"),
        (void, "publication_cancelled"),
        (switched_off, "hook_disabled"),
    ],
)
def test_when_nothing_is_resent(both: World, arrange: Callable[[World], None], code: str) -> None:
    """Each with its reason, and nothing becomes due."""
    arrange(both)
    before = acts(both, Act.DELIVERY_RESENT)
    with pytest.raises(Conflict, match=code):
        resend(both.db, both["kenh"], one(both, Publication).id)
    assert acts(both, Act.DELIVERY_RESENT) == before


def test_who_may_resend(world: World) -> None:
    """The channel's manager at a page; no token, no bystander, no neighbour."""
    publication = hooked(world)
    with pytest.raises(Forbidden, match="role_missing"):
        resend(world.db, world["phongvien"], publication.id)
    with pytest.raises(Forbidden, match="decision_needs_person"):
        resend(world.db, replace(world["kenh"], via=Via.TOKEN), publication.id)
    with pytest.raises(NotFound):
        resend(world.db, world.second()["kenh"], publication.id)
