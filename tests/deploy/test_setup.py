"""What deploy/setup.sh says on a machine where it may not install anything."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2]
TOOLS = (
    "sh dirname mkdir chmod find sort tr tail cat flock python3 ffmpeg ffprobe espeak-ng setpriv"
)


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A tree with the script, and a PATH with the tools it uses but neither Redis nor sudo."""
    (tmp_path / "deploy").mkdir()
    shutil.copy(SOURCE / "deploy" / "setup.sh", tmp_path / "deploy")
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in TOOLS.split():
        found = shutil.which(name)
        assert found, name
        (programs / name).symlink_to(found)
    for name, text in {"id": "echo 1000", "apt-get": "echo called >&2; exit 1"}.items():
        (programs / name).write_text(f"#!/bin/sh\n{text}\n")
        (programs / name).chmod(0o755)
    return tmp_path


def setup(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the script in ``root`` with nothing else in reach."""
    return subprocess.run(
        [str(root / "deploy" / "setup.sh"), *arguments],
        env={"PATH": str(root / "bin"), "LANG": os.environ.get("LANG", "C.UTF-8")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )


def test_says_exactly_what_to_install(bare: Path) -> None:
    """Without root or sudo the person gets one line to hand to the administrator."""
    done = setup(bare)
    assert done.returncode == 3
    (command,) = [row for row in done.stderr.splitlines() if "apt-get install" in row]
    assert command.strip().startswith("apt-get update && apt-get install -y")
    packages = command.rpartition("--no-install-recommends ")[2].split()
    assert "redis-server" in packages
    assert "ffmpeg" not in packages
    assert "called" not in done.stderr
    assert not (bare / ".venv").exists()


def test_tests_need_more_than_running(bare: Path) -> None:
    """``test`` adds the browser and the audio tools; plain use does not ask for them."""
    assert "sox" in setup(bare, "test").stderr
    assert "sox" not in setup(bare).stderr


def test_wrong_word_is_refused(bare: Path) -> None:
    """A typing error installs nothing."""
    done = setup(bare, "tset")
    assert done.returncode == 2
    assert "usage" in done.stderr
