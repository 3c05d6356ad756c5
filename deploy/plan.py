"""Decides what will run and with which settings; the second half writes that down."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shlex
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template

from deploy.messages import Problem

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = Path(__file__).with_name("supervisord.conf.in")
DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8000
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared with, never a default
TINY_MODEL = Path("tools/tiny-whisper/tiny-vi.pt")

# A Unix socket's path holds 107 bytes on Linux; "/supervisor.sock" and the suffix that supervisord
# adds while it binds need about 30 of them.
SOCKET_DIRECTORY_MAX = 76

# A demo must never touch real work, so what points at real work is not taken over.
NOT_FOR_DEMO = ("DATABASE_URL", "REDIS_URL", "UPLOAD_DIR", "SECRET_KEY")

WORKER_KINDS = ("MEDIA", "SPEECH", "DELIVER")
# More would only fight over one machine's memory; further machines run `python -m workers` alone.
MAX_WORKERS = 32


@dataclass(frozen=True)
class Plan:
    """One installation as it is about to run."""

    mode: str
    """``run`` or ``demo``."""
    var: Path
    """What all modes share; only its own account may look in."""
    state: Path
    """Everything that this mode makes at run time."""
    runtime: Path
    """Sockets; short enough a path for one."""
    host: str
    port: int
    env: dict[str, str]
    """The environment of each program."""
    own_redis: bool
    counts: dict[str, int]
    """Worker kind → number of processes."""
    ignored: tuple[str, ...]
    """Settings that were set but do not count in a demo."""

    @property
    def logs(self) -> Path:
        """Where each program's log is kept."""
        return self.state / "log"

    @property
    def config(self) -> Path:
        """The supervisord configuration written for this run."""
        return self.state / "supervisord.conf"

    @property
    def socket(self) -> Path:
        """The private Redis's socket."""
        return self.runtime / "redis.sock"

    @property
    def local_url(self) -> str:
        """Where this machine itself reaches the site."""
        host = DEFAULT_HOST if self.host in EVERYWHERE else self.host
        return f"http://{bracketed(host)}:{self.port}"


def make_plan(mode: str, env: Mapping[str, str], lan: list[str], root: Path = ROOT) -> Plan:
    """Work out an installation under ``root`` from the environment.

    ``lan`` lists this machine's addresses on its networks, the best first. Raises Problem for a
    setting that cannot be.
    """
    demo = mode == "demo"
    ignored = tuple(name for name in NOT_FOR_DEMO if demo and env.get(name))
    given = {name: value for name, value in env.items() if name not in ignored and value}
    var = root / "var"
    state = var / "demo" if demo else var
    runtime = runtime_directory(state)
    host, port = given.get("HOST", DEFAULT_HOST), whole(given, "PORT", DEFAULT_PORT, 1, 65535)
    counts = {k: whole(given, f"{k}_WORKERS", 1, 1, MAX_WORKERS) for k in WORKER_KINDS}
    defaults = {
        "DATABASE_URL": f"sqlite:///{state / 'duyetclip.sqlite3'}",
        "UPLOAD_DIR": str(state / "uploads" if demo else root / "uploads"),
        "REDIS_URL": f"unix://{runtime / 'redis.sock'}",
        "BASE_URL": base_url(host, port, lan),
        "HOST": host,
        "PORT": str(port),
        "PYTHONUNBUFFERED": "1",
    }
    if demo:
        defaults["WHISPER_MODEL"] = str(root / TINY_MODEL)
    own_redis = "REDIS_URL" not in given
    merged = {**defaults, **given}
    return Plan(mode, var, state, runtime, host, port, merged, own_redis, counts, ignored)


