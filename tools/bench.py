"""Measures what people wait for, each figure beside the same work done by hand in the same minute.

    python tools/bench.py                     everything
    python tools/bench.py turnaround
    python tools/bench.py memory --gib 2
    python tools/bench.py progress copy

Turnaround: see tools/bench_turnaround.py. Queue: see tools/bench_queue.py; both databases, some
minutes each. Memory: the web server's resident memory while it takes in a large file (one gibibyte
unless told). Progress: how old what the page shows of ffmpeg is at most. Copy: rewrapping a
conforming clip against encoding it. Speech and doubt: see tools/bench_speech.py. The machine's
other load goes into both sides of a ratio alike.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from review.operations import console  # noqa: E402
from review.settings import Settings  # noqa: E402
from tools import bench_media, bench_queue, bench_speech, bench_turnaround, demo  # noqa: E402
from workers.context import Context, build  # noqa: E402

TINY = ROOT / "tools" / "tiny-whisper" / "tiny-vi.pt"
GIB = 1024**3
PART = 256 * 1024
WEB_PORT = 8917
PARTS = ("turnaround", "memory", "progress", "copy", "speech", "doubt", "queue")


@contextlib.contextmanager
def started(*arguments: str, env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A process of ours, ended with everything it started."""
    process = subprocess.Popen(
        arguments, cwd=ROOT, env=env, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def settings_in(folder: Path) -> dict[str, str]:
    """An environment of its own for this run: private Redis, SQLite, the small model."""
    return os.environ | {
        "SECRET_KEY": secrets.token_urlsafe(32),
        "DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3",
        "REDIS_URL": f"unix://{folder}/redis.sock",
        "UPLOAD_DIR": str(folder / "uploads"),
        "MAX_UPLOAD_BYTES": str(4 * GIB),
        "WHISPER_MODEL": os.environ.get("WHISPER_MODEL") or str(TINY),
        "PORT": str(WEB_PORT),
        "BASE_URL": f"http://127.0.0.1:{WEB_PORT}",
        "LOG_LEVEL": "WARNING",
        "PYTHONPATH": str(ROOT),
    }


def tell(figures: dict[str, float]) -> None:
    """Prints a line per figure, as soon as it is known."""
    for label, value in figures.items():
        print(f"{label:40} {value:10.2f}", flush=True)


def tell_all(found: Iterable[dict[str, float]]) -> None:
    """The same for figures that come one after the other."""
    for figures in found:
        tell(figures)


def resident(pid: int) -> int:
    """Resident memory of a process and its children, in bytes."""
    pids = [pid]
    for entry in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        pids.append(int(entry))
    pages = 0
    for one in pids:
        with contextlib.suppress(FileNotFoundError):
            pages += int(Path(f"/proc/{one}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def form_around(size: int, fields: dict[str, str]) -> tuple[str, Iterator[bytes], int]:
    """A multipart form with a file of `size` bytes, made as it is sent."""
    edge = secrets.token_hex(16)
    head = "".join(
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    head += (
        f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="to.mp4"\r\n'
        "Content-Type: video/mp4\r\n\r\n"
    )
    tail = f"\r\n--{edge}--\r\n".encode()

    def body() -> Iterator[bytes]:
        yield head.encode()
        part = os.urandom(PART)
        for _ in range(size // PART):
            yield part
        yield tail

    length = len(head.encode()) + size // PART * PART + len(tail)
    return f"multipart/form-data; boundary={edge}", body(), length


def memory(env: dict[str, str], here: Context, gib: int) -> dict[str, float]:
    """Resident memory of the web server before and at most during the upload, in MB."""
    token = console.issue_token(here.database, "phongvien", "bench")
    serve = ("gunicorn", "review.wsgi:app", "--bind", f"127.0.0.1:{WEB_PORT}")
    options = ("--worker-class", "gthread", "--threads", "16", "--timeout", "120")
    with started(sys.executable, "-m", *serve, *options, env=env) as web:
        _answers(f"http://127.0.0.1:{WEB_PORT}/healthz")
        before, most, done = resident(web.pid), [0], threading.Event()

        def watch() -> None:
            while not done.wait(0.05):
                most[0] = max(most[0], resident(web.pid))

        watcher = threading.Thread(target=watch)
        watcher.start()
        fields = {"title": "Tệp lớn", "category": "xa_hoi", "political": "no"}
        kind, body, length = form_around(gib * GIB, fields)
        request = urllib.request.Request(
            f"http://127.0.0.1:{WEB_PORT}/api/v1/clips",
            data=body,
            method="POST",
            headers={
                "Authorization": f"Bearer {token}",
                "Content-Type": kind,
                "Content-Length": str(length),
            },
        )
        begun = time.monotonic()
        with urllib.request.urlopen(request, timeout=600) as answer:
            made = json.load(answer)
        took = time.monotonic() - begun
        done.set()
        watcher.join()
    print(f"uploaded as {made['code']}", file=sys.stderr)
    return {
        "web before the upload (MB)": before / 1e6,
        f"web at most during {gib} GiB (MB)": most[0] / 1e6,
        f"{gib} GiB over loopback (s)": took,
    }


def _answers(url: str) -> None:
    for _ in range(300):
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2):
            return
        time.sleep(0.1)
    raise SystemExit(f"{url} does not answer")


def asked() -> argparse.Namespace:
    """What to measure, from the command line."""
    parser = argparse.ArgumentParser(description="Measures what people wait for.")
    parser.add_argument("what", nargs="*", help=f"of {', '.join(PARTS)}; all, unless named")
    parser.add_argument("--gib", type=int, default=1, help="size of the upload, in GiB")
    options = parser.parse_args()
    if unknown := set(options.what) - set(PARTS):
        parser.error(f"nothing is called {', '.join(sorted(unknown))}")
    return options


def main() -> None:
    """Runs what was asked for and prints a line per figure."""
    options = asked()
    wanted = set(options.what or PARTS)
    with tempfile.TemporaryDirectory(prefix="dc") as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        env = settings_in(folder)
        stack.enter_context(
            started(
                *("redis-server", "--port", "0", "--unixsocket", f"{folder}/redis.sock"),
                *("--save", "", "--dir", str(folder), "--loglevel", "warning"),
                env=env,
            )
        )
        subprocess.run([sys.executable, "-m", "review", "db", "upgrade"], env=env, check=True)
        here = build(Settings.from_env(env))
        password = secrets.token_urlsafe(16)
        sampler = demo.Sampler(here, password)
        sampler.open_accounts()
        if "turnaround" in wanted:
            author = sampler.actors["phongvien"]
            tell_all(bench_turnaround.turnaround(folder, env, started, here, author))
        if "speech" in wanted:
            tell_all(bench_speech.speed(folder))
        if "doubt" in wanted:
            tell_all(bench_speech.doubt(folder))
        if "memory" in wanted:
            tell(memory(env, here, options.gib))
        if "progress" in wanted:
            starter = functools.partial(started, env=env)
            tell(bench_media.progress(folder, starter, here, sampler.actors["phongvien"], password))
        if "copy" in wanted:
            tell(bench_media.copy(folder))
        if "queue" in wanted:
            for kind in ("sqlite", "postgresql"):
                bench_queue.run(kind, bench_queue.SIZES)


if __name__ == "__main__":
    main()
