"""How the worker processes themselves behave: what they load, how they end, what they survive."""

from __future__ import annotations

import ast
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from redis import Redis

from review.db import Database
from tests.services import RedisServer, wait_for
from tests.workers.benches import SECRET
from tests.workers.conftest import Workshop
from tests.world import World
from workers import processes, queues

ROOT = Path(__file__).resolve().parents[2]

# Words of RQ that would make Redis a second list of what is due.
RQ_RECOVERY = ("Retry(", "unique=", "with_scheduler", "enqueue_in", "enqueue_at")


def run_python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A fresh interpreter with the product's code and only the given settings."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    return subprocess.run(
        [sys.executable, *(["-c", textwrap.dedent(code)] if "\n" in code else code.split())],
        cwd=ROOT,
        env=kept | {"SECRET_KEY": SECRET} | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_workers_never_import_the_web() -> None:
    """Neither by name nor by way of anything they import; and media loads no torch."""
    said = run_python(
        """
        import sys
        import workers.__main__, workers.probe, workers.transcode, workers.transcribe
        import workers.deliver
        heavy = ("flask", "torch", "whisper")
        loaded = [name for name in sys.modules if name.split(".")[0] in heavy]
        print(loaded + [name for name in sys.modules if name.startswith("review.web")])
        """
    )
    assert said.stdout.strip() == "[]", said.stderr
    for path in (ROOT / "workers").glob("*.py"):
        imported = ast.walk(ast.parse(path.read_text()))
        names = {node.module for node in imported if isinstance(node, ast.ImportFrom)}
        assert not {name for name in names if name and name.startswith("review.web")}


def test_recovery_is_the_table_alone() -> None:
    """None of RQ's own retry, unique or scheduler is used."""
    for path in (ROOT / "workers").glob("*.py"):
        text = path.read_text().replace("Retry(NoBackoff(), 0)", "")  # redis-py's, switched off
        assert not [word for word in RQ_RECOVERY if word in text], path.name


def test_a_hung_job_ends_its_process(
    database: Database, clean_redis: RedisServer, tmp_path: Path
) -> None:
    """No signal reaches native code, so the pulse ends the process and the lease runs out."""
    lease = Workshop(World.first(database)).lease("probe")
    said = run_python(
        f"""
        import time
        from review.operations import work
        from workers import pulse
        from workers.context import context
        work.HANG_LIMIT_S["probe"] = 0.2
        pulse.RENEW_EVERY_S = pulse.BEAT_S = 0.1
        with pulse.Pulse(context(), work.Lease(*{tuple(vars(lease).values())!r})):
            time.sleep(50)
        """,
        DATABASE_URL=str(database.engine.url),
        REDIS_URL=clean_redis.url,
        UPLOAD_DIR=str(tmp_path / "uploads"),
    )
    assert said.returncode == os.EX_TEMPFAIL, said.stderr


def test_a_child_dies_with_its_parent(tmp_path: Path) -> None:
    """The death signal is the kernel's, so kill -9 of the parent is enough."""
    note = tmp_path / "child"
    code = f"""
        import os, time
        from workers.processes import die_with
        parent = os.getpid()
        if os.fork() == 0:
            die_with(parent)
            open({str(note)!r}, "w").write(str(os.getpid()))
        time.sleep(50)
    """
    environment = os.environ | {"SECRET_KEY": SECRET}
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)], cwd=ROOT, env=environment
    ) as parent:
        child = int(wait_for(lambda: note.exists() and note.read_text(), 20, what="the child"))
        parent.send_signal(signal.SIGKILL)
    wait_for(lambda: not Path(f"/proc/{child}").exists() or is_zombie(child), what="its death")


def is_zombie(pid: int) -> bool:
    """Whether a process is dead and only waits to be collected."""
    return ") Z " in Path(f"/proc/{pid}/stat").read_text()


@pytest.mark.parametrize("arguments", ["", "cooking", "media speech"])
def test_an_unknown_kind_is_answered_with_the_known_ones(arguments: str) -> None:
    """The command line says what it takes."""
    said = run_python(f"-m workers {arguments}".strip())
    assert said.returncode == 2
    assert "media" in said.stderr


def test_a_weak_key_stops_a_worker_in_words() -> None:
    """The program does not start with a setting that it must refuse."""
    said = run_python("-m workers relay", SECRET_KEY="short")
    assert said.returncode == 2
    assert "SECRET_KEY" in said.stderr


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("media", processes.ForkingWorker),
        ("deliver", processes.ForkingWorker),
        ("speech", processes.WarmWorker),
    ],
)
def test_the_model_stays_warm_and_decoders_get_a_fresh_process(
    clean_redis: RedisServer, kind: str, expected: type
) -> None:
    """Speech keeps one process; everything else forks per job. A dead one is forgotten soon."""
    worker = processes.make(kind, Redis.from_url(clean_redis.url))
    assert isinstance(worker, expected)
    assert worker.worker_ttl == queues.WORKER_TTL_S <= 60
    assert worker.max_connection_wait_time <= 5
