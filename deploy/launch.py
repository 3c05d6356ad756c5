"""Start everything on one machine and stop everything with it: ``make run``, ``make demo``.

    python -m deploy.launch run|demo
    python -m deploy.launch with [--demo] COMMAND …     COMMAND with the same settings

The launcher stays as supervisord's parent rather than becoming it: it waits for the site to
answer before it prints an address, and it adopts the orphans of programs that were killed (an RQ
work horse has a process group of its own), so that after Ctrl-C nothing is left running.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from deploy import ground
from deploy.messages import Problem, line, words
from deploy.plan import (
    EVERYWHERE,
    ROOT,
    Plan,
    add_key,
    bracketed,
    make_directories,
    make_plan,
    write_config,
)

# A cold start reads some 200 MB of libraries; on an old office disk that is half a minute.
WEB_DEADLINE_S = 120.0
POLL_S = 0.2
# The web server's stopwaitsecs, then the workers', then Redis, each with supervisord's own pause.
STOP_PATIENCE_S = 40.0
TAIL_LINES = 20
DIE_WITH_LAUNCHER = ("setpriv", "--pdeathsig", "TERM", "--")
PYTHON = str(ROOT / ".venv" / "bin" / "python")


STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stop(BaseException):
    """Somebody asked the launcher to end: Ctrl-C, SIGTERM, or the terminal was closed."""


def _on_signal(number: int, frame: FrameType | None) -> None:
    # An impatient second Ctrl-C must not interrupt the cleaning up after the first.
    for each in STOP_SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    raise Stop


def say(code: str, **params: object) -> None:
    """Print one bilingual line at once, whatever standard output is."""
    print(line(code, **params), flush=True)


@contextlib.contextmanager
def sole_use(state: Path) -> Iterator[None]:
    """Hold the installation's lock; raise Problem when another launcher holds it."""
    descriptor = os.open(state / "launch.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Problem("already_running", state=state) from error
        yield
    finally:
        os.close(descriptor)


def module(plan: Plan, *arguments: str, capture: bool = False) -> str:
    """Run ``python -m ARGUMENTS`` and return its output when ``capture``.

    Raises Problem naming the step when it fails.
    """
    done = subprocess.run(
        [PYTHON, "-m", *arguments],
        cwd=ROOT,
        env=plan.env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if capture else None,
        text=True,
    )
    if done.returncode != 0:
        raise Problem("step_failed", step=" ".join(arguments))
    return done.stdout.strip() if capture else ""


def fill_database(plan: Plan) -> str:
    """Bring the database up to date; return what the first visitor must be told, if anything."""
    say("preparing")
    module(plan, "review", "db", "upgrade")
    if plan.mode == "demo":
        say("preparing_demo")
        module(plan, "tools.demo")
        return ""
    return module(plan, "review", "setup-link", capture=True)


def start_supervisor(plan: Plan) -> subprocess.Popen[bytes]:
    """Start supervisord, out of reach of the terminal's Ctrl-C, which the launcher handles."""
    return subprocess.Popen(
        [*DIE_WITH_LAUNCHER, PYTHON, "-m", "supervisor.supervisord", "-c", str(plan.config)],
        cwd=ROOT,
        env=plan.env,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )


def wait_for_web(plan: Plan, supervisor: subprocess.Popen[bytes]) -> None:
    """Return when /healthz answers 200; raise Problem when it does not or supervisord ends."""
    # The environment's proxies are for the world outside, not for this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + WEB_DEADLINE_S
    while time.monotonic() < deadline:
        check_alive(plan, supervisor)
        with (
            contextlib.suppress(OSError),
            opener.open(f"{plan.local_url}/healthz", timeout=5) as answer,
        ):
            if answer.status == 200:
                return
        time.sleep(POLL_S)
    log = plan.logs / "web.log"
    print(tail(log), file=sys.stderr)
    raise Problem("web_silent", seconds=int(WEB_DEADLINE_S), log=log)


def check_alive(plan: Plan, supervisor: subprocess.Popen[bytes]) -> None:
    """Raise Problem, after the end of its log, when supervisord has ended."""
    status = supervisor.poll()
    if status is not None:
        log = plan.logs / "supervisord.log"
        print(tail(log), file=sys.stderr)
        raise Problem("supervisor_ended", status=status, log=log)


def tail(path: Path) -> str:
    """Return the last lines of a log; empty when there is none."""
    try:
        return "\n".join(path.read_text("utf-8", "replace").splitlines()[-TAIL_LINES:])
    except FileNotFoundError:
        return ""


def announce(plan: Plan, lan: list[str], note: str) -> None:
    """Print where the site is, for a phone as a QR code too, and what the first visitor needs."""
    print()
    say("ready", url=plan.local_url)
    if plan.host in EVERYWHERE:
        for address in lan:
            say("lan", url=f"http://{bracketed(address)}:{plan.port}")
        print_qr(plan.env["BASE_URL"])
    if note:
        print(note)
    say("stop", logs=plan.logs)


def print_qr(url: str) -> None:
    """Draw ``url`` as a QR code, where there is a terminal to draw on."""
    if sys.stdout.isatty():
        import segno

        segno.make(url, error="m").terminal(compact=True)


def stop(supervisor: subprocess.Popen[bytes]) -> None:
    """End supervisord and everything below it, and wait for that."""
    say("stopping")
    supervisor.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        supervisor.wait(STOP_PATIENCE_S)
    ground.end_children(patience_s=2.0)
    say("stopped")


def serve(plan: Plan, lan: list[str], note: str) -> None:
    """Run until told to stop; raise Problem when supervisord ends on its own."""
    say("starting")
    supervisor = start_supervisor(plan)
    try:
        wait_for_web(plan, supervisor)
        announce(plan, lan, note)
        ground.wait_reaping(supervisor.pid)
        check_alive(plan, supervisor)
    finally:
        stop(supervisor)


def launch(mode: str) -> None:
    """Prepare and run one installation until told to stop; raise Problem when that cannot be."""
    os.umask(0o077)
    lan = ground.lan_addresses()
    plan = make_plan(mode, os.environ, lan)
    ground.check_port(plan.host, plan.port, mode)
    if plan.ignored:
        say("ignored_in_demo", names=", ".join(plan.ignored), state=plan.state)
    make_directories(plan)
    with sole_use(plan.state):
        add_key(plan)
        write_config(plan)
        ground.adopt_orphans()
        serve(plan, lan, fill_database(plan))


def run_with_settings(arguments: list[str]) -> None:
    """Become ``arguments`` under the settings of ``make run`` (or, after --demo, of the demo)."""
    os.umask(0o077)
    demo = arguments[:1] == ["--demo"]
    plan = make_plan("demo" if demo else "run", os.environ, ground.lan_addresses())
    make_directories(plan)
    add_key(plan)
    command = arguments[1:] if demo else arguments
    os.execvpe(command[0], command, plan.env)  # noqa: S606 - a command of the person's own


def main(arguments: list[str]) -> int:
    """Return the exit status: 0 stopped as asked, 1 a Problem told in words, 2 wrong use."""
    for number in STOP_SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:  # nohup means what it says
            signal.signal(number, _on_signal)
    try:
        if arguments in (["run"], ["demo"]):
            launch(arguments[0])
        elif arguments[:1] == ["with"] and len(arguments) > 1:
            run_with_settings(arguments[1:])
        else:
            print(__doc__, file=sys.stderr)
            return 2
    except Problem as problem:
        print(words(problem.code, **problem.params), file=sys.stderr)
        return 1
    except Stop:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
