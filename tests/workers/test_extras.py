"""What stands beside the video: made after it, from it, without holding anybody up."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from media.errors import ToolFailed
from review.errors import Conflict
from review.models import ClipChannel, Rendition
from review.operations import agencies, levels, retrying, work
from review.operations.agencies import ChannelDraft
from review.queries.clip_page import clip_page
from review.queries.covered import covered
from review.queries.signed_files import signed_files
from review.states import RevisionState
from tests.workers.test_jobs import Bench, here, spoken_clip
from workers.context import Context

__all__ = ["here", "spoken_clip"]

BESIDE = {"light", "contact", "sprite", "waveform", "loudspeaker"}


@pytest.fixture
def bench(here: Context, spoken_clip: Path) -> Bench:
    """A clip whose video is there and whose words are settled."""
    bench = Bench(here, spoken_clip)
    assert [bench.do(kind) for kind in ("probe", "transcode", "transcribe")] == ["done"] * 3
    return bench


def made(bench: Bench) -> set[str]:
    """The kinds that the current file has."""
    with bench.db.read() as session:
        return set(session.scalars(select(Rendition.kind)))


def plan_loudspeakers(bench: Bench) -> None:
    """The clip is to be played along the road."""
    world = bench.world
    draft = ChannelDraft("loudspeaker", "Cụm loa Chợ Chu")
    channel = agencies.add_channel(world.db, world["quantri"], draft)
    with world.db.transaction() as unit:
        unit.session.add(ClipChannel(clip_id=bench.clip.id, channel_id=channel))


def test_nobody_waits_for_it(bench: Bench) -> None:
    """The clip is ready before; then everything comes at once, and nothing is left over."""
    assert bench.revision().state == RevisionState.READY
    assert not made(bench) & BESIDE
    assert bench.do("extras") == "done"
    assert made(bench) >= BESIDE
    assert bench.all_files() == bench.known_files()
    assert bench.open_work("extras") is None


def test_without_sound_there_is_none_to_play(here: Context, tmp_path: Path) -> None:
    """A silent film has its light copy and its pictures."""
    from tests.media.clips import PICTURE, X264, ffmpeg

    mute = tmp_path / "mute.mp4"
    ffmpeg(*PICTURE, *X264, mute)
    bench = Bench(here, mute)
    assert [bench.do(kind) for kind in ("probe", "transcode", "extras")] == ["done"] * 3
    assert made(bench) & BESIDE == {"light", "contact", "sprite"}


def test_what_a_channel_plays_is_there_before_submission(bench: Bench) -> None:
    """Refused in words until it is made; then it is under the digest and among what is sent."""
    plan_loudspeakers(bench)
    author, clip = bench.world["phongvien"], bench.world.now(bench.clip)
    with pytest.raises(Conflict, match="rendition_not_ready"):
        levels.submit(bench.db, author, clip.code, clip.version)
    bench.do("extras")
    levels.submit(bench.db, author, clip.code, clip.version)
    for name in ("bientap", "truongphong"):
        clip = bench.world.now(clip)
        levels.approve(bench.db, bench.world[name], clip.code, clip.version, False)
    act = bench.world.sign(bench.world.now(clip))
    with bench.db.read() as session:
        parts = covered(session, bench.world.row(clip))
        names = {file.name for file in signed_files(session, act.id)}
    assert set(parts.renditions) == {"publication", "loudspeaker"}
    assert "loudspeaker.mp3" in names


def test_a_failure_leaves_the_clip_as_it_is(bench: Bench) -> None:
    """It can still be read and sent up; a button tries again, and only then."""
    author, code = bench.world["phongvien"], bench.clip.code
    work.fail(bench.db, bench.lease("extras"), "ffmpeg_failed", retry=False)
    assert bench.open_work("extras") is None
    assert bench.revision().state == RevisionState.READY
    with bench.db.read() as session:
        assert clip_page(session, author, code).file.extras_failed
    retrying.retry_step(bench.db, author, code, "extras")
    assert bench.do("extras") == "done"
    with bench.db.read() as session:
        assert not clip_page(session, author, code).file.extras_failed
    with pytest.raises(Conflict, match="step_not_retryable"):
        retrying.retry_step(bench.db, author, code, "extras")


def test_a_broken_tool_leaves_no_file(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was made before the failure goes with it."""

    def broken(*_: object) -> None:
        raise ToolFailed("ffmpeg_failed", step="extras")

    monkeypatch.setattr("workers.extras.OF_SOUND", {"loudspeaker": broken})
    assert bench.do("extras") == "ffmpeg_failed"
    assert bench.all_files() == bench.known_files()
    assert not made(bench) & BESIDE
