"""kill -9 while a file that somebody asked for is made: a cover, a copy with its captions."""

from __future__ import annotations

import os
import signal
import time
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from media.results import Line
from review.db import Database
from review.models import OrderedFile, StoredFile
from review.operations import captioned, covers, work
from tests.faults.conftest import RECOVERY_S, Yard, seconds_since
from tests.faults.crew import Crew, children, encoding_horse, tools_at_work
from tests.faults.test_kill_nine import Crews, url_of
from tests.services import RedisServer, wait_for
from tests.words import heard

pytestmark = pytest.mark.slow

MEDIA = (2, 3)
WORDS = (Line(0, 7_000, "Tin vui đến với bà con."),)
# A cover is cut in a fraction of a second: some are ready before the blow falls.
TRIES = 10


@pytest.fixture
def yard(database: Database, tmp_path: Path, slow_clip: Path) -> Yard:
    """A yard with one clip on its way."""
    yard = Yard(database, tmp_path / "uploads", slow_clip)
    yard.send()
    return yard


def kept(yard: Yard, kind: str) -> list[OrderedFile]:
    """The chosen files of `kind` that are made."""
    made = select(OrderedFile).where(OrderedFile.kind == kind, OrderedFile.file_id.is_not(None))
    with yard.db.read() as session:
        return list(session.scalars(made.where(OrderedFile.chosen)))


def strays(yard: Yard) -> set[str]:
    """Files on the disk that no row knows, and work folders left lying."""
    with yard.db.read() as session:
        known = set(session.scalars(select(StoredFile.key)))
    return {path.name for path in yard.storage.root.glob("??/*")} - known


def begun_or_made(yard: Yard, earlier: int) -> bool:
    """Whether the cover after so many `earlier` ones is being cut, or is there already."""
    states = [row.state for row in yard.rows("cover")]
    return states[-1] == work.LEASED or states.count(work.DONE) > earlier


def kill_the_drawing(yard: Yard, crew: Crew) -> None:
    """Kills a worker, with all that it started, while it draws captions into a picture."""
    member = wait_for(
        lambda: next((n for n in MEDIA if encoding_horse(crew.pid(n))), 0), 60, what="a drawing"
    )
    assert yard.attempts("captioned") == [1]
    os.killpg(encoding_horse(crew.pid(member)), signal.SIGKILL)
    crew.kill(member)
    wait_for(lambda: not tools_at_work(yard.storage.root), 5, what="no orphan ffmpeg")


def kill_the_cutting(yard: Yard, crew: Crew) -> None:
    """Chooses covers until one is caught while it is cut, and kills its work-horse: the only one,
    for nothing else is due.
    """
    author = yard.world["phongvien"]
    for number in range(TRIES):
        clip = yard.world.now(yard.clips[0])
        covers.choose_cover(yard.db, author, clip.code, clip.version, 500 + number)
        wait_for(partial(begun_or_made, yard, number), 10, what="the cover to be begun")
        for horse in (horse for n in MEDIA for horse in children(crew.pid(n))):
            os.kill(horse, signal.SIGSTOP)
            caught = bool(yard.rows("cover", work.LEASED))
            os.kill(horse, signal.SIGKILL if caught else signal.SIGCONT)
            if caught:
                return
    pytest.fail(f"none of {TRIES} covers was caught while it was cut")


def test_what_was_asked_for_is_made_although_its_makers_died(
    yard: Yard, clean_redis: RedisServer, crews: Crews
) -> None:
    """A copy with its captions and a cover: both are made again, once, and nothing strays."""
    crew = crews(url_of(yard.db), clean_redis.url)
    crew.start("relay", "speech", "media", "media")
    yard.wait_until_ready()
    wait_for(lambda: yard.rows("extras", work.DONE), 60, what="the light copy, encoded too")
    heard(yard.world, yard.clips[0], WORDS)
    kill_the_cutting(yard, crew)
    clip, author = yard.world.now(yard.clips[0]), yard.world["phongvien"]
    captioned.ask_captioned(yard.db, author, clip.code, clip.version)
    kill_the_drawing(yard, crew)
    killed = time.monotonic()
    wait_for(lambda: yard.attempts("captioned") == [2], RECOVERY_S, what="the copy again")
    wait_for(lambda: max(yard.attempts("cover")) == 2, RECOVERY_S, what="the cover again")
    assert seconds_since(killed) < RECOVERY_S
    for kind in ("captioned", "cover"):
        wait_for(partial(kept, yard, kind), 60, what=f"the {kind} file")
    wait_for(lambda: not strays(yard), 5, what="no stray file")
