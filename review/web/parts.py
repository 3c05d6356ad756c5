"""What a running application holds, in one frozen record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import redis
from flask import current_app
from redis.backoff import NoBackoff
from redis.retry import Retry

from media.storage import Storage
from review.db import Database
from review.settings import Settings
from review.web.arrivals import Arrivals

NAME = "duyetclip"
# Redis tells only progress and counts attempts; a page must not wait for one that is away.
REDIS_TIMEOUT_S = 0.5


@dataclass(frozen=True)
class Parts:
    """Settings, the three places where things are kept, and the bodies that are arriving."""

    settings: Settings
    database: Database
    storage: Storage
    redis: redis.Redis
    arrivals: Arrivals


def open_redis(settings: Settings) -> redis.Redis:
    """A client that connects when first asked and gives up soon."""
    return redis.Redis.from_url(
        settings.redis_url,
        socket_timeout=REDIS_TIMEOUT_S,
        socket_connect_timeout=REDIS_TIMEOUT_S,
        # The client's own retries would multiply the wait of a page by four.
        retry=Retry(NoBackoff(), 0),
    )


def parts() -> Parts:
    """The parts of the application that serves this request."""
    return cast(Parts, current_app.extensions[NAME])
