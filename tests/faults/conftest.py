"""Clips that take a while, and what must be true of them after every fault."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from media.results import StoredFile
from media.storage import Storage
from review.db import Database
from review.models import CaptionVersion, Rendition, Revision, Work
from review.models import StoredFile as StoredRow
from review.operations import intake
from review.operations.clip_access import ClipRef
from review.states import RevisionState
from tests.faults.crew import Crew
from tests.services import wait_for
from tests.world import World
from tools import make_clip

# Lost work must be taken up again within this long after the kill, in seconds.
RECOVERY_S = 60.0
# The rest of the way, on two cores that others use too.
PATIENCE_S = 120.0


@pytest.fixture(scope="session")
def slow_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few seconds that take longer than that to encode, with a sentence in them."""
    folder = tmp_path_factory.mktemp("slow")
    spoken, clip = folder / "spoken.mp4", folder / "slow.mp4"
    make_clip.make(spoken, ["Tin vui đến với bà con."], seconds=8, size=(320, 180))
    # MPEG-4 Part 2 is no codec of a publication: it cannot be copied, only encoded anew.
    inputs = ["-f", "lavfi", "-i", "testsrc2=size=1920x1080:rate=30:duration=8", "-i", spoken]
    outputs = ["-map", "0:v", "-map", "1:a", "-c:v", "mpeg4", "-q:v", "4", "-c:a", "copy", clip]
    subprocess.run(
        ["ffmpeg", "-nostdin", "-loglevel", "error", *inputs, *outputs],
        check=True,
        stdin=subprocess.DEVNULL,
    )
    return clip


class Yard:
    """The clips of one test and the state of their work."""

    def __init__(self, database: Database, uploads: Path, clip: Path) -> None:
        self.db, self.storage = database, Storage(uploads, min_free_bytes=0)
        self.world, self._clip = World.first(database), clip
        self.world.upload = self._upload  # type: ignore[method-assign]
        self.clips: list[ClipRef] = []

    def _upload(self, text: str = "") -> intake.Upload:
        with self._clip.open("rb") as stream:
            stored: StoredFile = self.storage.receive(stream, max_bytes=1 << 30)
        return intake.Upload(stored, "slow.mp4")

    def send(self, count: int = 1) -> None:
        """Uploads so many clips."""
        for _ in range(count):
            self.clips.append(self.world.draft_clip())

    def rows(self, kind: str, state: str | None = None) -> list[Work]:
        """Work rows of `kind`, detached."""
        found = select(Work).where(Work.kind == kind).order_by(Work.id)
        with self.db.read() as session:
            return list(
                session.scalars(found if state is None else found.where(Work.state == state))
            )

    def attempts(self, kind: str) -> list[int]:
        """How often each piece of work of `kind` has been tried."""
        return [row.attempts for row in self.rows(kind)]

    def all_ready(self) -> bool:
        """Whether every clip is ready. Fails at once where one has come to a bad end."""
        with self.db.read() as session:
            states = list(session.scalars(select(Revision.state)))
        assert not {RevisionState.FAILED, RevisionState.REFUSED} & set(states), states
        return set(states) == {RevisionState.READY}

    def wait_until_ready(self) -> None:
        """Waits for `all_ready`."""
        wait_for(self.all_ready, PATIENCE_S, what="every clip to be ready")

    def check(self) -> None:
        """Each clip has one file of each kind and one transcript, and nothing strayed."""
        with self.db.read() as session:
            revisions = list(session.scalars(select(Revision)))
            made = list(session.execute(select(Rendition.revision_id, Rendition.kind)))
            heard = list(session.scalars(select(CaptionVersion.revision_id)))
            known = set(session.scalars(select(StoredRow.key)))
        ids = sorted(revision.id for revision in revisions)
        assert sorted(tuple(row) for row in made) == [
            (number, kind) for number in ids for kind in ("poster", "publication")
        ]
        assert sorted(heard) == ids
        assert {revision.speech_state for revision in revisions} == {"done"}
        on_disk = {path.name for path in self.storage.root.glob("??/*")}
        assert on_disk == known


@pytest.fixture
def crews(tmp_path: Path) -> Iterator[Callable[[str, str], Crew]]:
    """Makes crews and ends them with the test."""
    made: list[Crew] = []

    def make(database_url: str, redis_url: str) -> Crew:
        made.append(Crew(database_url, redis_url, tmp_path))
        return made[-1]

    yield make
    for crew in made:
        crew.close()


def seconds_since(moment: float) -> float:
    """Seconds of steady clock since `moment`."""
    return time.monotonic() - moment
