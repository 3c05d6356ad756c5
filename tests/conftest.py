"""Fixtures shared by all tests; the servers themselves are in ``tests.services``."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

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
