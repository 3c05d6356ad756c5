"""There is one door to other programs, and every call through it is fenced."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from media import ffmpeg, pictures, process, profiles, transcode
from media import limits as media_limits
from media.probe import probe
from media.speech import decode_sound
from review.settings import ROOT
from tests.media.clips import AAC, X264, picture, sound
from tests.media.clips import ffmpeg as by_hand

ROOMS = ("media", "review", "workers")
FILES = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]

MAX_SECONDS = 60

# The only file that starts programs.
DOOR = ROOT / "media" / "process.py"

STARTERS = frozenset({"subprocess", "pty", "multiprocessing", "popen2", "sh", "pexpect"})
STARTS = ("system", "popen", "fork", "forkpty", "startfile")
FAMILIES = ("exec", "spawn", "posix_spawn", "create_subprocess")
# What ffmpeg-python is for: building the graph. Its own run() and probe() are not the door.
GRAPH_ONLY = frozenset({"input", "output", "compile", "filter"})


def imported(tree: ast.AST) -> set[str]:
    """The top names of all modules that a file imports."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


def used(tree: ast.AST, module: str) -> set[str]:
    """The names that a file uses of ``module``, as ``module.name``."""
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == module
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_else_starts_a_program(path: Path) -> None:
    """No subprocess, no fork, no shell, in whatever way it is spelled."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    asyncio = {name for name in used(tree, "asyncio") if name.startswith(FAMILIES)}
    system = {name for name in used(tree, "os") if name in STARTS or name.startswith(FAMILIES)}
    found = (imported(tree) & STARTERS) | asyncio | system
    assert found == ({"subprocess"} if path == DOOR else set())


def test_only_the_door_knows_ffmpeg_python() -> None:
    """Graphs are run in one module; Whisper's own loader, which runs ffmpeg bare, nowhere."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in FILES}
    users = {path.name for path, tree in trees.items() if "ffmpeg" in imported(tree)}
    assert users == {"ffmpeg.py"}
    assert used(trees[ROOT / "media" / "ffmpeg.py"], "ffmpeg") <= GRAPH_ONLY
    for path, tree in trees.items():
        called = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        assert "load_audio" not in called, path


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The whole command line of every program that is started, in order."""
    seen: list[list[str]] = []
    fenced = process._fenced

    def note(*arguments: object) -> list[str]:
        seen.append(fenced(*arguments))  # type: ignore[arg-type]
        return seen[-1]

    monkeypatch.setattr(process, "_fenced", note)
    return seen


def test_every_call_is_fenced(tmp_path: Path, calls: list[list[str]]) -> None:
    """All the way of a clip: lists before each input, plain paths, caps, limits, one way out."""
    source, film = tmp_path / "a.mp4", tmp_path / "film.mp4"
    by_hand(*picture("160x90", "50", 1), *sound(seconds=1), *X264, *AAC, source)
    facts = probe(source, max_seconds=MAX_SECONDS)
    transcode.make_publication(source, facts, film)
    pictures.make_poster(film, facts, tmp_path / "poster.jpg")
    decode_sound(source, facts)
    assert len(calls) >= 8
    for call in calls:
        check_fences(call)


def value_of(call: list[str], option: str) -> str:
    """What follows ``option``, which stands once, before the first input."""
    assert call.index(option) < call.index("-i"), (option, call)
    return call[call.index(option) + 1]


def check_fences(call: list[str]) -> None:
    """Holds one command line against the list of fences."""
    tool = next(word for word in call if word in ("ffmpeg", "ffprobe"))
    before, after = call[: call.index(tool)], call[call.index(tool) :]
    assert before[:3] == before[-3:] == ["setpriv", "--pdeathsig", "KILL"]
    limits = {word.partition("=")[0] for word in before}
    assert {"prlimit", "--cpu", "--as", "--fsize", "--core", "--nofile"} <= limits
    assert after.count("-i") == 1
    assert after[after.index("-i") + 1].startswith("file:/")
    assert value_of(after, "-protocol_whitelist") == "file"
    assert value_of(after, "-format_whitelist") == ",".join(profiles.DEMUXERS)
    assert value_of(after, "-codec_whitelist") == ",".join(profiles.DECODERS)
    assert int(value_of(after, "-max_pixels")) == int(ffmpeg.input_options()["max_pixels"])
    if tool == "ffmpeg":
        assert "-nostdin" in after
        longest_ms = MAX_SECONDS * 1000 + media_limits.DURATION_GRACE_MS
        assert float(value_of(after, "-t")) * 1000 <= longest_ms
        output = after[after.index("-i") + 2 :]
        assert {"-t", "-fs"} <= set(output)
        places = [word for word in output if word.startswith(("file:", "pipe:", "http"))]
        assert len(places) == 1 and places[0].startswith(("file:/", "pipe:1"))
