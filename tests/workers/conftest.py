"""A workshop for tests: a small agency, clips that wait for processing, results made up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from media.results import Line, Probe, StoredFile, Transcript
from review import clock
from review.db import Database
from review.models import Clip, LedgerEntry, Revision, Work
from review.operations import processing, work
from review.operations.clip_access import ClipRef
from review.operations.work import Lease
from tests.world import World

PROBE = Probe(
    container="mov",
    duration_ms=5_000,
    width=320,
    height=180,
    rotation=0,
    fps_num=25,
    fps_den=1,
    variable_rate=False,
    video_codec="h264",
    pixel_format="yuv420p",
    transfer="bt709",
    audio_codec="aac",
    audio_channels=2,
    sample_aspect="1:1",
    has_cover=False,
)
HEARD = Transcript(
    language="vi",
    engine="openai",
    model="tiny-vi",
    label="mô hình thử nghiệm",
    lines=(
        Line(0, 2_000, "Tin vui đến với bà con."),
        Line(2_000, 4_000, "Hãy đăng ký kênh.", doubt="known_phrase"),
    ),
)


class Workshop:
    """One clip on its way through the workshop, moved by hand."""

    def __init__(self, world: World, **fields: object) -> None:
        self.world, self.db = world, world.db
        self.clip: ClipRef = world.draft_clip(**fields)
        self.revision_id = self.revision().id

    def revision(self) -> Revision:
        """The current revision's row, detached."""
        with self.db.read() as session:
            clip = session.get_one(Clip, self.clip.id)
            return session.get_one(Revision, clip.revision_id)

    def open_work(self, kind: str) -> Work | None:
        """The due or leased row of `kind`."""
        states = (work.DUE, work.LEASED)
        found = select(Work).where(Work.kind == kind, Work.subject_id == self.revision_id)
        with self.db.read() as session:
            return session.scalar(found.where(Work.state.in_(states)))

    def row(self, work_id: int) -> Work:
        """A work row as it is now, detached."""
        with self.db.read() as session:
            return session.get_one(Work, work_id)

    def lease(self, kind: str) -> Lease:
        """Takes the open work of `kind`."""
        row = self.open_work(kind)
        assert row is not None
        lease = work.take_lease(self.db, row.id)
        assert lease is not None
        return lease

    def probed(self, probe: Probe = PROBE) -> None:
        """Takes the clip through the front door."""
        lease = self.lease("probe")
        processing.begin_probe(self.db, lease)
        processing.record_probe(self.db, lease, probe)

    def rendered(self, lease: Lease | None = None) -> frozenset[str]:
        """Records the two renditions; returns the keys that nobody needs."""
        lease = lease or self.lease("transcode")
        return processing.record_renditions(self.db, lease, products(f"{lease.fence}"))

    def heard(self, lease: Lease | None = None) -> int | None:
        """Records the transcript."""
        return processing.record_transcript(self.db, lease or self.lease("transcribe"), HEARD)

    def acts(self) -> list[str]:
        """What the ledger says of this clip, in order."""
        found = select(LedgerEntry.action).where(LedgerEntry.clip_id == self.clip.id)
        with self.db.read() as session:
            return list(session.scalars(found.order_by(LedgerEntry.position)))


def products(serial: str) -> dict[str, StoredFile]:
    """The two files that a transcode makes."""
    return {
        "publication": StoredFile(f"mp4-{serial}", "a" * 64, 1_000),
        "poster": StoredFile(f"jpg-{serial}", "b" * 64, 100),
    }


@pytest.fixture
def workshop(any_database: Database) -> Workshop:
    """A clip that has just been uploaded, on both databases."""
    return Workshop(World.first(any_database))


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Moves the product's clock: `later(30)` makes it half a minute later, negative earlier."""
    real, shift = clock.now, timedelta()

    def now() -> datetime:
        return real() + shift

    def move(seconds: float) -> None:
        nonlocal shift
        shift += timedelta(seconds=seconds)

    monkeypatch.setattr(clock, "now", now)
    return move
