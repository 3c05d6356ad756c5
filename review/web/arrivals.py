"""The bodies that are arriving in this process, and the one who ends those that must end.

A thread that waits for bytes of a dead connection cannot be woken by another thread's wish: it
sits in recv. So its socket is shut for reading from outside; recv then gives what had arrived,
and after it the end. What came is kept, the lock is let go, the next request goes on.

Who wants an upload leaves a mark beside its bytes (see `media.partials`), which works between
processes too; one watcher per process looks for marks while anything arrives, and leaves with the
last body.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from media.limits import IDLE_S
from review.errors import Unavailable

LOOK_EVERY_S = 0.1
# An ended body may bring what had arrived already: the server's buffer and the kernel's hold
# megabytes of it. A line that still lives would bring more for ever.
DRAIN_S = 0.5
# Pages must still be served while uploads arrive: deploy/supervisord.conf.in gives the server
# sixteen threads more than this.
BODIES_MAX = 32


@dataclass(eq=False)
class Arrival:
    """One body. `stopped` says why it was ended from outside: asked, or silent."""

    key: str
    connection: socket.socket | None
    heard_at: float = field(default_factory=time.monotonic)
    stopped: str = ""
    stopped_at: float = 0.0

    @property
    def over(self) -> bool:
        """Whether it was ended, and what had arrived has had its time."""
        return bool(self.stopped) and time.monotonic() - self.stopped_at > DRAIN_S

    def heard(self) -> None:
        """A piece came."""
        self.heard_at = time.monotonic()

    def stop(self, why: str) -> None:
        """Ends the body after what has arrived already."""
        if not self.stopped:
            self.stopped, self.stopped_at = why, time.monotonic()
        if self.connection is not None:
            with suppress(OSError):  # closed by its own thread the moment before
                self.connection.shutdown(socket.SHUT_RD)


class Arrivals:
    """All bodies of this process."""

    def __init__(self, asked: Callable[[str], bool], *, idle_s: float = IDLE_S) -> None:
        """`asked` tells whether somebody waits for an upload."""
        self._asked, self._idle_s = asked, idle_s
        self._bodies: set[Arrival] = set()
        self._lock = threading.Lock()
        self._watching = False

    @contextmanager
    def arriving(self, key: str, connection: socket.socket | None) -> Iterator[Arrival]:
        """A body that holds its upload already. Raises Unavailable when too many arrive."""
        body = Arrival(key, connection)
        with self._lock:
            if len(self._bodies) >= BODIES_MAX:
                raise Unavailable("uploads_busy")
            self._bodies.add(body)
            if not self._watching:
                self._watching = True
                threading.Thread(target=self._watch, name="arrivals", daemon=True).start()
        try:
            yield body
        finally:
            with self._lock:
                self._bodies.discard(body)

    def _watch(self) -> None:
        while True:
            time.sleep(LOOK_EVERY_S)
            with self._lock:
                if not self._bodies:
                    self._watching = False
                    return
                bodies = list(self._bodies)
            for body in bodies:
                if self._asked(body.key):
                    body.stop("asked")
                elif time.monotonic() - body.heard_at > self._idle_s:
                    body.stop("silent")
