"""Real servers for tests: a private Redis, a private PostgreSQL, the distribution's Chromium.

Each server listens on a Unix socket in a directory of its own, so several test runs, and several
xdist workers of one run, never meet. Each is started under ``setpriv --pdeathsig KILL``: when the
test process is killed outright, the kernel takes the servers with it.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import redis
from psycopg import sql

T = TypeVar("T")

START_DEADLINE_S = 30.0
"""Two seconds on an idle two-core machine; the rest is for one busy with transcodes."""

POLL_S = 0.02
DIE_WITH_PARENT = ["setpriv", "--pdeathsig", "KILL", "--"]
POSTGRES_BINARIES = Path("/usr/lib/postgresql")
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")


class ServiceMissing(RuntimeError):
    """A program that the tests need is not installed; the message says how to install it."""


def wait_for(predicate: Callable[[], T], deadline_s: float = 10.0, *, what: str | None = None) -> T:
    """Poll ``predicate`` until it is truthy and return what it returned.

    Exceptions of the predicate pass through. Raises TimeoutError after ``deadline_s`` seconds,
    naming ``what`` (by default the predicate) and its last value.
    """
    end = time.monotonic() + deadline_s
    while True:
        value = predicate()
        if value:
            return value
        if time.monotonic() >= end:
            name = what or getattr(predicate, "__name__", repr(predicate))
            raise TimeoutError(f"{name}: still {value!r} after {deadline_s} s")
        time.sleep(POLL_S)


def find_program(*names: str) -> str:
    """Return the path of the first of ``names`` that is installed; raise ServiceMissing if none."""
    for name in names:
        path = shutil.which(name)
        if path:
            return path
    raise ServiceMissing(f"{' or '.join(names)} is not installed: run deploy/setup.sh test")


def chromium() -> str:
    """Return the path of the distribution's Chromium; raise ServiceMissing without one."""
    return find_program(*CHROMIUM_NAMES)


class RedisServer:
    """A Redis of one's own: no TCP port, nothing on disk, gone with the test process."""

    def __init__(self) -> None:
        self._directory = Path(tempfile.mkdtemp(prefix="dc-redis-"))
        self.socket = self._directory / "r.sock"
        self.url = f"unix://{self.socket}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server and return when it answers; raise TimeoutError if it never does."""
        command = [
            *DIE_WITH_PARENT,
            find_program("redis-server"),
            *("--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700"),
            *("--save", "", "--appendonly", "no", "--dir", str(self._directory)),
        ]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        wait_for(self.answers, START_DEADLINE_S, what="redis-server")

    def answers(self) -> bool:
        """Say whether the server replies to PING."""
        try:
            with self.client() as client:
                return bool(client.ping())
        except redis.exceptions.RedisError:
            return False

    def client(self) -> redis.Redis:
        """Return a new client; the caller closes it."""
        return redis.Redis.from_url(self.url)

    def flushall(self) -> None:
        """Forget everything, as a careless administrator would make it do."""
        with self.client() as client:
            client.flushall()

    def kill(self) -> None:
        """Kill the server outright (SIGKILL), leaving its socket file behind."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def restart(self) -> None:
        """Kill the server and start it anew, empty, at the same address."""
        self.kill()
        self.start()

    def close(self) -> None:
        """Stop the server and remove its directory."""
        self.kill()
        shutil.rmtree(self._directory, ignore_errors=True)


def postgres_binary(name: str) -> str:
    """Return the path of PostgreSQL's program ``name`` of the newest version installed."""
    found = sorted(POSTGRES_BINARIES.glob(f"*/bin/{name}"), key=lambda path: float(path.parts[-3]))
    if not found:
        raise ServiceMissing("PostgreSQL is not installed: run deploy/setup.sh test")
    return str(found[-1])


class PostgresServer:
    """A PostgreSQL cluster of one's own, without fsync, reachable through a Unix socket alone."""

    def __init__(self) -> None:
        self._directory = Path(tempfile.mkdtemp(prefix="dc-pg-"))
        self._data = self._directory / "data"
        self._numbers = itertools.count(1)
        self._process: subprocess.Popen[bytes] | None = None
        # PostgreSQL refuses to run as root; its own package brings the account.
        self._account: dict[str, Any] = {}
        if os.geteuid() == 0:
            entry = pwd.getpwnam("postgres")
            os.chown(self._directory, entry.pw_uid, entry.pw_gid)
            self._account = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}

    def initialise(self) -> None:
        """Make the cluster, once; raise CalledProcessError with initdb's words if that fails."""
        command = [postgres_binary("initdb"), "-D", str(self._data), "-U", "postgres"]
        command += ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        subprocess.run(
            command, check=True, capture_output=True, cwd=self._directory, **self._account
        )

    def start(self) -> None:
        """Start the server and return when it answers; raise TimeoutError if it never does."""
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._directory),
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "shared_buffers": "32MB",
            "max_connections": "100",
            "log_min_messages": "fatal",
        }
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        command = [*DIE_WITH_PARENT, postgres_binary("postgres"), "-D", str(self._data), *options]
        self._process = subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self._directory,
            **self._account,
        )
        wait_for(self.answers, START_DEADLINE_S, what="postgres")

    def answers(self) -> bool:
        """Say whether the server accepts a connection."""
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(
            host=str(self._directory), user="postgres", dbname="postgres", autocommit=True
        )

    def new_database(self) -> str:
        """Make an empty database and return its SQLAlchemy URL (driver psycopg 3)."""
        name = f"clip_{next(self._numbers)}"
        with contextlib.closing(self._connect()) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return f"postgresql+psycopg://postgres@/{name}?host={self._directory}"

    def drop(self, url: str) -> None:
        """Drop the database that ``url`` names, closing whatever still uses it."""
        name = url.rsplit("/", url.count("/") - 2)[1].split("?")[0]
        with contextlib.closing(self._connect()) as connection:
            statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
            connection.execute(statement.format(sql.Identifier(name)))

    def kill(self) -> None:
        """Kill the server outright (SIGKILL); its children notice and leave."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def restart(self) -> None:
        """Kill the server and start it again with the data it had."""
        self.kill()
        self.start()

    def close(self) -> None:
        """Stop the server and remove its cluster."""
        self.kill()
        shutil.rmtree(self._directory, ignore_errors=True)
