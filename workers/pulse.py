"""The pulse of a running job: it keeps the lease, shows how far the job is, and ends a hung one.

A thread of its own beats, so that neither the database nor Redis can hold the work up. It renews
the lease only while the job moves. A job that does not move any more cannot be talked to (native
code hears no signal), so its process ends itself: the lease runs out, and the worker that forked
it, or the supervisor, goes on with a fresh one.
"""

from __future__ import annotations

import faulthandler
import json
import os
import threading
import time
from types import TracebackType

import redis

from review.errors import LeaseLost, Unavailable
from review.operations import work
from review.operations.work import RENEW_EVERY_S, Lease
from review.queries import progress
from workers import logs
from workers.context import Context

# What a page shows of ffmpeg is two seconds old at most: a quarter until ffmpeg says it
# (limits.REPORT_EVERY_S), this long until it is told, a second until the page asks again, and the
# time that the answer takes.
BEAT_S = 0.5
_STDERR = 2  # by number: the stream object may have been replaced
# Progress whose worker is gone passes away; a page that still shows it sees the beat grow old.
PROGRESS_TTL_S = 120
# Native code that never lets go of the interpreter stops this thread too; then the C library's
# own clock ends the process. Longer than any file takes to be read in one piece.
STUCK_S = 600

log = logs.get(__name__)


class Pulse:
    """`with Pulse(context, lease) as pulse:` for as long as the job runs."""

    def __init__(self, context: Context, lease: Lease) -> None:
        self._context, self._lease = context, lease
        self._done, self._total, self._unit = 0, 0, progress.UNITS[0]
        self._moved_at = time.monotonic()
        self._lost: LeaseLost | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="pulse", daemon=True)

    def touch(self) -> None:
        """Says that the job is not hung."""
        self._moved_at = time.monotonic()

    def expect_silence(self, seconds: float) -> None:
        """Says that nothing will be heard of the job for so long at most, and all is well."""
        self._moved_at = time.monotonic() + seconds

    def moved(self) -> None:
        """Says that the job got on. Raises LeaseLost once the work has passed to another."""
        self.touch()
        if self._lost is not None:
            raise self._lost

    def measure(self, total: int, unit: str) -> None:
        """Says how much there is to do, in `unit` (see progress.UNITS). Raises LeaseLost."""
        self._done, self._total, self._unit = 0, total, unit
        self.moved()

    def done(self, count: int, total: int | None = None) -> None:
        """Says how much is done, of how much where that is known only now. Raises LeaseLost."""
        self._done = count
        self._total = self._total if total is None else total
        self.moved()

    def __enter__(self) -> Pulse:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()
        faulthandler.cancel_dump_traceback_later()
        self._tell(None)

    def _beat(self) -> None:
        renew_at = time.monotonic() + RENEW_EVERY_S
        while True:
            faulthandler.dump_traceback_later(STUCK_S, exit=True, file=_STDERR)
            self._tell(self._report())
            if time.monotonic() >= renew_at:
                self._renew()
                renew_at = time.monotonic() + RENEW_EVERY_S
            if self._stop.wait(BEAT_S):
                return

    def _renew(self) -> None:
        try:
            work.renew(
                self._context.database, self._lease, idle_s=time.monotonic() - self._moved_at
            )
        except Unavailable:
            log.warning("lease not renewed, the database is away", work=self._lease.work_id)
        except LeaseLost as lost:
            if lost.code == "job_hung":
                log.error("job hung, ending its process", work=self._lease.work_id, **lost.params)
                os._exit(os.EX_TEMPFAIL)
            self._lost = lost

    def _report(self) -> str:
        said = {"done": self._done, "total": self._total, "unit": self._unit}
        return json.dumps({**said, "at": int(time.time())})

    def _tell(self, report: str | None) -> None:
        if self._lease.kind not in progress.STEPS + progress.ORDERED_STEPS:
            return
        key = progress.key_of(self._lease.subject_id, self._lease.kind)
        try:
            with self._context.redis.pipeline(transaction=False) as pipeline:
                if report is None:
                    pipeline.hdel(key, self._lease.kind)
                else:
                    pipeline.hset(key, self._lease.kind, report)
                    pipeline.expire(key, PROGRESS_TTL_S)
                pipeline.execute()
        except redis.exceptions.RedisError as error:
            log.debug("progress not shown", reason=str(error))
