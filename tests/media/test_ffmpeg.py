"""The one door: progress, clocks, fences, and no survivors."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from media import ffmpeg, process
from media.errors import ToolFailed
from media.process import Leash, supervise
from tests.media.conftest import ROOT

Clip = Callable[[str], Path]


def slow_node(source: Path, out: Path | None) -> object:
    """A graph that would run for an hour: real time, over and over."""
    node = ffmpeg.open_input(source, limit_ms=3_600_000, stream_loop="-1", re=None)  # type: ignore[arg-type]
    return ffmpeg.write_output(node["v"], out=out, duration_ms=3_600_000, f="mp4")


def tools_at_work(mark: str) -> list[int]:
    """The processes on whose command line ``mark`` stands, zombies left out."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                command = (entry / "cmdline").read_bytes().decode("utf-8", "replace")
            except (FileNotFoundError, ProcessLookupError):
                continue
            if mark in command and command.startswith(("ffmpeg", "setpriv", "prlimit", "unshare")):
                found.append(int(entry.name))
    return found


def wait_until(check: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not check():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def shell(script: str) -> Callable[[int], list[str]]:
    return lambda report: ["bash", "-c", script.replace("REPORT", str(report))]


def test_progress_rises_to_the_end(clip: Clip, tmp_path: Path) -> None:
    """Milliseconds of output, never falling, the last near the clip's length."""
    seen: list[int] = []
    out = tmp_path / "out.mp4"
    node = ffmpeg.open_input(clip("plain.mp4"), limit_ms=10_000)
    product = ffmpeg.write_output(node["v"], out=out, duration_ms=10_000, preset="veryfast")
    ffmpeg.run(product, step="t", wall_s=60, out=out, file_bytes=10**7, on_progress=seen.append)
    assert seen == sorted(set(seen))
    assert seen[-1] == pytest.approx(3000, abs=150)


def test_a_callback_stops_the_work(clip: Clip, tmp_path: Path) -> None:
    """What it raises comes through, ffmpeg is gone and so is its half file."""
    out = tmp_path / "out.mp4"

    def stop(_: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        ffmpeg.run(
            slow_node(clip("plain.mp4"), out),
            step="t",
            wall_s=60,
            out=out,
            file_bytes=10**8,
            on_progress=stop,
        )
    assert tools_at_work(str(out)) == []
    assert not out.exists()


def test_a_timeout_kills_the_whole_group(clip: Clip, tmp_path: Path) -> None:
    """The wall clock ends what would run for an hour."""
    out = tmp_path / "out.mp4"
    with pytest.raises(ToolFailed) as failure:
        ffmpeg.run(slow_node(clip("plain.mp4"), out), step="t", wall_s=1, out=out, file_bytes=10**8)
    assert (failure.value.code, failure.value.params) == (
        "ffmpeg_timeout",
        {"step": "t", "seconds": 1},
    )
    assert tools_at_work(str(out)) == []
    assert not out.exists()


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("sleep 600 & echo $! > pid; wait", "ffmpeg_timeout"),
        ("sleep 600 >/dev/null 2>&1 REPORT>&- & echo $! > pid", None),
    ],
)
def test_grandchildren_die_too(tmp_path: Path, script: str, code: str | None) -> None:
    """A tool cannot leave others behind, neither when it hangs nor when it ends well itself."""
    leash = Leash(wall_s=1, file_bytes=100)
    try:
        supervise(shell(script), step="t", leash=leash, folder=tmp_path)
        ended = None
    except ToolFailed as failure:
        ended = failure.code
    assert ended == code
    grandchild = int((tmp_path / "pid").read_text())
    assert wait_until(lambda: not alive(grandchild), seconds=3)


def test_silence_is_noticed() -> None:
    """A hung process is not waited for until the wall clock."""
    with pytest.raises(ToolFailed) as failure:
        supervise(shell("sleep 60"), step="t", leash=Leash(wall_s=60, stall_s=0))
    assert failure.value.code == "no_progress"


def test_endless_output_is_cut_off() -> None:
    """Nothing that a tool prints fills our memory."""
    with pytest.raises(ToolFailed) as failure:
        supervise(shell("yes"), step="t", leash=Leash(wall_s=60, capture_bytes=1000))
    assert failure.value.params["detail"] == "too much output"
    told = supervise(shell("yes hello | head -c 1000000 >&2"), step="t", leash=Leash(wall_s=60))
    assert len(told.stderr) == 8192


