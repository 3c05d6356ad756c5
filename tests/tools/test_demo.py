"""The sample agency: everything that a newcomer is shown comes about by the rules themselves."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import pytest
from sqlalchemy import select

from review import migrations
from review.models import Clip, Exchange, Script
from review.settings import Settings
from tests.journeys.stack import PASSWORD, TINY
from tests.services import RedisServer
from tools.demo import fill
from workers.context import build


@pytest.mark.slow
def test_the_sample_agency_is_made_once(
    clean_redis: RedisServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three clips on their way and one to be made; a second call leaves them as they are."""
    for name, value in {
        "SECRET_KEY": secrets.token_urlsafe(32),
        "DATABASE_URL": f"sqlite:///{tmp_path}/demo.sqlite3",
        "REDIS_URL": clean_redis.url,
        "UPLOAD_DIR": str(tmp_path / "uploads"),
        "BASE_URL": "http://127.0.0.1:9",
        "WHISPER_MODEL": str(TINY),
    }.items():
        monkeypatch.setenv(name, value)
    here = build(Settings.from_env(os.environ))
    migrations.upgrade(here.database.engine)
    told: list[str] = []
    assert fill(here, PASSWORD, told.append)
    assert len(told) == 3
    with here.database.read() as session:
        states = list(session.scalars(select(Clip.state).order_by(Clip.id)))
        assert session.scalars(select(Script.state)).one() == "sent"
        assert len(session.scalars(select(Exchange)).all()) == 2
    assert states == ["in_review", "returned", "approved", "draft"]
    assert not fill(here, PASSWORD, told.append)
