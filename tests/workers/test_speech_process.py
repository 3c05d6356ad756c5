"""The one warm process for speech: begun anew after so many clips, ended when stuck, steady."""

from __future__ import annotations

from pathlib import Path

import pytest
from redis import Redis

from review.db import Database
from review.operations.work import DueWork
from tests.services import RedisServer
from tests.workers.benches import TINY_MODEL
from tests.workers.conftest import Workshop
from tests.workers.test_processes import run_python
from tests.world import World
from workers import queues
from workers.__main__ import main

# Allocators keep what they took once; after the first few clips nothing more is taken.
GROWTH_MB = 40


def test_it_ends_by_itself_after_so_many_clips(
    database: Database, clean_redis: RedisServer, tmp_path: Path
) -> None:
    """The supervisor begins it anew, with the memory of a fresh process."""
    connection = Redis.from_url(clean_redis.url)
    queue = queues.open_queue("speech", connection)
    for number in (1, 2, 3):  # there is no such work, so each is over at once
        queues.put(queue, DueWork(number, "transcribe", 0), clip_seconds=10)
    said = run_python(
        "-m workers speech",
        DATABASE_URL=str(database.engine.url),
        REDIS_URL=clean_redis.url,
        UPLOAD_DIR=str(tmp_path / "uploads"),
        SPEECH_JOBS_PER_PROCESS="2",
    )
    assert said.returncode == 0, said.stderr
    assert len(queue.get_job_ids()) == 1


def test_code_that_never_lets_go_of_the_interpreter_is_ended(
    database: Database, clean_redis: RedisServer, tmp_path: Path
) -> None:
    """No thread of Python's runs any more, not even the pulse; the C library's clock does."""
    lease = Workshop(World.first(database)).lease("probe")
    said = run_python(
        f"""
        import ctypes
        from review.operations import work
        from workers import pulse
        from workers.context import context
        pulse.STUCK_S = 1
        with pulse.Pulse(context(), work.Lease(*{tuple(vars(lease).values())!r})) as beat:
            ctypes.PyDLL(None).sleep(50)
        """,
        DATABASE_URL=str(database.engine.url),
        REDIS_URL=clean_redis.url,
        UPLOAD_DIR=str(tmp_path / "uploads"),
    )
    assert said.returncode != 0
    assert "Timeout" in said.stderr


@pytest.mark.parametrize("engine", ["openai", "faster"])
def test_it_does_not_grow_from_clip_to_clip(engine: str, tmp_path: Path) -> None:
    """What one clip needed the next one uses again."""
    said = run_python(
        f"""
        from pathlib import Path
        import numpy as np
        from media import speech
        model = speech.load({str(TINY_MODEL)!r}, engine={engine!r}, device="cpu",
                            folder=Path({str(tmp_path)!r}))
        rng = np.random.default_rng(1)
        seen = []
        for number in range(9):
            sound = (0.1 * rng.normal(size=16_000 * (4 + number % 3))).astype(np.float32)
            model.lines(sound, language="vi", duration_ms=sound.size // 16)
            pages = int(Path("/proc/self/statm").read_text().split()[1])
            seen.append(pages * 4096 / 1e6)
        print(max(seen[4:]) - max(seen[:4]))
        """
    )
    assert float(said.stdout) < GROWTH_MB, said.stderr


def test_the_command_that_converts_says_what_it_did(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Once it works; then the folder is there, and a file that is no checkpoint is named."""
    folder, notes = tmp_path / "tiny", tmp_path / "notes.pt"
    notes.write_text("no weights")
    assert main(["convert-model", str(TINY_MODEL), str(folder)]) == 0
    assert f"WHISPER_MODEL={folder}" in capsys.readouterr().out
    assert main(["convert-model", str(TINY_MODEL), str(folder)]) == 1
    assert str(folder) in capsys.readouterr().err
    assert main(["convert-model", str(notes), f"{folder}-2"]) == 1
    assert "notes.pt" in capsys.readouterr().err
    assert main(["convert-model", str(notes)]) == 2
