"""Redis forgets, Redis restarts, the database goes away: under real workers, in mid-job."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from review import migrations
from review.db import Database
from review.operations import work
from review.operations.following import seal
from tests.faults.conftest import Yard
from tests.faults.crew import Crew, encoding_horse
from tests.services import PostgresServer, RedisServer, wait_for

pytestmark = pytest.mark.slow

Crews = Callable[[str, str], Crew]


def test_redis_forgets_and_restarts_in_mid_job(
    database: Database, clean_redis: RedisServer, tmp_path: Path, slow_clip: Path, crews: Crews
) -> None:
    """FLUSHALL with work queued and running, then a restart: nothing lost, nothing done twice."""
    yard = Yard(database, tmp_path / "uploads", slow_clip)
    yard.send(2)
    crew = crews(database.engine.url.render_as_string(hide_password=False), clean_redis.url)
    crew.start("relay", "speech", "media")
    wait_for(lambda: encoding_horse(crew.pid(2)), 60, what="an encoding")
    clean_redis.flushall()
    wait_for(lambda: len(yard.rows("transcode", work.DONE)) == 1, 60, what="the first picture")
    wait_for(lambda: encoding_horse(crew.pid(2)), 60, what="the second encoding")
    clean_redis.restart()
    yard.wait_until_ready()
    yard.check()
    assert yard.attempts("transcode") == [1, 1]


@pytest.mark.postgres
def test_the_database_goes_away_in_mid_job(
    postgres_server: PostgresServer,
    postgres_url: str,
    clean_redis: RedisServer,
    tmp_path: Path,
    slow_clip: Path,
    crews: Crews,
) -> None:
    """PostgreSQL is killed for longer than a lease; what was made meanwhile is still recorded."""
    database = Database(postgres_url, seal)
    migrations.upgrade(database.engine)
    yard = Yard(database, tmp_path / "uploads", slow_clip)
    yard.send()
    crew = crews(postgres_url, clean_redis.url)
    crew.start("relay", "speech", "media")
    wait_for(lambda: encoding_horse(crew.pid(2)), 60, what="an encoding")
    wait_for(lambda: yard.rows("transcribe", work.LEASED), 60, what="speech at work")
    postgres_server.kill()
    back = time.monotonic() + work.LEASE_S + 2
    wait_for(lambda: time.monotonic() > back, work.LEASE_S + 5, what="a lease's length")
    postgres_server.start()
    database.engine.dispose()
    yard.wait_until_ready()
    yard.check()
    assert yard.attempts("transcode") == [1]
    database.engine.dispose()
