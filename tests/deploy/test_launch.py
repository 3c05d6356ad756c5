"""The launcher with real supervisord, Redis and gunicorn, around a stand-in application.

The stand-in answers /healthz and works forever: what is tried here is starting, restarting and
stopping, which must hold whatever the application does.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.plan import runtime_directory
from tests.services import wait_for

SOURCE = Path(__file__).resolve().parents[2]
MARK = "DUYETCLIP_TEST_MARK"
STAND_IN = {
    "review/__init__.py": "",
    "review/__main__.py": "import sys; print('made by', *sys.argv[1:])",
    "review/wsgi.py": (
        "def app(environ, start):\n"
        "    start('200 OK', [])\n"
        "    return [environ['PATH_INFO'].encode()]\n"
    ),
    "workers/__init__.py": "",
    # Like an RQ work horse, "media" leaves a child in a session of its own; "relay" ends at once
    # with 0, as a worker does when Redis goes away.
    "workers/__main__.py": (
        "import subprocess, sys, time\n"
        "if sys.argv[1] == 'media':\n"
        "    subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
        "time.sleep(1.2 if sys.argv[1] == 'relay' else 600)\n"
    ),
}
DEADLINE_S = 40


class Launched:
    """One launcher under test and whatever it started, found by a mark in the environment."""

    def __init__(self, root: Path, mode: str = "run", **env: str) -> None:
        self.root = root
        self.runtime = str(runtime_directory(root / "var"))
        self.mark = uuid.uuid4().hex
        self.port = free_port()
        settings = {"PATH": os.environ["PATH"], MARK: self.mark, "PORT": str(self.port), **env}
        # A shell has its background jobs ignore Ctrl-C, and whatever they start inherits that.
        self.process = subprocess.Popen(
            ["env", "--default-signal=INT", sys.executable, "-m", "deploy.launch", mode],
            cwd=root,
            env=settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def wait_until_ready(self) -> str:
        """Return what was printed up to the last line of the announcement."""
        assert self.process.stdout is not None
        printed = []
        for row in self.process.stdout:
            printed.append(row)
            if "Ctrl-C" in row:
                return "".join(printed)
        raise AssertionError("".join(printed))

    def pids(self, *words: str) -> list[int]:
        """Return the marked processes that run with all of ``words`` in their command line."""
        found = []
        for directory in Path("/proc").glob("[0-9]*"):
            try:
                marked = f"{MARK}={self.mark}".encode() in (directory / "environ").read_bytes()
                command = (directory / "cmdline").read_bytes().decode().replace("\0", " ")
            except OSError:
                continue
            # Redis writes its title over its environment, but the title names its socket.
            ours = marked or (command.startswith("redis-server") and self.runtime in command)
            if ours and command and all(word in command for word in words):
                found.append(int(directory.name))
        return found

    def wait_for_one(self, *words: str, other_than: int = 0) -> int:
        """Return the pid of a marked process with ``words``, not ``other_than``, once there."""
        pids = wait_for(
            lambda: [p for p in self.pids(*words) if p != other_than], DEADLINE_S, what=str(words)
        )
        return pids[0]

    def wait_until_gone(self) -> None:
        """Return when nothing that was started is left."""
        wait_for(lambda: not self.pids(), DEADLINE_S, what=f"the end of {self.pids()}")

    def sweep(self) -> None:
        """Kill whatever a failed test left."""
        for pid in self.pids():
            with contextlib.suppress(ProcessLookupError):  # gone since we looked
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    """A tree with the real launcher and the stand-in application."""
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(SOURCE / "deploy", tmp_path / "deploy", ignore=ignore)
    (tmp_path / ".venv").symlink_to(sys.prefix)
    for name, text in STAND_IN.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    yield tmp_path
    shutil.rmtree(runtime_directory(tmp_path / "var"), ignore_errors=True)


@pytest.fixture
def launched(root: Path) -> Iterator[Launched]:
    """A launcher that has announced its address."""
    one = Launched(root)
    try:
        one.wait_until_ready()
        yield one
    finally:
        one.sweep()


def test_announces_and_ctrl_c_stops_everything(root: Path) -> None:
    """The address works when it is printed; one Ctrl-C leaves nothing, not even a work horse."""
    one = Launched(root)
    try:
        printed = one.wait_until_ready()
        url = f"http://127.0.0.1:{one.port}"
        assert url in printed
        assert "made by setup-link" in printed
        with urllib.request.urlopen(f"{url}/healthz", timeout=5) as answer:  # noqa: S310
            assert answer.status == 200
        one.wait_for_one("sleep 600")
        one.process.send_signal(signal.SIGINT)
        assert one.process.wait(DEADLINE_S) == 0
        assert one.pids() == []
    finally:
        one.sweep()


def test_every_program_comes_back(launched: Launched) -> None:
    """Killed outright or ended with 0, a program is running again soon."""
    for words in (["redis-server"], ["gunicorn"], ["workers", "speech"]):
        pid = launched.wait_for_one(*words)
        os.kill(pid, signal.SIGKILL)
        launched.wait_for_one(*words, other_than=pid)
    relay = launched.wait_for_one("workers relay")
    launched.wait_for_one("workers relay", other_than=relay)


def test_nothing_survives_a_killed_launcher(launched: Launched) -> None:
    """kill -9 of the launcher ends supervisord, which ends the rest in order."""
    # The work horse is beyond reach once its adopter is gone: workers see to their own.
    horse = launched.wait_for_one("sleep 600")
    os.kill(launched.process.pid, signal.SIGKILL)
    wait_for(lambda: set(launched.pids()) <= {horse}, DEADLINE_S, what="the end of the programs")


def test_nothing_survives_a_killed_supervisor(launched: Launched) -> None:
    """kill -9 of supervisord ends every program, and the launcher says so and fails."""
    os.kill(launched.wait_for_one("supervisord"), signal.SIGKILL)
    assert launched.process.wait(DEADLINE_S) == 1
    assert launched.pids() == []


def test_nothing_survives_when_both_are_killed(launched: Launched) -> None:
    """The out-of-memory killer may take both guardians; the kernel then ends the programs."""
    horse = launched.wait_for_one("sleep 600")
    supervisor = launched.wait_for_one("supervisord")
    os.kill(supervisor, signal.SIGSTOP)  # or it would still tidy up after the launcher
    os.kill(launched.process.pid, signal.SIGKILL)
    os.kill(supervisor, signal.SIGKILL)
    wait_for(lambda: set(launched.pids()) <= {horse}, DEADLINE_S, what="the end of the programs")


def test_second_launcher_is_turned_away(launched: Launched) -> None:
    """Two launchers on one installation would share a database and a socket."""
    second = Launched(launched.root)
    try:
        output, _ = second.process.communicate(timeout=DEADLINE_S)
        assert second.process.returncode == 1
        assert "đang chạy" in output
        assert "already running" in output
    finally:
        second.sweep()


def test_taken_port_names_the_program(root: Path) -> None:
    """The message says which program has the port and what to type instead."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        one = Launched(root, "demo", PORT=str(port))
        try:
            output, _ = one.process.communicate(timeout=DEADLINE_S)
        finally:
            one.sweep()
    assert one.process.returncode == 1
    assert f"({os.getpid()})" in output
    assert f"make demo PORT={port + 1}" in output


def test_failed_step_is_named(root: Path) -> None:
    """A migration that fails stops the start with its own words and leaves nothing running."""
    (root / "review" / "__main__.py").write_text("raise SystemExit('disk full')")
    one = Launched(root)
    try:
        output, _ = one.process.communicate(timeout=DEADLINE_S)
        assert one.process.returncode == 1
        assert "disk full" in output
        assert "db upgrade" in output
        assert one.pids() == []
    finally:
        one.sweep()


def test_other_commands_get_the_same_settings(root: Path) -> None:
    """``deploy/review`` works on the database that ``make run`` serves, with the same key."""
    (root / "review" / "__main__.py").write_text(
        "import os, sys; print(os.environ['SECRET_KEY'], os.environ['DATABASE_URL'], sys.argv[1:])"
    )
    command = [str(root / "deploy" / "review"), "audit", "verify"]
    env = {"PATH": os.environ["PATH"]}
    first, second = (
        subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    )
    assert first == second
    assert f"sqlite:///{root}/var/duyetclip.sqlite3" in first
    assert "['audit', 'verify']" in first
