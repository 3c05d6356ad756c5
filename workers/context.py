"""What every job needs, built once per process."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from media.storage import Storage
from review.db import Database
from review.operations.following import open_database
from review.settings import Settings

# Redis only shows progress here: better no news than a job that waits to tell it.
_ANSWER_S = 2


@dataclass(frozen=True)
class Context:
    """The settings and the three things they open. `redis` is for progress, never for queues."""

    settings: Settings
    database: Database
    storage: Storage
    redis: Redis


def build(settings: Settings) -> Context:
    """A context for `settings`; connects to nothing yet. Raises OSError for a bad folder."""
    return Context(
        settings=settings,
        database=open_database(settings),
        storage=Storage(settings.upload_dir),
        redis=Redis.from_url(
            settings.redis_url,
            socket_connect_timeout=_ANSWER_S,
            socket_timeout=_ANSWER_S,
            retry=Retry(NoBackoff(), 0),
        ),
    )


@cache
def context() -> Context:
    """This process's context, from its environment. Raises SettingsError."""
    return build(Settings.from_env())
