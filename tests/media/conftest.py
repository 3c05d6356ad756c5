"""Clips for the tests, each made once a session, on first use."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.media import clips, honest, hostile, mutants
from tests.media.clips import AAC, PICTURE, SOUND, X264, Shelf, ffmpeg
from tools import make_clip

__all__ = ["AAC", "PICTURE", "ROOT", "SENTENCES", "SOUND", "TINY_MODEL", "X264", "ffmpeg"]

ROOT = Path(__file__).resolve().parents[2]
TINY_MODEL = ROOT / "tools" / "tiny-whisper" / "tiny-vi.pt"

SENTENCES = (
    "Hội phụ nữ tổ chức ngày hội văn hóa tại Chợ Chu.",
    "Tin vui đến với bà con.",
)


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """Gives a clip by its name: a basic one, or one of the tables of honest and hostile clips."""
    rooms = (clips.BASIC, honest.MAKERS, hostile.MAKERS, mutants.MAKERS)
    makers = {name: maker for room in rooms for name, maker in room.items()}
    assert len(makers) == sum(map(len, rooms)), "two clips of one name"
    return Shelf(tmp_path_factory.mktemp("clips"), makers)


@pytest.fixture(scope="session")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[make_clip.Spoken]]:
    """A clip in which two sentences are said, and what is said when."""
    path = tmp_path_factory.mktemp("spoken") / "spoken.mp4"
    return path, make_clip.make(path, SENTENCES, size=(320, 180), fps="25")
