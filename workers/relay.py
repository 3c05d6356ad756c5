"""From due rows to queues: the only place that feeds RQ, and the one that recovers.

It holds no state that matters: killed and started again, it looks at the database and at the
queues and goes on. Two of them at once do no harm, since only a lease makes work one's own.
"""

from __future__ import annotations

import threading
import time

import redis
from redis import Redis

from review.errors import Unavailable
from review.operations import uploads, work
from workers import logs, queues
from workers.context import Context

# A quarter of a second is not felt by somebody who waits for a clip, and three small selects four
# times a second are not felt by the machine. A step that follows another does not wait even that.
LOOK_EVERY_S = 0.25
EXPIRE_EVERY_S = 1.0
SWEEP_EVERY_S = 600.0
# What the relay waits for at most before it tries again, when the database or Redis is away.
MAX_WAIT_S = 8.0
# After a time in which nobody could renew (the database away, the machine asleep, the clock set),
# living workers get this long to do so before their leases are looked at again.
GRACE_S = 3.0 * work.RENEW_EVERY_S
# The wall clock and the steady one drift apart by less than this between two looks.
JUMP_S = float(work.RENEW_EVERY_S)

log = logs.get(__name__)


class Relay:
    """One relay; `run` until `stop` is set."""

    def __init__(self, context: Context, connection: Redis) -> None:
        """`connection` is for the queues and must time out by itself."""
        self._context, self._connection = context, connection
        self._queues = [queues.open_queue(name, connection) for name in queues.NAMES]
        self._expire_at = self._sweep_at = time.monotonic()
        self._offset = time.time() - time.monotonic()

    def run(self, stop: threading.Event) -> None:
        """Looks again and again; outlives every outage of the database and of Redis."""
        log.info("relay started")
        failures = 0
        while not stop.is_set():
            try:
                self.look()
                if failures:
                    log.info("relay goes on", failures=failures)
                failures = 0
                queues.wait_for_ring(self._connection, LOOK_EVERY_S)
            except (Unavailable, redis.exceptions.RedisError) as error:
                failures += 1
                self._say_away(error, failures)
                if isinstance(error, Unavailable):
                    self._give_grace()
                stop.wait(min(MAX_WAIT_S, LOOK_EVERY_S * 2 ** min(failures, 10)))
        log.info("relay stopped")

    def look(self) -> None:
        """One round. Raises Unavailable, redis.RedisError."""
        self._mind_the_clock()
        moment = time.monotonic()
        if moment >= self._expire_at:
            self._expire()
            self._expire_at = moment + EXPIRE_EVERY_S
        for queue in self._queues:
            self._feed(queue)
        if moment >= self._sweep_at:
            self._sweep()
            self._sweep_at = moment + SWEEP_EVERY_S

    def _expire(self) -> None:
        if taken_back := work.expire_leases(self._context.database):
            log.warning("leases ended before their work", count=taken_back)

    def _feed(self, queue: queues.Queue) -> None:
        """Fills `queue` up to its depth; what is in it already is not put there again."""
        with self._context.database.read() as session:
            items = work.due(session, queue.name, queues.DEPTH)
        if not items:
            return
        there = set(queue.get_job_ids())
        for item in items:
            if len(there) >= queues.DEPTH:
                return
            if queues.job_id(item) not in there:
                queues.put(queue, item, self._context.settings.max_clip_seconds)
                there.add(queues.job_id(item))
                log.info("queued", kind=item.kind, work=item.work_id, attempts=item.attempts)

    def _sweep(self) -> None:
        if gone := self._context.storage.sweep():
            log.info("litter of ended jobs removed", count=gone)
        if over := uploads.sweep(self._context.database, self._context.storage.discard):
            log.info("uploads that nobody went on with removed", count=over)

    def _mind_the_clock(self) -> None:
        offset = time.time() - time.monotonic()
        if abs(offset - self._offset) > JUMP_S:
            log.warning("the clock was set, or the machine slept", seconds=offset - self._offset)
            self._give_grace()
        self._offset = offset

    def _give_grace(self) -> None:
        self._expire_at = time.monotonic() + GRACE_S

    @staticmethod
    def _say_away(error: Exception, failures: int) -> None:
        """Says it at the first failure and then ever more rarely: 1, 2, 4, 8, ..."""
        if failures & (failures - 1) == 0:
            what = "database" if isinstance(error, Unavailable) else "redis"
            reason = str(error.__cause__ or error)
            log.warning("relay waits", away=what, failures=failures, reason=reason)
