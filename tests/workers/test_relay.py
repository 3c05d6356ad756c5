"""The relay: queues stay shallow, and what Redis forgets is put back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from redis import Redis

from review.db import Database
from review.operations import work
from tests.services import RedisServer, wait_for
from tests.workers.benches import bench
from tests.workers.conftest import Workshop
from tests.world import World
from workers import queues
from workers import relay as relay_module
from workers.relay import Relay

Later = Callable[[float], None]


@pytest.fixture
def server(clean_redis: RedisServer) -> RedisServer:
    """An empty Redis."""
    return clean_redis


def relay_on(database: Database, server: RedisServer, folder: Path) -> tuple[Relay, Redis]:
    """A relay and a connection to look into its queues."""
    connection = Redis.from_url(server.url, socket_timeout=2)
    return Relay(bench(database, server, folder), connection), connection


def enqueue(database: Database, count: int) -> None:
    """Makes transcodes of so many revisions due, the last one most urgent."""
    with database.transaction() as unit:
        for number in range(1, count + 1):
            work.enqueue(unit.session, "transcode", number, priority=100 - number)


def test_a_queue_is_never_deeper_than_its_depth(
    database: Database, server: RedisServer, tmp_path: Path
) -> None:
    """The most urgent are queued, once, however often the relay looks."""
    enqueue(database, 8)
    relay, connection = relay_on(database, server, tmp_path)
    for _ in range(3):
        relay.look()
    ids = queues.open_queue("media", connection).get_job_ids()
    assert ids == ["transcode-8-0", "transcode-7-0", "transcode-6-0"]


def test_what_is_queued_is_not_queued_again(
    database: Database, server: RedisServer, tmp_path: Path
) -> None:
    """With room left in the queue the relay still puts each attempt there once."""
    enqueue(database, 2)
    relay, connection = relay_on(database, server, tmp_path)
    for _ in range(3):
        relay.look()
    ids = queues.open_queue("media", connection).get_job_ids()
    assert ids == ["transcode-2-0", "transcode-1-0"]


def test_what_redis_forgot_is_put_back(
    database: Database, server: RedisServer, tmp_path: Path
) -> None:
    """FLUSHALL while work is queued loses nothing."""
    enqueue(database, 2)
    relay, connection = relay_on(database, server, tmp_path)
    relay.look()
    server.flushall()
    relay.look()
    assert len(queues.open_queue("media", connection).get_job_ids()) == 2


def test_another_attempt_has_another_name(
    database: Database, server: RedisServer, tmp_path: Path, later: Later
) -> None:
    """An expired lease leads to a fresh job, though the first one's name is still in Redis."""
    workshop = Workshop(World.first(database))
    relay, connection = relay_on(database, server, tmp_path)
    relay.look()
    first = queues.open_queue("media", connection).get_job_ids()
    connection.delete(queues.open_queue("media", connection).key)  # a worker took it and died
    lease = workshop.lease("probe")
    relay.look()
    later(work.LEASE_S + 1)
    assert work.expire_leases(database) == 1
    relay.look()
    second = queues.open_queue("media", connection).get_job_ids()
    assert (first, second) == ([f"probe-{lease.work_id}-0"], [f"probe-{lease.work_id}-1"])


def test_only_json_is_queued(database: Database, server: RedisServer, tmp_path: Path) -> None:
    """Nothing that would be unpickled ever enters Redis, and RQ's own retry is not asked for."""
    enqueue(database, 1)
    relay, connection = relay_on(database, server, tmp_path)
    relay.look()
    queue = queues.open_queue("media", connection)
    job = queue.fetch_job("transcode-1-0")
    assert job is not None
    assert (job.func_name, job.args) == (queues.ENTRY, [1])
    assert job.retries_left is None
    assert (job.result_ttl, job.failure_ttl) == (queues.RESULT_TTL_S, queues.FAILURE_TTL_S)


def test_the_relay_outlives_an_outage_of_redis(
    database: Database, server: RedisServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits, says so, and goes on by itself."""
    monkeypatch.setattr(relay_module, "MAX_WAIT_S", 0.3)
    enqueue(database, 1)
    relay, connection = relay_on(database, server, tmp_path)
    server.kill()
    stop = threading.Event()
    running = threading.Thread(target=relay.run, args=(stop,), daemon=True)
    running.start()
    try:
        server.start()
        wait_for(
            lambda: queues.open_queue("media", connection).get_job_ids(),
            20,
            what="the relay to go on",
        )
    finally:
        stop.set()
        running.join(10)
    assert not running.is_alive()


def test_after_an_outage_living_workers_may_renew_first(
    database: Database,
    server: RedisServer,
    tmp_path: Path,
    later: Later,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A clock that jumps ends no lease before its worker had the chance to renew it."""
    workshop = Workshop(World.first(database))
    relay, _connection = relay_on(database, server, tmp_path)
    lease = workshop.lease("probe")
    jump = work.LEASE_S * 10.0
    real = relay_module.time.time
    monkeypatch.setattr(relay_module.time, "time", lambda: real() + jump)
    later(jump)
    relay.look()
    work.renew(database, lease)
    assert workshop.row(lease.work_id).state == work.LEASED


def test_every_kind_of_work_has_a_queue_a_module_and_a_clock() -> None:
    """No kind can be enqueued that nobody would do."""
    import importlib

    for kind, queue in work.QUEUE_OF.items():
        assert queue in queues.NAMES
        assert callable(importlib.import_module(f"workers.{kind}").run)
        assert queues.timeout_s(kind, 300) > work.HANG_LIMIT_S[kind]
