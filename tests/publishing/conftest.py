"""An agency, a delivery worker's context, and somebody who listens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from review import clock
from review.db import Database
from review.settings import Settings
from tests.publishing.desk import SECRET
from tests.publishing.receiver import Received, listening
from tests.world import World
from workers.context import Context, build


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


@pytest.fixture
def both(any_database: Database) -> World:
    """The same agency, on either database."""
    return World.first(any_database)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Moves the product's clock forward."""
    real, shift = clock.now, timedelta()

    def move(by: timedelta) -> None:
        nonlocal shift
        shift += by

    monkeypatch.setattr(clock, "now", lambda: real() + shift)
    return move
