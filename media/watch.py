"""Looks after a running child: reads what it says, counts its output, and keeps two clocks."""

from __future__ import annotations

import os
import selectors
import time
from collections.abc import Callable
from dataclasses import dataclass

from media import limits
from media.errors import ToolFailed

_READ_BYTES = 64 * limits.KIB

# The detail of the failure of a child that would not stop talking.
TOO_MUCH_OUTPUT = "too much output"

# How long a wait may sleep before the clocks are looked at again.
_TICK_S = 0.5

# A child that has closed its pipes is gone within this, or its clocks run out.
_LAST_BREATH_S = 0.01


@dataclass(frozen=True, slots=True)
class Leash:
    """What one child may use. ``file_bytes`` of zero: it can write no file at all.

    ``stall_s`` is how long it may report no progress; ``None`` where it reports none.
    ``capture_bytes`` is the most that it may say on its standard output.
    """

    wall_s: int
    file_bytes: int = 0
    stall_s: int | None = None
    capture_bytes: int = 0
    memory_bytes: int = limits.TOOL_MEMORY_BYTES


@dataclass(frozen=True, slots=True)
class Pipes:
    """The reading ends of a child's standard output, its complaints and its reports."""

    output: int
    complaints: int
    reports: int


class Watch:
    """Watches one child on its leash.

    ``stdout`` and ``stderr`` hold what it has said: all of the first, the end of the second.
    ``on_report`` gets each line that it reports and answers whether that showed progress.
    """

    def __init__(
        self, pipes: Pipes, step: str, leash: Leash, on_report: Callable[[str], bool] | None
    ) -> None:
        self._step, self._leash, self._on_report = step, leash, on_report
        self.stdout, self.stderr, self._partial = bytearray(), b"", b""
        self._moved = time.monotonic()
        self._ends = self._moved + leash.wall_s
        self._readers: dict[int, Callable[[bytes], None]] = {
            pipes.output: self._take_output,
            pipes.complaints: self._take_complaint,
            pipes.reports: self._take_report,
        }

    def until_end(self, pid: int) -> None:
        """Return when all pipes are closed and the child ``pid`` has ended, its status untaken.

        Raises ``ToolFailed``: ``ffmpeg_timeout``, ``no_progress``, ``ffmpeg_failed`` (too much
        output); and whatever ``on_report`` raises.
        """
        with selectors.DefaultSelector() as selector:
            for handle in self._readers:
                selector.register(handle, selectors.EVENT_READ)
            while selector.get_map():
                for key, _ in selector.select(_TICK_S):
                    if data := os.read(key.fd, _READ_BYTES):
                        self._readers[key.fd](data)
                    else:
                        selector.unregister(key.fd)
                self._look_at_clocks()
        ended = os.WEXITED | os.WNOHANG | os.WNOWAIT
        while os.waitid(os.P_PID, pid, ended) is None:
            self._look_at_clocks()
            time.sleep(_LAST_BREATH_S)

    def _look_at_clocks(self) -> None:
        now, stall_s = time.monotonic(), self._leash.stall_s
        if now > self._ends:
            raise ToolFailed("ffmpeg_timeout", step=self._step, seconds=self._leash.wall_s)
        if stall_s is not None and now > self._moved + stall_s:
            raise ToolFailed("no_progress", step=self._step, seconds=stall_s)

    def _take_output(self, data: bytes) -> None:
        self.stdout += data
        if len(self.stdout) > self._leash.capture_bytes:
            raise ToolFailed("ffmpeg_failed", step=self._step, exit=None, detail=TOO_MUCH_OUTPUT)

    def _take_complaint(self, data: bytes) -> None:
        self.stderr = (self.stderr + data)[-limits.STDERR_KEEP_BYTES :]

    def _take_report(self, data: bytes) -> None:
        *lines, partial = (self._partial + data).split(b"\n")
        # No honest line is this long; what never ends is not kept.
        self._partial = partial[-limits.STDERR_KEEP_BYTES :]
        for line in lines:
            if self._on_report is not None and self._on_report(line.decode("ascii", "replace")):
                self._moved = time.monotonic()
