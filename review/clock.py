"""The time, in one place: always aware, always UTC; local only when shown."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

# Vietnam has one zone and no summer time; days on screen and in reports are its days.
LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")


def now() -> datetime:
    """The present moment in UTC, to the microsecond."""
    return datetime.now(UTC)


def local(moment: datetime) -> datetime:
    """`moment` as people in Vietnam read it off the wall."""
    return moment.astimezone(LOCAL)


def today() -> date:
    """The day that it is in Vietnam: names, posts and capacities hold by whole days of it."""
    return local(now()).date()
