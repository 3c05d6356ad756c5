"""The one door to ffmpeg and ffprobe: nothing else in the project starts either.

Every input carries the allow-lists before its ``-i``, so that a playlist with a film's name is
refused before it is followed, and a decoder that nobody checked is never entered.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import ffmpeg

from media import limits, profiles
from media.errors import ToolFailed
from media.process import Leash, Outcome, supervise

_PATHS = re.compile(r"(?:file:)?(?:/[^\s:'\"/]+)+/")

# Progress lines that move when work is done. ffmpeg's out_time_ms is really in microseconds, so
# only the field with the honest name is used; it can be N/A or INT64_MIN before the first output.
_MOVING = ("out_time_us", "frame", "total_size")

_MICROSECONDS_PER_MS = 1000

# ffmpeg's answer when two thirds of what it read could not be decoded: the file is at fault, and
# another attempt will fare no better.
_MOSTLY_UNREADABLE = 69

# What a fence says when it stops something; the lines after it are only its echoes.
FENCED_CODEC = re.compile(r"Codec \((?P<codec>\w+)\) not on whitelist")
FENCED_SIZE = re.compile(r"Picture size (?P<width>\d+)x(?P<height>\d+) exceeds")


def input_options() -> dict[str, str]:
    """The options that fence every input, as ffmpeg and ffprobe both take them."""
    return {
        "protocol_whitelist": ",".join(profiles.PROTOCOLS),
        "format_whitelist": ",".join(profiles.DEMUXERS),
        "codec_whitelist": ",".join(profiles.DECODERS),
        "max_pixels": str(limits.MAX_PIXELS),
    }


def seconds(ms: int) -> str:
    """Milliseconds as the decimal seconds that ffmpeg reads, without passing through a float."""
    return f"{ms // 1000}.{ms % 1000:03d}"


def open_input(path: Path, *, limit_ms: int, **options: str) -> Any:
    """A fenced input node for ffmpeg-python; at most ``limit_ms`` of it will be read."""
    fences = input_options() | {"t": seconds(limit_ms)}
    return ffmpeg.input(f"file:{path}", **fences, **options)


def write_output(*streams: Any, out: Path | None, duration_ms: int, **options: object) -> Any:
    """An output node: a file with caps on length and size, or standard output when ``out`` is
    ``None``."""
    caps = {"t": seconds(duration_ms), "fs": limits.output_bytes(duration_ms)}
    return ffmpeg.output(*streams, f"file:{out}" if out else "pipe:1", **{**caps, **options})


def run(
    node: Any,
    *,
    step: str,
    wall_s: int,
    out: Path | None = None,
    file_bytes: int = 0,
    capture_bytes: int = 0,
    stall_s: int = limits.NO_PROGRESS_S,
    on_progress: Callable[[int], None] | None = None,
) -> bytes:
    """Run a graph made with ``open_input`` and ``write_output``; return its standard output.

    ``on_progress`` gets the milliseconds of output done, never falling; whatever it raises stops
    ffmpeg and comes through. The output's folder is also ffmpeg's temporary folder. A failed run
    leaves no output file.

    Raises ``ToolFailed`` (``ffmpeg_failed``, ``damaged``, ``ffmpeg_timeout``, ``no_progress``,
    ``ffmpeg_missing``).
    """
    leash = Leash(wall_s, file_bytes, stall_s, capture_bytes)
    with _no_half_file(out):
        outcome = supervise(
            _command(node, "error"),
            step=step,
            leash=leash,
            folder=out.parent if out else None,
            on_report=_Progress(on_progress),
        )
        _check(outcome, step)
    return outcome.stdout


def hear(
    node: Any, *, step: str, wall_s: int, on_progress: Callable[[int], None] | None = None
) -> str:
    """Run a graph that only measures, and return the end of what its filters said of it.

    It can write no file. Raises ``ToolFailed`` as ``run`` does, and what ``on_progress`` raises.
    """
    leash = Leash(wall_s, stall_s=limits.NO_PROGRESS_S)
    outcome = supervise(
        _command(node, "info"), step=step, leash=leash, on_report=_Progress(on_progress)
    )
    _check(outcome, step)
    return outcome.stderr.decode("utf-8", "replace")


def _command(node: Any, talk: str) -> Callable[[int], Sequence[str]]:
    """The command line of a graph, once it is known where to report; ``talk`` is a log level."""
    graph: list[str] = ffmpeg.compile(node)[1:]
    quiet = ("-nostdin", "-hide_banner", "-loglevel", talk, "-nostats", "-y")
    often = ("-stats_period", limits.REPORT_EVERY_S)
    return lambda reports: ("ffmpeg", *quiet, *often, "-progress", f"pipe:{reports}", *graph)


@contextlib.contextmanager
def _no_half_file(out: Path | None) -> Iterator[None]:
    """Whatever goes wrong inside leaves nothing at ``out``."""
    try:
        yield
    except BaseException:
        if out is not None:
            out.unlink(missing_ok=True)
        raise


def run_probe(path: Path, *arguments: str, step: str = "probe") -> bytes:
    """Run ffprobe over ``path`` with ``arguments`` and return what it printed.

    It can write no file. Raises ``ToolFailed`` as ``run`` does.
    """
    fences = [word for name, value in input_options().items() for word in (f"-{name}", value)]
    command = ("ffprobe", "-hide_banner", "-loglevel", "error", *fences, *arguments)
    leash = Leash(
        limits.PROBE_WALL_S,
        capture_bytes=limits.PROBE_MAX_OUTPUT_BYTES,
        memory_bytes=limits.PROBE_MEMORY_BYTES,
    )
    outcome = supervise(lambda _: (*command, "-i", f"file:{path}"), step=step, leash=leash)
    _check(outcome, step)
    return outcome.stdout


def read_headers(path: Path) -> dict[str, Any]:
    """Container and streams as ffprobe's JSON. Raises ``ToolFailed``."""
    said = run_probe(path, "-show_format", "-show_streams", "-of", "json")
    facts: dict[str, Any] = json.loads(said)
    return facts


