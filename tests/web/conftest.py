"""An application over a fresh database, with an agency in it or without one."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from review import migrations
from review.app import create_app
from review.settings import Settings
from review.web.parts import NAME
from tests.services import RedisServer
from tests.web.site import Site
from tests.world import World

KEY = "k3y-for-tests-only-0123456789-abcdefgh"


@pytest.fixture
def settings(tmp_path: Path, clean_redis: RedisServer) -> Settings:
    """An installation of this test's own, with a Redis that answers."""
    return Settings(
        secret_key=KEY,
        database_url=f"sqlite:///{tmp_path / 'site.sqlite3'}",
        redis_url=clean_redis.url,
        upload_dir=tmp_path / "uploads",
        max_upload_bytes=1_000_000,
    )


@pytest.fixture
def empty_site(settings: Settings) -> Flask:
    """The application before anybody has set it up."""
    app = create_app(settings)
    migrations.upgrade(app.extensions[NAME].database.engine)
    return app


@pytest.fixture
def site(empty_site: Flask) -> Site:
    """The application with an agency of eight people."""
    return Site(empty_site, World.first(empty_site.extensions[NAME].database))
