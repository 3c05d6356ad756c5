"""kill -9, freezing and polite endings of real workers, with the product's own lease lengths."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from review.db import Database
from review.operations import work
from tests.faults.conftest import RECOVERY_S, Yard, seconds_since
from tests.faults.crew import Crew, encoding_horse, tools_at_work
from tests.services import RedisServer, wait_for

pytestmark = pytest.mark.slow

Crews = Callable[[str, str], Crew]
RELAY, SPEECH, MEDIA = 0, 1, (2, 3, 4)


def url_of(database: Database) -> str:
    """The address under which other processes reach the test's database."""
    return database.engine.url.render_as_string(hide_password=False)


def test_every_worker_killed_in_mid_job(
    database: Database, clean_redis: RedisServer, tmp_path: Path, slow_clip: Path, crews: Crews
) -> None:
    """Three media workers, the speech worker and the relay die; all is done again, once.

    Of the media workers one loses its work-horse's whole process group, one the work-horse alone,
    one dies itself. The clips are there before the relay first starts, as if it had been killed
    between the commit of an upload and the queue.
    """
    yard = Yard(database, tmp_path / "uploads", slow_clip)
    yard.send(3)
    crew = crews(url_of(database), clean_redis.url)
    crew.start("relay", "speech", "media", "media", "media")
    wait_for(lambda: all(encoding_horse(crew.pid(n)) for n in MEDIA), 60, what="three encodings")
    wait_for(lambda: yard.rows("transcribe", work.LEASED), 60, what="speech at work")
    horses = [encoding_horse(crew.pid(number)) for number in MEDIA]
    os.killpg(horses[0], signal.SIGKILL)
    os.kill(horses[1], signal.SIGKILL)
    crew.kill(MEDIA[2])
    crew.kill(SPEECH)
    crew.kill(RELAY)
    killed = time.monotonic()
    wait_for(lambda: not tools_at_work(yard.storage.root), 5, what="no orphan ffmpeg")
    wait_for(lambda: min(yard.attempts("transcode")) == 2, RECOVERY_S, what="pictures again")
    wait_for(lambda: max(yard.attempts("transcribe")) == 2, RECOVERY_S, what="speech again")
    assert seconds_since(killed) < RECOVERY_S
    print(f"taken up again {seconds_since(killed):.1f} s after the kill")
    yard.wait_until_ready()
    yard.check()
    assert yard.attempts("transcode") == [2, 2, 2]


def test_a_worker_that_wakes_after_its_lease_overwrites_nothing(
    database: Database, clean_redis: RedisServer, tmp_path: Path, slow_clip: Path, crews: Crews
) -> None:
    """A frozen work-horse is followed by another; thawed, it throws its own product away."""
    yard = Yard(database, tmp_path / "uploads", slow_clip)
    yard.send()
    crew = crews(url_of(database), clean_redis.url)
    crew.start("relay", "speech", "media")
    horse = wait_for(lambda: encoding_horse(crew.pid(2)), 60, what="an encoding")
    os.kill(horse, signal.SIGSTOP)
    crew.start("media")
    yard.wait_until_ready()
    os.kill(horse, signal.SIGCONT)
    wait_for(lambda: not Path(f"/proc/{horse}").exists(), 30, what="the thawed horse to end")
    yard.check()
    assert yard.attempts("transcode") == [2]


def test_sigterm_lets_the_job_in_hand_end(
    database: Database, clean_redis: RedisServer, tmp_path: Path, slow_clip: Path, crews: Crews
) -> None:
    """A polite ending costs no attempt."""
    yard = Yard(database, tmp_path / "uploads", slow_clip)
    yard.send()
    crew = crews(url_of(database), clean_redis.url)
    crew.start("relay", "speech", "media")
    wait_for(lambda: encoding_horse(crew.pid(2)), 60, what="an encoding")
    wait_for(lambda: yard.rows("transcribe", work.LEASED), 60, what="speech at work")
    told = [crew.pid(number) for number in range(3)]
    for pid in told:
        os.kill(pid, signal.SIGTERM)
    yard.wait_until_ready()
    wait_for(lambda: all(crew.pid(n) != told[n] for n in range(3)), 30, what="fresh processes")
    yard.check()
    assert (yard.attempts("transcode"), yard.attempts("transcribe")) == ([1], [1])