@cache
def has_filter(name: str) -> bool:
    """Whether this build of ffmpeg carries a filter; builds differ, ``zscale`` is often missing.

    Raises ``ToolFailed`` (``ffmpeg_missing``).
    """
    leash = Leash(limits.PROBE_WALL_S, capture_bytes=limits.MIB)
    said = supervise(
        lambda _: ("ffmpeg", "-nostdin", "-hide_banner", "-filters"), step="filters", leash=leash
    )
    return any(line.split()[1:2] == [name.encode()] for line in said.stdout.splitlines())


def _check(outcome: Outcome, step: str) -> None:
    if outcome.status == 0:
        return
    code = "damaged" if outcome.status == _MOSTLY_UNREADABLE else "ffmpeg_failed"
    detail = last_line(outcome.stderr)
    raise ToolFailed(code, step=step, exit=outcome.status, detail=detail)


def last_line(stderr: bytes) -> str:
    """The telling complaint: a fence's, else the last; printable, short, without our folders."""
    lines = [line.strip() for line in stderr.decode("utf-8", "replace").splitlines()]
    spoken = [line for line in lines if line]
    fenced = [line for line in spoken if FENCED_CODEC.search(line) or FENCED_SIZE.search(line)]
    told = (fenced[:1] or spoken[-1:] or [""])[0]
    printable = "".join(char if char.isprintable() else " " for char in told)
    return _PATHS.sub("", printable)[: limits.DETAIL_MAX_CHARS]


class _Progress:
    """Turns ``key=value`` lines into milliseconds done, and knows whether anything moved."""

    def __init__(self, on_progress: Callable[[int], None] | None) -> None:
        self._on_progress, self._done_ms = on_progress, 0
        self._last: dict[str, str] = {}

    def __call__(self, line: str) -> bool:
        name, _, value = line.partition("=")
        if name not in _MOVING:
            return False
        moved = self._last.get(name) != value
        self._last[name] = value
        if name == "out_time_us" and value.lstrip("-").isdigit():
            self._report(int(value) // _MICROSECONDS_PER_MS)
        return moved

    def _report(self, done_ms: int) -> None:
        if self._on_progress is not None and done_ms > self._done_ms:
            self._done_ms = done_ms
            self._on_progress(done_ms)
