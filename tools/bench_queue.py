"""Measures the server's time for the list of work and the search, over 10,000 and 100,000 clips.

    python tools/bench_queue.py [sqlite] [postgresql] [10000 100000]

Each page is asked for as a browser does, in this process, so that the figure holds everything the
server does for it: session, queries, page. Every figure is over all rounds of all its pages.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote_plus

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from flask import Flask  # noqa: E402
from flask.testing import FlaskClient  # noqa: E402

from review import migrations  # noqa: E402
from review.app import create_app  # noqa: E402
from review.settings import Settings  # noqa: E402
from tools import demo, private_postgres  # noqa: E402
from tools.archive import Archive  # noqa: E402
from workers.context import build  # noqa: E402

SIZES = (10_000, 100_000)
ROUNDS = 15
# What an office may wait for, in milliseconds at the 95th percentile.
LIMIT_MS = 50.0
ROLES = ("phongvien", "bientap", "truongphong", "giamdoc", "kenh", "kiemtra")
TABS = ("", "?tab=sent", "?tab=done")
# Title words, names, codes, what is said; common and rare, mistyped, with filters, from both ends.
SEARCHES = (
    "q=hoi xuan phu dinh",
    "q=Hội xuân xã Phú Đình",
    "q=le hoi long tong",
    "q=xa",
    "q=nguyen van hung",
    "q=giam doc",
    "q=pham thu ha cau dan sinh",
    "q=5000",
    "q=CLIP-2026-000777",
    "q=chuyen doi so",
    "q=phong chay rung cho chu",
    "q=ba con tan duong",
    "q=khanh th",
    "q=khong co chu nao nhu the",
    "q=hoi nghi&state=posted&political=1",
    "q=can cuoc&category=xa_hoi",
    "q=co giao&from=2026-01-01&to=2026-06-30",
    "state=rejected&category=guong_tot",
    "state=withdrawn&political=1",
    "q={a} {b} {c}",
)
TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')


@contextlib.contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """The URL of an empty database of this kind."""
    if kind == "sqlite":
        yield f"sqlite:///{folder}/queue.sqlite3"
        return
    with private_postgres.running() as url:
        yield url


def filled(url: str, folder: Path, count: int, password: str) -> Flask:
    """The application over an agency with `count` clips."""
    settings = Settings(
        secret_key=secrets.token_urlsafe(32),
        database_url=url,
        redis_url=f"unix://{folder}/no-redis.sock",
        upload_dir=folder / "uploads",
    )
    here = build(settings)
    migrations.upgrade(here.database.engine)
    demo.Sampler(here, password).open_accounts()
    Archive(here.database).fill(count)
    return create_app(settings)


def browser(app: Flask, name: str, password: str) -> FlaskClient:
    """Somebody's browser, logged in."""
    client = app.test_client()
    token = TOKEN.search(client.get("/login").text)
    form = {"username": name, "password": password, "csrf_token": token[1] if token else ""}
    answer = client.post("/login", data=form)
    if answer.status_code != 303:
        raise SystemExit(f"{name} cannot log in: {answer.status_code}")
    return client


def timed(client: FlaskClient, path: str) -> float:
    """The server's time for a page, in milliseconds."""
    begun = time.perf_counter()
    answer = client.get(path)
    took = (time.perf_counter() - begun) * 1000
    if answer.status_code != 200:
        raise SystemExit(f"{path}: {answer.status_code}")
    return took


def measured(app: Flask, password: str) -> dict[str, list[float]]:
    """Every time of every page, by page."""
    clients = {name: browser(app, name, password) for name in ROLES}
    pages = [(f"queue {name} {tab}", clients[name], f"/{tab}") for name in ROLES for tab in TABS]
    # Three syllables of those that stand in every second clip, and hardly ever all together.
    common = {"a": "ba", "b": "tran", "c": "khong"}
    for line in SEARCHES:
        asked = re.sub(r"(?<=q=)[^&]+", lambda hit: quote_plus(hit[0]), line.format(**common))
        pages.append((f"search {line}", clients["truongphong"], f"/?tab=done&{asked}"))
    for line in SEARCHES[:3]:
        asked = re.sub(r"(?<=q=)[^&]+", lambda hit: quote_plus(hit[0]), line)
        pages.append((f"search waiting {line}", clients["giamdoc"], f"/?{asked}"))
    times: dict[str, list[float]] = {name: [] for name, _, _ in pages}
    for turn in range(ROUNDS + 2):
        for name, client, path in pages:
            took = timed(client, path)
            if turn >= 2:  # the first rounds compile templates and fill caches
                times[name].append(took)
    return times


def p95(times: list[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]


def run(kind: str, sizes: tuple[int, ...]) -> bool:
    """Prints the figures of one database; says whether the limit held."""
    held, before = True, {}
    for count in sizes:
        password = secrets.token_urlsafe(16)
        with tempfile.TemporaryDirectory(prefix="dcq") as name, database(kind, Path(name)) as url:
            begun = time.monotonic()
            app = filled(url, Path(name), count, password)
            print(f"{kind}: {count} clips made in {time.monotonic() - begun:.0f} s", flush=True)
            times = measured(app, password)
        for group in ("queue", "search"):
            found = [
                took for page, all_ in times.items() if page.startswith(group) for took in all_
            ]
            middle, high = statistics.median(found), p95(found)
            held = held and high <= LIMIT_MS
            ratio = f"  {high / before[group]:.2f} times as long" if group in before else ""
            print(f"{kind} {count:>7} {group:7} p50 {middle:6.1f} ms  p95 {high:6.1f} ms{ratio}")
            before[group] = high
        slowest = sorted(times, key=lambda page: -p95(times[page]))[:5]
        for page in slowest:
            print(f"    {p95(times[page]):6.1f} ms  {page}", flush=True)
    return held


def main(arguments: list[str]) -> None:
    """Measures what was asked for; ends with 1 where the limit was not held."""
    kinds = [kind for kind in ("sqlite", "postgresql") if kind in arguments]
    sizes = tuple(int(word) for word in arguments if word.isdecimal()) or SIZES
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    results = [run(kind, sizes) for kind in kinds or ("sqlite", "postgresql")]
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main(sys.argv[1:])
