"""RQ's workers as this product runs them.

Redis is disposable here: a heartbeat that cannot be told ends no work, and recovery never waits
for RQ. What must hold is that no process outlives the one that answers for it.
"""

from __future__ import annotations

import ctypes
import os
import secrets
import signal
import socket
import threading
from typing import Any

import redis
from redis import Redis
from rq import Queue, SimpleWorker, Worker
from rq.executions import Execution
from rq.job import Job

from workers import logs, queues
from workers.context import context

_PR_SET_PDEATHSIG = 1
# RQ waits twice as long after each failed try; a minute would be the whole time for recovery.
_RECONNECT_AT_MOST_S = 5.0

log = logs.get(__name__)


def die_with(parent: int) -> None:
    """Has the kernel kill this process when the thread that forked it ends (prctl(2)).

    Call first in the child. A parent that is gone by then is noticed too.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:
        os._exit(os.EX_TEMPFAIL)


def worker_name(kind: str) -> str:
    """A name that no dead worker of the same machine had."""
    return f"{kind}.{socket.gethostname()}.{os.getpid()}.{secrets.token_hex(3)}"


class _Steady:
    """What both kinds of worker share: heartbeats that may fail."""

    max_connection_wait_time = _RECONNECT_AT_MOST_S

    def maintain_heartbeats(self, job: Job, execution: Execution) -> None:
        """Tells Redis that the job is alive; Redis being away is no reason to end it."""
        try:
            super().maintain_heartbeats(job, execution)  # type: ignore[misc]
        except redis.exceptions.RedisError as error:
            log.warning("heartbeat not told, redis is away", job=job.id, reason=str(error))


class ForkingWorker(_Steady, Worker):
    """A fresh process per job: a decoder that goes wild takes only itself along."""

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        """The child's first steps: bound to its parent, with connections of its own."""
        assert self.pid is not None
        die_with(self.pid)
        context().database.after_fork()
        super().main_work_horse(job, queue)


class WarmWorker(_Steady, SimpleWorker):
    """One process for all its jobs, so that what they load stays loaded.

    RQ does not beat during such a job and would take a dead worker for a living one for as long
    as its longest job; a thread beats instead, with a short time to live.
    """

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Does the job here, beating meanwhile."""
        execution = self.prepare_execution(job)
        stop = threading.Event()
        beating = threading.Thread(target=self._beat, args=(job, execution, stop), daemon=True)
        beating.start()
        try:
            self.perform_job(job, queue, execution)
        finally:
            stop.set()
            beating.join()
        self.set_state("idle")

    def _beat(self, job: Job, execution: Execution, stop: threading.Event) -> None:
        while not stop.wait(queues.BEAT_EVERY_S):
            self.maintain_heartbeats(job, execution)

    def get_heartbeat_ttl(self, job: Job, working_time: float = 0.0) -> int:
        """Seconds until a worker that stopped beating counts as dead."""
        return queues.WORKER_TTL_S


def make(kind: str, connection: Redis) -> ForkingWorker | WarmWorker:
    """The worker for the queue `kind`. Raises redis.RedisError."""
    options: dict[str, Any] = {
        "name": worker_name(kind),
        "connection": connection,
        "serializer": queues.SERIALIZER,
        "default_result_ttl": queues.RESULT_TTL_S,
        "worker_ttl": queues.WORKER_TTL_S,
        "job_monitoring_interval": queues.BEAT_EVERY_S,
        "log_job_description": False,
    }
    queue = queues.open_queue(kind, connection)
    return WarmWorker([queue], **options) if kind == "speech" else ForkingWorker([queue], **options)
