"""What a machine heard, written into a clip as the workshop would have written it."""

from __future__ import annotations

from sqlalchemy import func, select

from media.results import Line
from review import clock
from review.models import CaptionVersion, Clip, Revision
from review.operations.clip_access import ClipRef
from review.operations.transcripts import captions_hash
from tests.world import World

HEARD = (
    Line(0, 1500, "Kính thưa bà con xã bình an.", unsure=((20, 24),)),
    Line(1500, 3000, "Hãy đăng ký kênh để không bỏ lỡ.", "known_phrase"),
    Line(3000, 4500, "Hội xuân đã về với Định Hóa."),
)


def heard(world: World, clip: ClipRef, lines: tuple[Line, ...] = HEARD) -> int:
    """Makes `lines` the machine's version that counts; returns its id."""
    with world.db.transaction() as unit:
        revision = unit.session.get_one(Revision, unit.session.get_one(Clip, clip.id).revision_id)
        last = select(func.max(CaptionVersion.number)).where(
            CaptionVersion.revision_id == revision.id
        )
        version = CaptionVersion(
            revision_id=revision.id,
            number=(unit.session.scalar(last) or 0) + 1,
            origin="machine",
            author_id=None,
            author_name="",
            engine="thử nghiệm",
            lines=[line.to_json() for line in lines],
            sha256=captions_hash(lines),
            created_at=clock.now(),
        )
        unit.session.add(version)
        unit.session.flush()
        revision.captions_id = version.id
        return version.id


def current(world: World, clip: ClipRef) -> CaptionVersion:
    """The version that counts."""
    with world.db.read() as session:
        revision = session.get_one(Revision, session.get_one(Clip, clip.id).revision_id)
        return session.get_one(CaptionVersion, revision.captions_id)
