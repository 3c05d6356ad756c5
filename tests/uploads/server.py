"""The real web server on loopback, as its own process, that a test may kill."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from review import migrations
from review.operations.following import open_database
from review.db import Database
from review.operations import identity
from review.settings import ROOT, Settings
from tests.journeys.stack import free_port
from tests.services import DIE_WITH_PARENT, wait_for
from tests.world import World

SECRET = "k3y-for-tests-only-0123456789-abcdefgh"


@dataclass
class Server:
    """One gunicorn with threads, as in production, over an agency of its own."""

    folder: Path
    workers: int = 1
    world: World = field(init=False)
    port: int = field(init=False)
    process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.port = free_port()
        self.settings = Settings(
            secret_key=SECRET,
            database_url=f"sqlite:///{self.folder / 'site.sqlite3'}",
            upload_dir=self.folder / "uploads",
            redis_url="unix:///nonexistent/redis.sock",
            max_upload_bytes=64 * 2**20,
        )
        database: Database = open_database(self.settings)
        migrations.upgrade(database.engine)
        self.world = World.first(database)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def token(self, name: str = "phongvien") -> str:
        """A bearer token of one person."""
        return identity.issue_token(self.world.db, self.world[name], "thử")[1]

    def start(self) -> None:
        """Starts it and returns when it answers."""
        env = os.environ | {
            "SECRET_KEY": SECRET,
            "DATABASE_URL": self.settings.database_url,
            "UPLOAD_DIR": str(self.settings.upload_dir),
            "REDIS_URL": self.settings.redis_url,
            "MAX_UPLOAD_BYTES": str(self.settings.max_upload_bytes),
            "BASE_URL": self.url,
            "LOG_LEVEL": "ERROR",
        }
        command = [*DIE_WITH_PARENT, sys.executable, "-m", "gunicorn", "review.wsgi:app"]
        command += ["--bind", f"127.0.0.1:{self.port}", "--worker-class", "gthread"]
        command += ["--workers", str(self.workers), "--threads", "16", "--no-control-socket"]
        with (self.folder / "web.log").open("ab") as log:
            # A session of its own: the workers go with their master when it is killed.
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=env, stdout=log, stderr=log, start_new_session=True
            )
        wait_for(self._answers, 60, what="the web server")

    def kill(self) -> None:
        """kill -9, master and workers: nothing of theirs runs on."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


@contextlib.contextmanager
def serving(folder: Path, workers: int = 1) -> Iterator[Server]:
    """A running server, killed at the end."""
    server = Server(folder, workers)
    server.start()
    try:
        yield server
    finally:
        server.kill()