def whole(env: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    """Read a whole number between ``low`` and ``high``; raise Problem for anything else."""
    text = env.get(name) or str(default)
    if not (text.isascii() and text.isdecimal() and low <= int(text) <= high):
        raise Problem("bad_number", name=name, value=text, low=low, high=high)
    return int(text)


def base_url(host: str, port: int, lan: list[str]) -> str:
    """Return the address that links carry: what a colleague's phone can open, if anything can."""
    if host in EVERYWHERE:
        host = lan[0] if lan else DEFAULT_HOST
    return f"http://{bracketed(host)}:{port}"


def bracketed(host: str) -> str:
    """Return ``host`` as a URL writes it: IPv6 addresses in brackets."""
    return f"[{host}]" if ":" in host else host


def runtime_directory(state: Path) -> Path:
    """Return where sockets go: inside ``state``, or a short private path when that is too long."""
    inside = state / "run"
    if len(os.fsencode(inside)) <= SOCKET_DIRECTORY_MAX:
        return inside
    name = hashlib.sha256(os.fsencode(state)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"duyetclip-{os.geteuid()}-{name}"


def make_directories(plan: Plan) -> None:
    """Make what must exist before anything runs.

    Raises Problem when a directory of the short path already belongs to somebody else.
    """
    for directory in (plan.var, plan.state, plan.runtime, plan.logs):
        private_directory(directory)
    Path(plan.env["UPLOAD_DIR"]).mkdir(mode=0o700, parents=True, exist_ok=True)


def add_key(plan: Plan) -> None:
    """Give the plan its installation's key, unless the environment brought one."""
    if "SECRET_KEY" not in plan.env:
        plan.env["SECRET_KEY"] = secret_key(plan.state / "secret.env")


def write_config(plan: Plan) -> None:
    """Write the supervisord configuration, and clear away what a killed Redis left behind."""
    plan.socket.unlink(missing_ok=True)
    write_private(plan.config, render(plan))


def private_directory(path: Path) -> None:
    """Make ``path`` readable by this account alone.

    Raises Problem when it is a link or another's: under a shared /tmp anybody may have made it.
    """
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode=0o700, parents=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise Problem("unsafe_directory", path=path)
    path.chmod(0o700)


def write_private(path: Path, text: str) -> None:
    """Replace ``path`` as a whole with ``text``, readable by this account alone."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(path)


def secret_key(path: Path) -> str:
    """Return the installation's key, making it the first time; kept as ``SECRET_KEY=…``."""
    if path.exists():
        for row in path.read_text("utf-8").splitlines():
            name, _, value = row.partition("=")
            if name.strip() == "SECRET_KEY" and value.strip():
                return value.strip()
    # Hexadecimal, 256 bits: no letter that a shell, an .ini file or a URL would read differently.
    key = secrets.token_hex(32)
    write_private(path, f"SECRET_KEY={key}\n")
    return key


def render(plan: Plan, root: Path = ROOT) -> str:
    """Fill in the supervisord template; secrets stay in the environment and out of the file."""
    python = shlex.quote(str(root / ".venv" / "bin" / "python"))
    shared_memory = Path("/dev/shm")  # noqa: S108 - gunicorn's heartbeat file, removed at once
    heartbeat = shared_memory if os.access(shared_memory, os.W_OK) else plan.runtime
    values = {
        "state": str(plan.state),
        "runtime": str(plan.runtime),
        "logs": str(plan.logs),
        "root": str(root),
        "redis_socket": shlex.quote(str(plan.socket)),
        "redis_directory": shlex.quote(str(plan.runtime)),
        "python": python,
        "bind": shlex.quote(f"{bracketed(plan.host)}:{plan.port}"),
        "heartbeat": shlex.quote(str(heartbeat)),
        **{f"{kind.lower()}_count": str(count) for kind, count in plan.counts.items()},
    }
    # supervisord expands %(name)s itself, so a percent sign of a path is doubled.
    escaped = {name: value.replace("%", "%%") for name, value in values.items()}
    text = Template(TEMPLATE.read_text("utf-8")).substitute(escaped)
    return text if plan.own_redis else without_section(text, "program:redis")


def without_section(text: str, name: str) -> str:
    """Return an .ini ``text`` without the section ``name``."""
    head, _, rest = text.partition(f"[{name}]\n")
    following = rest.find("\n[")
    return head + (rest[following + 1 :] if following >= 0 else "")