def test_the_fences_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    """No secrets, nothing to read, no core dump, no file, bounded memory, no network."""
    monkeypatch.setenv("SECRET_KEY", "kept from tools")
    script = "env; cat; ulimit -c; ulimit -f; ulimit -v; tail -n +3 /proc/self/net/dev"
    leash = Leash(wall_s=20, capture_bytes=100_000, memory_bytes=1 << 30)
    said = supervise(shell(script), step="t", leash=leash).stdout.decode()
    assert "SECRET_KEY" not in said
    assert f"\n0\n0\n{1 << 20}\n" in said
    devices = [line.split(":")[0].strip() for line in said.splitlines() if line.startswith(" ")]
    if process.has_network_fence():
        assert devices == ["lo"]


def test_a_tool_cannot_write_more_than_it_may(tmp_path: Path) -> None:
    """The kernel stops a file that grows beyond its limit."""
    leash = Leash(wall_s=20, file_bytes=4096)
    outcome = supervise(
        shell("exec head -c 100000 /dev/zero > big"), step="t", leash=leash, folder=tmp_path
    )
    assert outcome.status == -signal.SIGXFSZ
    assert (tmp_path / "big").stat().st_size == 4096


def test_a_failure_tells_the_last_complaint_without_our_folders(tmp_path: Path) -> None:
    """Step, exit status and one line of why; paths of this machine stay out of messages."""
    source = tmp_path / "broken.mp4"
    source.write_text("no film")
    out = tmp_path / "out.mp4"
    node = ffmpeg.open_input(source, limit_ms=1000)
    with pytest.raises(ToolFailed) as failure:
        ffmpeg.run(
            ffmpeg.write_output(node["v"], out=out, duration_ms=1000), step="t", wall_s=9, out=out
        )
    assert failure.value.code == "ffmpeg_failed"
    assert failure.value.params["step"] == "t"
    assert "Invalid data found" in str(failure.value.params["detail"])
    assert str(tmp_path) not in str(failure.value.params)


@pytest.mark.parametrize(
    ("name", "why"),
    [("magicyuv.mov", "not on whitelist"), ("huge.mp4", "exceeds specified max pixel count")],
)
def test_no_unchecked_decoder_is_entered(clip: Clip, tmp_path: Path, name: str, why: str) -> None:
    """The door keeps its own fences, whatever the probe has let through; both tools have them."""
    source, out = clip(name), tmp_path / "out.mp4"
    node = ffmpeg.open_input(source, limit_ms=1000)
    product = ffmpeg.write_output(node["v"], out=out, duration_ms=1000)
    with pytest.raises(ToolFailed) as failure:
        ffmpeg.run(product, step="t", wall_s=30, out=out, file_bytes=10**7)
    assert why in str(failure.value.params["detail"])
    with pytest.raises(ToolFailed) as failure:
        ffmpeg.read_headers(source)
    assert why in str(failure.value.params["detail"])


def test_a_missing_tool_has_its_own_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """An operator must learn that something is not installed."""
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ToolFailed) as failure:
        supervise(shell("true"), step="t", leash=Leash(wall_s=9))
    assert failure.value.code == "ffmpeg_missing"


PARENT = """
import sys
from pathlib import Path
from media import ffmpeg
source, out = Path(sys.argv[1]), Path(sys.argv[2])
node = ffmpeg.open_input(source, limit_ms=3600000, stream_loop="-1", re=None)
node = ffmpeg.write_output(node["v"], out=out, duration_ms=3600000, f="mp4")
ffmpeg.run(node, step="t", wall_s=3600, out=out, file_bytes=10**8)
"""


@pytest.fixture
def parent(clip: Clip, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    out = str(tmp_path / "out.mp4")
    child = subprocess.Popen([sys.executable, "-c", PARENT, clip("plain.mp4"), out], cwd=ROOT)
    yield child, out
    child.kill()
    child.wait()
    for pid in tools_at_work(out):
        os.kill(pid, signal.SIGKILL)


def test_kill_9_of_the_parent_leaves_no_ffmpeg(parent: tuple[subprocess.Popen[bytes], str]) -> None:
    """The kernel ends the child when its parent cannot."""
    child, mark = parent
    assert wait_until(lambda: Path(mark).exists())
    assert tools_at_work(mark)
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert wait_until(lambda: not tools_at_work(mark), seconds=3)
