"""A child process on a short leash: limits, clocks, and no survivors.

Each child runs in a session of its own, so that it can be killed with all it started without
touching us, and asks the kernel to be killed when its parent dies (``setpriv --pdeathsig``).
That signal is bound to the *thread* that started the child. ``supervise`` therefore starts it in
the calling thread and does not return before it is gone: no pool thread may end in between.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from media import face
from media.errors import ToolFailed
from media.watch import Leash, Pipes, Watch

__all__ = ["Leash", "Outcome", "has_network_fence", "supervise"]

# What a shell, and each of the fences below, answers for a command that it did not find.
_NOT_FOUND = 127

# Asking the kernel for an empty network takes milliseconds.
_TRIAL_S = 10


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
                [*prefix, "true"],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                timeout=_TRIAL_S,
            )
        except (FileNotFoundError, subprocess.TimeoutExpired):
            return ()
        if tried.returncode == 0:
            return prefix
    return ()


def has_network_fence() -> bool:
    """Whether children run without network here; some systems and containers do not allow it."""
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
    quiet["FONTCONFIG_FILE"] = str(face.NO_OTHERS)
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
    with contextlib.ExitStack() as ending:
        reports, reports_in = os.pipe()
        ending.callback(os.close, reports)
        try:
            child = _start(_fenced(command(reports_in), leash), reports_in, step, folder)
        finally:
            os.close(reports_in)
        ending.callback(_kill_group, child)
        assert child.stdout is not None
        assert child.stderr is not None
        pipes = Pipes(child.stdout.fileno(), child.stderr.fileno(), reports)
        watch = Watch(pipes, step, leash, on_report)
        watch.until_end(child.pid)
    if child.returncode == _NOT_FOUND:
        said = watch.stderr.decode("utf-8", "replace")
        raise ToolFailed("ffmpeg_missing", step=step, detail=said)
    return Outcome(child.returncode, bytes(watch.stdout), watch.stderr)


def _start(
    command: Sequence[str], reports: int, step: str, folder: Path | None
) -> subprocess.Popen[bytes]:
    """The one place where this product starts another program."""
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder or "/",
            env=_environment(folder),
            pass_fds=(reports,),
            start_new_session=True,
        )
    except FileNotFoundError as error:
        raise ToolFailed("ffmpeg_missing", step=step, detail=error.filename) from error


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
