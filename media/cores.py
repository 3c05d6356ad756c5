"""How many threads a model's arithmetic gets. Pure, but for looking at the machine."""

from __future__ import annotations

import os
from pathlib import Path


def threads() -> int:
    """Threads for a model's arithmetic: one core is left to everything else, because a thread
    that waits for a core keeps all the others waiting."""
    return max(physical_cores() - 1, 1)


def physical_cores() -> int:
    """Cores that this process may use, two threads of one core counted once: whisper's arithmetic
    fills a core, and more threads than cores make it slower."""
    allowed = os.sched_getaffinity(0)
    cores = {_siblings(cpu) for cpu in allowed}
    return max(len(cores), 1)


def _siblings(cpu: int) -> str:
    listed = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")
    try:
        return listed.read_text().strip()
    except OSError:
        return str(cpu)  # no topology here: every thread counts as a core
