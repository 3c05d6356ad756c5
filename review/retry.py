"""When a message that did not arrive is tried again."""

from __future__ import annotations

import random
from datetime import timedelta

# Standard Webhooks 1.0, "Deliverability and reliability": a few quick tries for a restart, then a
# long tail that spans a weekend, about 75 hours in all.
SCHEDULE = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
ATTEMPTS = len(SCHEDULE) + 1
# Up to a tenth later than planned, so that messages which failed together do not return together.
JITTER = 0.1
# A receiver may ask for a later time, but not for never.
LONGEST_WISH = timedelta(hours=24)


def delay_after(failures: int, wish: timedelta | None = None) -> timedelta | None:
    """How long to wait after the `failures`-th failure in a row, counting from 1; None: give up.

    `wish` is what the receiver asked for in Retry-After; it can only lengthen the wait.
    """
    if failures > len(SCHEDULE):
        return None
    planned = SCHEDULE[failures - 1] * (1 + random.uniform(0, JITTER))  # noqa: S311
    return max(planned, min(wish, LONGEST_WISH)) if wish is not None else planned
