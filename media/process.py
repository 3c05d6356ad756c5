"""A child process on a short leash: limits, clocks, and no survivors.

Each child runs in a session of its own, so that it can be killed with all it started without
touching us, and asks the kernel to be killed when its parent dies (``setpriv --pdeathsig``).
That signal is bound to the *thread* that started the child. ``supervise`` therefore starts it in
the calling thread and does not return before it is gone: no pool thread may end in between.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from media import limits
from media.errors import ToolFailed

_READ_BYTES = 64 * limits.KIB

# How long a wait may sleep before the clocks are looked at again.
_TICK_S = 0.5


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


@dataclass(slots=True)
class Outcome:
    """How a child ended: exit status (negative: the signal), its output, its last complaints."""

    status: int
    stdout: bytes
    stderr: bytes


@cache
def _no_network() -> tuple[str, ...]:
    """The command that takes the network away, where this system lets us; found out once."""
    for prefix in (("unshare", "--net"), ("unshare", "--net", "--map-current-user")):
        try:
            tried = subprocess.run(
                [*prefix, "true"], stdin=subprocess.DEVNULL, capture_output=True, check=False
            )
        except FileNotFoundError:
            return ()
        if tried.returncode == 0:
            return prefix
    return ()


def has_network_fence() -> bool:
    """Whether children run without network here, for the status page."""
    return bool(_no_network())


def _fenced(command: Sequence[str], leash: Leash) -> list[str]:
    """``command`` behind its fences.

    The death signal is asked for first, so that there is no unguarded moment, and again last,
    because a change of user namespace clears it. CPU time counts every core.
    """
    die_with_us = ("setpriv", "--pdeathsig", "KILL")
    cpu_s = leash.wall_s * (os.cpu_count() or 1)
    limit = (
        "prlimit",
        f"--cpu={cpu_s}",
        f"--as={leash.memory_bytes}",
        f"--fsize={leash.file_bytes}",
        "--core=0",
        "--nofile=256",
    )
    return [*die_with_us, *_no_network(), *limit, *die_with_us, *command]


def _environment(folder: Path | None) -> dict[str, str]:
    """Only what the tools need: our secrets are none of their business."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    quiet = {"LANG": "C.UTF-8", "AV_LOG_FORCE_NOCOLOR": "1", "MALLOC_ARENA_MAX": "2"}
    return kept | quiet | ({"TMPDIR": str(folder)} if folder else {})


def supervise(
    command: Callable[[int], Sequence[str]],
    *,
    step: str,
    leash: Leash,
    folder: Path | None = None,
    on_report: Callable[[str], bool] | None = None,
) -> Outcome:
    """Run a command to its end and say how it ended.

    ``command`` gets the number of the file descriptor on which the child may report lines;
    ``on_report`` gets each line and answers whether it showed progress. ``folder`` is the child's
    working and temporary folder. Whatever ends this call, an exception of ``on_report`` included,
    ends the child and all it started.

    Raises ``ToolFailed``: ``ffmpeg_missing``, ``ffmpeg_timeout``, ``no_progress``,
    ``ffmpeg_failed`` (too much output).
    """
    report_out, report_in = os.pipe()
    try:
        child = subprocess.Popen(
            _fenced(command(report_in), leash),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder or "/",
            env=_environment(folder),
            pass_fds=(report_in,),
            start_new_session=True,
        )
    except FileNotFoundError as error:
        os.close(report_out)
        raise ToolFailed("ffmpeg_missing", step=step, detail=error.filename) from error
    finally:
        os.close(report_in)
    watch = _Watch(child, report_out, step, leash, on_report)
    try:
        watch.until_end()
    finally:
        _kill_group(child)
        os.close(report_out)
    return Outcome(child.returncode, bytes(watch.stdout), watch.stderr)


def _kill_group(child: subprocess.Popen[bytes]) -> None:
    """End whatever is left of the child's session, then take its exit status.

    In this order: until the status is taken, the number cannot belong to anybody else.
    """
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    for pipe in (child.stdout, child.stderr):
        if pipe is not None:
            pipe.close()


class _Watch:
    """Reads what the child says on three pipes, and looks at two clocks meanwhile."""

    def __init__(
        self,
        child: subprocess.Popen[bytes],
        report: int,
        step: str,
        leash: Leash,
        on_report: Callable[[str], bool] | None,
    ) -> None:
        assert child.stdout is not None
        assert child.stderr is not None
        self._child, self._step, self._leash, self._on_report = child, step, leash, on_report
        self.stdout, self.stderr, self._partial = bytearray(), b"", b""
        self._ends = time.monotonic() + leash.wall_s
        self._moved = time.monotonic()
        self._readers: dict[int, Callable[[bytes], None]] = {
            child.stdout.fileno(): self._take_output,
            child.stderr.fileno(): self._take_complaint,
            report: self._take_report,
        }

    def until_end(self) -> None:
        """Return when all pipes are closed and the child has ended; its status stays untaken."""
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
        while os.waitid(os.P_PID, self._child.pid, ended) is None:
            self._look_at_clocks()
            time.sleep(_TICK_S / 50)

    def _look_at_clocks(self) -> None:
        now, stall_s = time.monotonic(), self._leash.stall_s
        if now > self._ends:
            raise ToolFailed("ffmpeg_timeout", step=self._step, seconds=self._leash.wall_s)
        if stall_s is not None and now > self._moved + stall_s:
            raise ToolFailed("no_progress", step=self._step, seconds=stall_s)

    def _take_output(self, data: bytes) -> None:
        self.stdout += data
        if len(self.stdout) > self._leash.capture_bytes:
            raise ToolFailed("ffmpeg_failed", step=self._step, exit=None, detail="too much output")

    def _take_complaint(self, data: bytes) -> None:
        self.stderr = (self.stderr + data)[-limits.STDERR_KEEP_BYTES :]

    def _take_report(self, data: bytes) -> None:
        *lines, self._partial = (self._partial + data).split(b"\n")
        for line in lines:
            if self._on_report is not None and self._on_report(line.decode("ascii", "replace")):
                self._moved = time.monotonic()
