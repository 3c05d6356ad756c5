"""Contexts for jobs that run inside the test process."""

from __future__ import annotations

from pathlib import Path

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from media.storage import Storage
from review.db import Database
from review.settings import Settings
from tests.services import RedisServer
from workers.context import Context

TINY_MODEL = Path(__file__).resolve().parents[2] / "tools" / "tiny-whisper" / "tiny-vi.pt"
SECRET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEF"


def bench(database: Database, server: RedisServer, folder: Path, **settings: object) -> Context:
    """A context over the test's own database, Redis and folder."""
    values = {
        "secret_key": SECRET,
        "redis_url": server.url,
        "upload_dir": folder / "uploads",
        "whisper_model": str(TINY_MODEL),
        "whisper_device": "cpu",
    } | settings
    return Context(
        settings=Settings(**values),  # type: ignore[arg-type]
        database=database,
        storage=Storage(folder / "uploads", min_free_bytes=0),
        redis=Redis.from_url(server.url, socket_timeout=2, retry=Retry(NoBackoff(), 0)),
    )
