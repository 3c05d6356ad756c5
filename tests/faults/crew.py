"""The workers as real processes, started again whenever they end, as the supervisor does."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from tests.services import DIE_WITH_PARENT
from tests.workers.benches import SECRET, TINY_MODEL

ROOT = Path(__file__).resolve().parents[2]
KEPT = ("PATH", "PYTHONPATH", "LANG", "LD_LIBRARY_PATH")
TEND_EVERY_S = 0.05


class Crew:
    """A handful of `python -m workers KIND` over one database, one Redis, one folder."""

    def __init__(self, database_url: str, redis_url: str, folder: Path) -> None:
        self.uploads = folder / "uploads"
        self._log: IO[bytes] = (folder / "workers.log").open("ab")
        self.log_path = folder / "workers.log"
        self._environment = {name: os.environ[name] for name in KEPT if name in os.environ} | {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "UPLOAD_DIR": str(self.uploads),
            "SECRET_KEY": SECRET,
            "WHISPER_MODEL": str(TINY_MODEL),
            "WHISPER_DEVICE": "cpu",
        }
        self._kinds: list[str] = []
        self._members: list[subprocess.Popen[bytes]] = []
        self._lock = threading.Lock()
        self._stop = threading.Event()
        # The death signal belongs to the thread that forks, so this one starts them all.
        self._thread = threading.Thread(target=self._tend, daemon=True)
        self._thread.start()

    def start(self, *kinds: str) -> None:
        """Adds members; they live until `close`, whatever is done to their processes."""
        with self._lock:
            self._kinds.extend(kinds)

    def pid(self, number: int) -> int:
        """The process of the member with that number, in the order of starting."""
        with self._lock:
            return self._members[number].pid if number < len(self._members) else 0

    def kill(self, number: int) -> None:
        """kill -9 of that member's process alone."""
        os.kill(self.pid(number), signal.SIGKILL)

    def _tend(self) -> None:
        while not self._stop.is_set():
            with self._lock:
                for number, kind in enumerate(self._kinds):
                    if number == len(self._members):
                        self._members.append(self._spawn(kind))
                    elif self._members[number].poll() is not None:
                        self._members[number] = self._spawn(kind)
            time.sleep(TEND_EVERY_S)

    def _spawn(self, kind: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*DIE_WITH_PARENT, sys.executable, "-m", "workers", kind],
            cwd=ROOT,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
        )

    def close(self) -> None:
        """Ends all of them outright."""
        self._stop.set()
        self._thread.join()
        for member in self._members:
            member.kill()
            member.wait()
        self._log.close()


def children(pid: int) -> list[int]:
    """Direct children of a process; none when it is gone."""
    with contextlib.suppress(OSError):
        return [
            int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        ]
    return []


def command(pid: int) -> str:
    """The command line of a process; empty when it is gone."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return ""


def descendants(pid: int) -> Iterator[int]:
    """All processes below one."""
    for child in children(pid):
        yield child
        yield from descendants(child)


def encoding_horse(pid: int) -> int:
    """The work-horse of a media worker that has ffmpeg encoding right now, or 0."""
    for horse in children(pid):
        if any("libx264" in command(below) for below in descendants(horse)):
            return horse
    return 0


def tools_at_work(uploads: Path) -> list[str]:
    """Command lines of every ffmpeg that touches these uploads, whoever its parent is."""
    found = (command(int(entry.name)) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return [line for line in found if "ffmpeg" in line and str(uploads) in line]
