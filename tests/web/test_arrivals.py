"""Bodies that must end are ended from outside."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import ExitStack

import pytest

from review.errors import Unavailable
from review.web.arrivals import BODIES_MAX, Arrivals
from tests.services import wait_for

KEY = "a" * 32


def test_a_silent_body_is_ended_after_its_time() -> None:
    """What has arrived is read first, then the end comes; a body that speaks is left alone."""
    arrivals = Arrivals(lambda _key: False, idle_s=0.4)
    near, far = socket.socketpair()
    with near, far, arrivals.arriving(KEY, near) as body:
        for _ in range(6):
            time.sleep(0.1)  # it speaks more often than it may be silent
            body.heard()
        assert not body.stopped
        far.sendall(b"last words")
        assert near.recv(100) == b"last words"
        begun = time.monotonic()
        assert near.recv(100) == b""
        assert body.stopped == "silent"
        assert time.monotonic() - begun < 2


def test_an_upload_somebody_waits_for_is_ended_at_once() -> None:
    """Only that one; the watcher goes with the last body and comes back with the next."""
    wanted: set[str] = set()
    arrivals = Arrivals(wanted.__contains__)
    for _ in range(2):
        with ExitStack() as stack:
            pairs = [socket.socketpair() for _ in range(2)]
            for pair in pairs:
                stack.enter_context(pair[0])
                stack.enter_context(pair[1])
            one = stack.enter_context(arrivals.arriving(KEY, pairs[0][0]))
            other = stack.enter_context(arrivals.arriving("b" * 32, pairs[1][0]))
            wanted.add(KEY)
            assert pairs[0][0].recv(1) == b""
            assert (one.stopped, other.stopped) == ("asked", "")
            wanted.clear()
        wait_for(lambda: "arrivals" not in {thread.name for thread in threading.enumerate()})


def test_pages_keep_their_threads() -> None:
    """Beyond the limit a body is told to come again."""
    arrivals = Arrivals(lambda _key: False)
    with ExitStack() as stack:
        for _ in range(BODIES_MAX):
            stack.enter_context(arrivals.arriving(KEY, None))
        with pytest.raises(Unavailable, match="uploads_busy"), arrivals.arriving(KEY, None):
            pass
    with arrivals.arriving(KEY, None):
        pass
