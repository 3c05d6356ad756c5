"""The whole product as real processes, for a browser to meet."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from review import migrations
from review.settings import ROOT, Settings
from tests.services import RedisServer, wait_for
from tools.demo import Sampler
from workers.context import build

TINY = ROOT / "tools" / "tiny-whisper" / "tiny-vi.pt"
PASSWORD = "chim bay trên núi 7"


@dataclass(frozen=True)
class Stack:
    """Where it answers, and what is behind it."""

    url: str
    folder: Path
    sampler: Sampler


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@contextlib.contextmanager
def running(folder: Path, redis: RedisServer) -> Iterator[Stack]:
    """Web, relay and all workers over a fresh agency with activated accounts."""
    port = free_port()
    env = os.environ | {
        "SECRET_KEY": secrets.token_urlsafe(32),
        "DATABASE_URL": f"sqlite:///{folder}/journey.sqlite3",
        "REDIS_URL": redis.url,
        "UPLOAD_DIR": str(folder / "uploads"),
        "WHISPER_MODEL": str(TINY),
        "PORT": str(port),
        "BASE_URL": f"http://127.0.0.1:{port}",
        "HOOK_PRIVATE_HOSTS": "127.0.0.1",
        "LOG_LEVEL": "WARNING",
    }
    here = build(Settings.from_env(env))
    migrations.upgrade(here.database.engine)
    sampler = Sampler(here, PASSWORD)
    sampler.open_accounts()
    serve = ("gunicorn", "review.wsgi:app", "--bind", f"127.0.0.1:{port}", "--no-control-socket")
    options = ("--worker-class", "gthread", "--threads", "8")
    commands = [(*serve, *options)]
    commands += [("workers", kind) for kind in ("relay", "media", "speech", "deliver")]
    with contextlib.ExitStack() as stack:
        for command in commands:
            stack.enter_context(_process(command, env, folder))
        wait_for(lambda: _answers(port), 60, what="the web server")
        yield Stack(env["BASE_URL"], folder, sampler)


@contextlib.contextmanager
def _process(command: tuple[str, ...], env: dict[str, str], folder: Path) -> Iterator[None]:
    with (folder / f"{'-'.join(command[:2]).replace('/', '_')}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=ROOT, env=env, stdout=log, stderr=log
        )
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
