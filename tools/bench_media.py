"""The workshop's own figures: how fresh its progress is, and what copying a picture saves.

    python tools/bench.py progress copy

``python -m tools.bench_media FILE`` is a media worker like any other that also notes, in FILE, when
ffmpeg said what: the truth against which the page is held.
"""

from __future__ import annotations

import contextlib
import functools
import re
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from media import fitting, transcode
from media.probe import probe
from media.profiles import PUBLICATION
from review.operations import identity, intake
from review.permissions import Actor
from review.web.sessions import COOKIE
from tools import make_clip
from workers import __main__ as worker
from workers.context import Context
from workers.pulse import Pulse

Start = Callable[..., contextlib.AbstractContextManager[object]]

CLIP_SECONDS = 60
COPY_SECONDS = 120
FULL_HD = (1920, 1080)
PATIENCE_S = 600.0
# Key frames too far apart to copy the picture: it has to be encoded.
ENCODED = ("-g", "900")
CONFORMING = ("-g", "60", "-profile:v", "high", "-maxrate", "10M", "-bufsize", "20M")

# What the player's place will ask for next: at once, or after so many seconds.
_ASKS = re.compile(r'data-player-area\s+hx-get="([^"]+)" hx-trigger="(?:load|every ([0-9.]+)s)"')
_SHOWS = re.compile(r'<progress max="100" value="([0-9]+)"')


@dataclass(frozen=True)
class Said:
    """At this moment of the machine's steady clock, ffmpeg had done so many of so many ms."""

    at: float
    done: int
    total: int

    @property
    def percent(self) -> int:
        """What a page that knew at once would show."""
        return min(99, self.done * 100 // self.total)


@dataclass(frozen=True)
class Shown:
    """A page showed this percentage from one moment to the other."""

    percent: int
    since: float
    until: float


def watched_worker(notes: Path) -> int:
    """A media worker that also notes each of ffmpeg's reports as it comes."""
    honest = Pulse.done

    def done(pulse: Pulse, count: int, total: int | None = None) -> None:
        with notes.open("a") as file:
            print(time.monotonic(), count, pulse._total, file=file)
        honest(pulse, count, total)

    Pulse.done = done  # type: ignore[method-assign]
    return worker.main(["media"])


def progress(
    folder: Path, start: Start, here: Context, author: Actor, password: str
) -> dict[str, float]:
    """How old, in seconds, what a clip's page shows of ffmpeg is: at most, and mostly.

    The page is asked just as the browser does; what it shows counts as old from the moment at
    which ffmpeg said more, until the next answer has come.
    """
    source, notes = folder / "watched.mp4", folder / "ffmpeg.notes"
    make_clip.make(
        source, make_clip.sentences(4), seconds=CLIP_SECONDS, size=FULL_HD, options=ENCODED
    )
    base, port = here.settings.base_url, str(here.settings.port)
    serve = ("gunicorn", "review.wsgi:app", "--bind", f"127.0.0.1:{port}")
    with contextlib.ExitStack() as stack:
        for command in (
            ("workers", "relay"),
            ("tools.bench_media", str(notes)),
            (*serve, "--worker-class", "gthread", "--threads", "8"),
        ):
            stack.enter_context(start(sys.executable, "-m", *command))
        _until(lambda: _answers(f"{base}/healthz"))
        secret = identity.log_in(here.database, "phongvien", password, "bench", "127.0.0.1")
        shown = _look(base, _send(here, author, source), secret)
    ages = sorted(_ages(_read(notes), shown))
    return {
        "page looked at (times)": float(len(ages)),
        "progress on the page, oldest (s)": ages[-1],
        "progress on the page, median oldest (s)": ages[len(ages) // 2],
    }


def _send(here: Context, author: Actor, source: Path) -> str:
    with source.open("rb") as stream:
        stored = here.storage.receive(stream, max_bytes=here.settings.max_upload_bytes)
    draft = intake.ClipDraft(title="Đo tiến độ", category_code="xa_hoi", political=False)
    return intake.create_clip(here.database, author, draft, intake.Upload(stored, source.name)).code


def _look(base: str, code: str, secret: str) -> list[Shown]:
    """Follows the page while it shows the encoding, and notes each percentage and its time."""
    shown: list[Shown] = []
    asks = _ASKS.search(_get(f"{base}/clips/{code}", secret))
    if asks is None:
        raise SystemExit("the clip's page does not ask how far its file is")
    last: tuple[int, float] | None = None
    ends = time.monotonic() + PATIENCE_S
    while asks is not None and not (shown and last is None) and time.monotonic() < ends:
        time.sleep(float(asks[2] or 0))
        text = _get(base + asks[1].replace("&amp;", "&"), secret)
        now, value = time.monotonic(), _SHOWS.search(text)
        if last is not None:
            shown.append(Shown(last[0], last[1], now))
        last = (int(value[1]), now) if value else None
        asks = _ASKS.search(text)
    return shown


def _get(url: str, secret: str) -> str:
    request = urllib.request.Request(
        url, headers={"Cookie": f"{COOKIE}={secret}", "Accept": "text/html", "HX-Request": "true"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return str(answer.read().decode())


def _read(notes: Path) -> list[Said]:
    lines = (line.split() for line in notes.read_text().splitlines())
    return [Said(float(at), int(done), int(total)) for at, done, total in lines]


def _ages(said: list[Said], shown: list[Shown]) -> list[float]:
    """For each answer, how long before it was replaced ffmpeg had already said more."""
    ages = []
    for page in shown:
        more = next((one.at for one in said if one.percent > page.percent), page.until)
        ages.append(max(0.0, page.until - more))
    return ages


def copy(folder: Path) -> dict[str, float]:
    """Seconds for a conforming clip of two minutes: picture and sound copied; picture copied and
    sound brought to its loudness; both encoded."""
    source, out = folder / "conforming.mp4", folder / "product.mp4"
    make_clip.make(
        source, make_clip.sentences(8), seconds=COPY_SECONDS, size=FULL_HD, options=CONFORMING
    )
    facts = probe(source, max_seconds=COPY_SECONDS + 5)
    if not fitting.can_copy_picture(facts, PUBLICATION):
        raise SystemExit(f"the clip for copying does not conform: {facts}")
    ways = {
        "picture and sound copied (s)": replace(facts, loudness=None),
        "picture copied, sound corrected (s)": facts,
        # The one fact that has to be amiss for an encoding.
        "encoded (s)": replace(facts, variable_rate=True),
    }
    took = {
        way: _seconds(functools.partial(transcode.make_publication, source, given, out))
        for way, given in ways.items()
    }
    both, picture, coded = took.values()
    return took | {
        "copying both is faster by": coded / both,
        "copying the picture is faster by": coded / picture,
    }


def _seconds(work: Callable[[], object]) -> float:
    begun = time.monotonic()
    work()
    return time.monotonic() - begun


def _answers(url: str) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2):
        return True
    return False


def _until(check: Callable[[], bool]) -> None:
    ends = time.monotonic() + 60
    while not check():
        if time.monotonic() > ends:
            raise SystemExit("the web server does not answer")
        time.sleep(0.1)


if __name__ == "__main__":
    sys.exit(watched_worker(Path(sys.argv[1])))
