"""The one entry of every job: take the lease, do the work, and say how it ended."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from typing import Any, TypeVar

import redis

from media.errors import MediaError
from review.errors import Fault, LeaseLost, Unavailable
from review.operations import work
from review.operations.work import Lease
from workers import logs, queues
from workers.context import Context, context
from workers.pulse import Pulse

T = TypeVar("T")

# A result that took minutes is not thrown away because the database is being restarted.
RECORD_PATIENCE_S = 180
RECORD_AGAIN_S = 2

# Failures that another attempt on this machine cannot cure.
PERMANENT = frozenset(
    {
        "ffmpeg_missing",
        "tonemap_missing",
        "burning_missing",
        "file_missing",
        "file_changed",
        "too_long",
        "damaged",
        "face_lacks",
    }
)

log = logs.get(__name__)


def perform(work_id: int) -> None:
    """Does one piece of work, if it is still due. Called by RQ, possibly twice at once."""
    here = context()
    try:
        lease = work.take_lease(here.database, work_id)
    except Unavailable:
        log.warning("the database is away, the work stays due", work=work_id)
        return
    if lease is None:
        log.info("nothing to do: done, taken or not due yet", work=work_id)
        return
    started = time.monotonic()
    outcome = attempt(here, lease)
    _ring(here)
    log.info(
        "attempt ended",
        outcome=outcome,
        work=work_id,
        kind=lease.kind,
        subject=lease.subject_id,
        attempt=lease.attempts,
        seconds=round(time.monotonic() - started, 2),
    )


def _ring(here: Context) -> None:
    """One step makes the next one due. Unheard, the relay finds it by itself."""
    try:
        queues.ring(here.redis)
    except redis.exceptions.RedisError as error:
        log.debug("the relay not called", reason=str(error))


def attempt(here: Context, lease: Lease) -> str:
    """Runs the module of the lease's kind under a pulse; returns how it ended, for the log."""
    run: Callable[[Context, Lease, Pulse], None]
    run = importlib.import_module(f"workers.{lease.kind}").run
    try:
        with Pulse(here, lease) as pulse:
            run(here, lease, pulse)
        return "done"
    except LeaseLost as lost:
        return lost.code
    except MediaError as error:
        return _fail(here, lease, error.code, error.params, retry=error.code not in PERMANENT)
    except Fault as fault:
        return _fail(here, lease, fault.code, fault.params, retry=True)
    except Exception as error:
        log.exception("job crashed", work=lease.work_id, kind=lease.kind)
        params = {"detail": type(error).__name__}
        return _fail(here, lease, "step_crashed", params, retry=True)


def record(operation: Callable[[], T], pulse: Pulse) -> T:
    """Calls an operation that records a result, again and again while the database is away.

    Safe because each of them knows its own lease: where the answer to a COMMIT was lost, the next
    call finds the result recorded. So only the operation may say that the lease is lost, never the
    pulse. Raises whatever it raises; Unavailable when patience ends.
    """
    ends = time.monotonic() + RECORD_PATIENCE_S
    while True:
        try:
            return operation()
        except Unavailable:
            if time.monotonic() >= ends:
                raise
        log.warning("result not recorded yet, the database is away")
        time.sleep(RECORD_AGAIN_S)
        pulse.touch()


def _fail(here: Context, lease: Lease, code: str, params: dict[str, Any], *, retry: bool) -> str:
    log.warning("attempt failed", work=lease.work_id, kind=lease.kind, code=code, **_facts(params))
    try:
        work.fail(here.database, lease, code, retry=retry, params=params)
    except LeaseLost as lost:
        return lost.code
    except Unavailable:
        return "unrecorded"  # the lease runs out, and that counts as the attempt
    return code


def _facts(params: dict[str, Any]) -> dict[str, str]:
    return {f"param_{name}": str(value) for name, value in params.items()}
