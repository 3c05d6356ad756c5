"""Fixtures shared by all tests; the servers themselves are in ``tests.services``."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from review import migrations
from review.db import Database
from review.operations import passwords
from review.operations.following import seal
from tests import network, services

network.forbid_network()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[services.RedisServer]:
    """One private Redis per test process; a test that kills it restarts it."""
    with contextlib.closing(services.RedisServer()) as server:
        server.start()
        yield server


@pytest.fixture
def clean_redis(redis_server: services.RedisServer) -> services.RedisServer:
    """The private Redis, running and empty."""
    if not redis_server.answers():
        redis_server.restart()
    redis_server.flushall()
    return redis_server


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[services.PostgresServer]:
    """One private PostgreSQL cluster per test process."""
    with contextlib.closing(services.PostgresServer()) as server:
        server.initialise()
        server.start()
        yield server


@pytest.fixture
def postgres_url(postgres_server: services.PostgresServer) -> Iterator[str]:
    """The SQLAlchemy URL of an empty PostgreSQL database made for this test alone."""
    url = postgres_server.new_database()
    yield url
    postgres_server.drop(url)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The path of the distribution's Chromium."""
    return services.chromium()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file at the schema's head, migrated once and copied for each test."""
    path = tmp_path_factory.mktemp("schema") / "head.sqlite3"
    made = Database(f"sqlite:///{path}", seal)
    migrations.upgrade(made.engine)
    made.engine.dispose()
    return path


@pytest.fixture
def database(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Database]:
    """A SQLite database of its own for this test, at head."""
    path = tmp_path / "test.sqlite3"
    shutil.copyfile(migrated_sqlite, path)
    opened = Database(f"sqlite:///{path}", seal)
    yield opened
    opened.engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def any_database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """The same test on both databases."""
    if request.param == "sqlite":
        yield request.getfixturevalue("database")
        return
    opened = Database(request.getfixturevalue("postgres_url"), seal)
    migrations.upgrade(opened.engine)
    yield opened
    opened.engine.dispose()


@pytest.fixture(autouse=True, scope="session")
def quick_password_hashing() -> Iterator[None]:
    """Argon2 at its smallest: what it costs is the library's business, not each test's."""
    patch = pytest.MonkeyPatch()
    patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    yield
    patch.undo()
