"""What the launcher asks of the operating system: ports, addresses, orphans."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import os
import signal
import socket
import struct
import time
from collections.abc import Iterator
from pathlib import Path

from deploy.messages import Problem

SIOCGIFADDR = 0x8915
"""ioctl of Linux: the IPv4 address of an interface (netdevice(7))."""
PR_SET_CHILD_SUBREAPER = 36
"""prctl of Linux: orphans of this process become its children (prctl(2))."""
LISTENING = "0A"
"""The state TCP_LISTEN as /proc/net/tcp writes it."""

# Bridges and tunnels of this machine's own: no colleague's phone is behind them.
INTERNAL_INTERFACES = ("lo", "docker", "br-", "veth", "virbr", "vnet", "tun", "tap", "wg")


def check_port(host: str, port: int, mode: str) -> None:
    """Raise Problem, in words a person can act on, when ``host``:``port`` cannot be opened."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        # As gunicorn does: connections that are still winding down do not count.
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
            trial.listen(1)
        except OSError as error:
            raise _explain(error, host, port, mode) from error


def _explain(error: OSError, host: str, port: int, mode: str) -> Exception:
    if error.errno == errno.EADDRINUSE:
        program = who_listens(port) or "chương trình khác / another program"
        other = port + 1 if port < 65535 else port - 1
        return Problem("port_in_use", port=port, program=program, mode=mode, other=other)
    if error.errno == errno.EACCES:
        return Problem("port_not_allowed", port=port)
    if error.errno == errno.EADDRNOTAVAIL or isinstance(error, socket.gaierror):
        return Problem("host_not_here", host=host)
    return error


def who_listens(port: int) -> str | None:
    """Return "name (pid)" of the program that listens on ``port``.

    None when the kernel does not tell this account, as for another account's program.
    """
    wanted = {f"socket:[{inode}]" for inode in _listening_inodes(port)}
    for descriptor in Path("/proc").glob("[0-9]*/fd/*"):
        with contextlib.suppress(OSError):
            if os.readlink(descriptor) in wanted:
                pid = descriptor.parts[2]
                return f"{Path('/proc', pid, 'comm').read_text().strip()} ({pid})"
    return None


def _listening_inodes(port: int) -> Iterator[str]:
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with contextlib.suppress(OSError):
            for row in Path(table).read_text().splitlines()[1:]:
                cells = row.split()
                if cells[3] == LISTENING and int(cells[1].rpartition(":")[2], 16) == port:
                    yield cells[9]


def lan_addresses() -> list[str]:
    """Return the IPv4 addresses that others on the local network can reach, without asking it."""
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _, name in socket.if_nameindex():
            if name.startswith(INTERNAL_INTERFACES):
                continue
            request = struct.pack("256s", name.encode()[:15])
            with contextlib.suppress(OSError):  # an interface that is down has no address
                answer = fcntl.ioctl(probe.fileno(), SIOCGIFADDR, request)
                found.append(socket.inet_ntoa(answer[20:24]))
    return found


def adopt_orphans() -> None:
    """Make this process the parent of its descendants' orphans, so that none outlives it.

    Raises OSError if the kernel refuses.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")


def wait_reaping(pid: int) -> None:
    """Wait until child ``pid`` has ended, without collecting it; collect orphans meanwhile."""
    while True:
        ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
        if ended is None or ended.si_pid == pid:
            return
        os.waitpid(ended.si_pid, 0)


def children() -> list[int]:
    """Return the process ids of this process's children, adopted ones included."""
    pids = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return [int(pid) for pid in pids]


def end_children(patience_s: float) -> None:
    """End every child and adopted orphan: SIGTERM, then SIGKILL after ``patience_s`` seconds.

    A killed child may leave children of its own behind, which arrive here and are killed too.
    """
    deadline = time.monotonic() + patience_s
    told: set[int] = set()
    while remaining := _reap():
        late = time.monotonic() >= deadline
        for pid in remaining:
            if late or pid not in told:
                told.add(pid)
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL if late else signal.SIGTERM)
        time.sleep(0.05)


def _reap() -> list[int]:
    """Collect the children that have ended; return those that have not."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            continue
    return children()
