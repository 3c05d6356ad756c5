"""Rules of this room: what it may import, what it must not load, and facts that travel."""

from __future__ import annotations

import ast
import json
import pickle
import subprocess
import sys

import pytest

from media.errors import FileMissing, MediaError, Refused
from media.results import Line, Probe, StoredFile, Transcript
from tests.media.conftest import ROOT

LIGHT = (
    "media.captions",
    "media.doubts",
    "media.errors",
    "media.fitting",
    "media.headers",
    "media.limits",
    "media.packets",
    "media.profiles",
    "media.results",
    "media.storage",
    "media.tracks",
    "media.speech",
)


def test_light_modules_load_nothing_heavy() -> None:
    """The web process imports these and must not carry torch along."""
    look = f"import sys, {', '.join(LIGHT)}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", look], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert not {"torch", "whisper", "numpy", "numba"} & set(done.stdout.split())


def test_this_room_imports_nothing_else_of_ours() -> None:
    """Bytes in, facts out: no database, no web."""
    for path in (ROOT / "media").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            rooms = {name.split(".")[0] for name in names}
            assert not rooms & {"review", "workers", "tools", "tests", "flask", "sqlalchemy"}, path


@pytest.mark.parametrize(
    "facts",
    [
        StoredFile("ab" * 16, "00" * 32, 7),
        Line(0, 1000, "Chợ Chu", "loop"),
        Transcript("vi", "openai", "m", "l", (Line(0, 1, "a"), Line(1, 2, "b", "no_speech"))),
        Probe(
            "mp4",
            3000,
            1,
            2,
            90,
            30_000,
            1001,
            True,
            "h264",
            "yuv420p",
            "bt709",
            None,
            0,
            "1:1",
            False,
        ),
    ],
)
def test_facts_travel_as_json(facts: StoredFile | Line | Transcript | Probe) -> None:
    """There and back through real JSON, no floating point on the way, unknown names ignored."""

    def no_floats(text: str) -> float:
        raise AssertionError(text)

    data = json.loads(json.dumps(facts.to_json()), parse_float=no_floats)
    assert type(facts).from_json(data) == facts
    assert type(facts).from_json({**data, "later": 1}) == facts


def test_failures_cross_a_process_boundary() -> None:
    """Kind, code and parameters survive."""
    copy = pickle.loads(  # noqa: S301 (our own bytes)
        pickle.dumps(Refused("too_long", duration_ms=5, max_ms=3))
    )
    assert (type(copy), copy.code, copy.params) == (
        Refused,
        "too_long",
        {"duration_ms": 5, "max_ms": 3},
    )
    assert isinstance(FileMissing("file_missing"), MediaError)
    assert str(copy) == "too_long(duration_ms=5, max_ms=3)"
