"""What the workshop records: the join, the late, the stale, the twice delivered."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from media.captions import published, to_vtt
from media.results import StoredFile as MadeFile
from media.results import Transcript
from review.errors import Conflict, Forbidden, LeaseLost
from review.models import CaptionVersion, Rendition, StoredFile
from review.operations import processing, work
from review.states import RevisionState
from tests.workers.conftest import HEARD, PROBE, Workshop, products
from tests.world import World

Later = Callable[[float], None]


def count(workshop: Workshop, table: type) -> int:
    """Rows of `table` that belong to the clip's revision."""
    found = select(func.count()).where(table.revision_id == workshop.revision_id)
    with workshop.db.read() as session:
        return session.scalar(found) or 0


def test_the_probe_opens_both_jobs_side_by_side(workshop: Workshop) -> None:
    """Neither of the two waits for the other."""
    workshop.probed()
    assert workshop.open_work("transcode") is not None
    assert workshop.open_work("transcribe") is not None
    assert workshop.revision().state == RevisionState.PROCESSING


@pytest.mark.parametrize("order", ["picture first", "speech first"])
def test_a_revision_is_ready_when_both_are_settled(workshop: Workshop, order: str) -> None:
    """One rule joins the two, in either order."""
    workshop.probed()
    steps = [workshop.rendered, workshop.heard]
    for step in steps if order == "picture first" else reversed(steps):
        assert workshop.revision().state == RevisionState.PROCESSING
        step()
    assert workshop.revision().state == RevisionState.READY
    assert workshop.acts()[-1] == "clip:revision:ready"


def test_one_rendition_alone_is_not_enough(workshop: Workshop) -> None:
    """Without its poster a clip has no face, and the sign-off no cover."""
    workshop.probed()
    workshop.heard()
    only = {"publication": products("1")["publication"]}
    processing.record_renditions(workshop.db, workshop.lease("transcode"), only)
    assert workshop.revision().state == RevisionState.PROCESSING


def test_a_refused_file_says_why_and_nothing_follows(workshop: Workshop) -> None:
    """The front door stays shut."""
    lease = workshop.lease("probe")
    processing.begin_probe(workshop.db, lease)
    processing.refuse(workshop.db, lease, "too_long", {"duration_ms": 400_000, "max_ms": 300_000})
    revision = workshop.revision()
    assert (revision.state, revision.reason_code) == (RevisionState.REFUSED, "too_long")
    assert revision.reason_params["max_ms"] == 300_000
    assert workshop.open_work("transcode") is None


def test_without_sound_nothing_is_transcribed(workshop: Workshop) -> None:
    """A silent film is ready as soon as its renditions are."""
    workshop.probed(replace(PROBE, audio_codec=None, audio_channels=0))
    revision = workshop.revision()
    assert (revision.speech_state, revision.speech_reason) == ("unavailable", "speech_no_audio")
    assert workshop.open_work("transcribe") is None
    workshop.rendered()
    assert workshop.revision().state == RevisionState.READY
    assert workshop.revision().captions_id is None


def test_a_language_that_no_model_knows_is_left_to_people(workshop: Workshop) -> None:
    """For Tày nothing is guessed."""
    tay = Workshop(workshop.world, language="tay")
    tay.probed()
    assert tay.revision().speech_reason == "speech_language_unknown"
    assert tay.open_work("transcribe") is None


def test_the_machines_captions_are_kept_as_they_go_out(workshop: Workshop) -> None:
    """Doubtful lines stay visible and do not go out; the hash is that of the WebVTT bytes."""
    workshop.probed()
    captions_id = workshop.heard()
    assert workshop.revision().captions_id == captions_id
    with workshop.db.read() as session:
        version = session.get_one(CaptionVersion, captions_id)
    assert version.lines[1]["doubt"] == "known_phrase"
    assert version.sha256 == hashlib.sha256(to_vtt(published(HEARD.lines)).encode()).hexdigest()
    assert (version.origin, version.author_id) == ("machine", None)


def test_sound_without_words_makes_no_captions(workshop: Workshop) -> None:
    """Music is settled as heard, with nothing said."""
    workshop.probed()
    nothing = replace(HEARD, lines=())
    lease = workshop.lease("transcribe")
    assert processing.record_transcript(workshop.db, lease, nothing) is None
    assert workshop.revision().speech_state == "done"
    assert count(workshop, CaptionVersion) == 0


def test_a_transcript_after_ready_is_a_proposal(workshop: Workshop) -> None:
    """What is under review does not change by itself, even where there were no captions."""
    workshop.probed()
    workshop.rendered()
    lease = workshop.lease("transcribe")
    processing.record_no_transcript(workshop.db, lease, "speech_model_missing", {"model": "x"})
    assert workshop.revision().state == RevisionState.READY
    author = workshop.world["phongvien"]
    processing.retry_step(workshop.db, author, workshop.clip.code, "transcribe")
    assert workshop.heard() is not None
    revision = workshop.revision()
    assert (revision.captions_id, revision.speech_state) == (None, "done")
    assert count(workshop, CaptionVersion) == 1


def test_a_stale_result_is_refused(workshop: Workshop, later: Later) -> None:
    """A worker that slept through the end of its lease overwrites nothing."""
    workshop.probed()
    slept = workshop.lease("transcode")
    later(work.LEASE_S + 1)
    work.expire_leases(workshop.db)
    workshop.rendered()
    with pytest.raises(LeaseLost):
        workshop.rendered(slept)
    assert count(workshop, Rendition) == 2
    with workshop.db.read() as session:
        keys = set(session.scalars(select(StoredFile.key)))
    assert "mp4-2" in keys
    assert "mp4-1" not in keys


def test_recording_again_under_the_same_lease_changes_nothing(workshop: Workshop) -> None:
    """Where the answer to a COMMIT was lost, the worker asks again."""
    workshop.probed()
    picture, speech = workshop.lease("transcode"), workshop.lease("transcribe")
    for _ in range(2):
        assert workshop.rendered(picture) == frozenset()
        workshop.heard(speech)
    assert count(workshop, Rendition) == 2
    assert count(workshop, CaptionVersion) == 1
    assert workshop.acts().count("clip:revision:ready") == 1


def test_a_second_file_of_the_same_kind_is_not_taken(workshop: Workshop) -> None:
    """The first rendition stays; the worker is told which of its files nobody needs."""
    workshop.probed()
    half = {"publication": MadeFile("first", "c" * 64, 5)}
    processing.record_renditions(workshop.db, workshop.lease("transcode"), half)
    with workshop.db.transaction() as unit:
        work.enqueue(unit.session, "transcode", workshop.revision_id)
    assert workshop.rendered() == {"mp4-1"}
    assert count(workshop, Rendition) == 2


def test_processing_leaves_the_authors_page_fresh(workshop: Workshop) -> None:
    """The author may write the title while the machine works."""
    before = workshop.world.now(workshop.clip).version
    workshop.probed()
    workshop.rendered()
    workshop.heard()
    assert workshop.world.now(workshop.clip).version == before


@pytest.mark.parametrize("step", ["probe", "transcode"])
def test_a_failed_step_can_be_retried_to_the_end(workshop: Workshop, step: str) -> None:
    """The button makes it due again, and the clip still becomes ready."""
    if step == "transcode":
        workshop.probed()
    work.fail(workshop.db, workshop.lease(step), "ffmpeg_missing", retry=False)
    assert workshop.revision().state == RevisionState.FAILED
    processing.retry_step(workshop.db, workshop.world["phongvien"], workshop.clip.code, step)
    assert workshop.revision().reason_code == ""
    if step == "probe":
        workshop.probed()
    workshop.rendered()
    workshop.heard()
    assert workshop.revision().state == RevisionState.READY


@pytest.mark.parametrize("step", ["probe", "transcode", "transcribe", "nonsense"])
def test_what_did_not_fail_is_not_retried(workshop: Workshop, step: str) -> None:
    """The button does nothing to what is running or done."""
    with pytest.raises(Conflict):
        processing.retry_step(workshop.db, workshop.world["phongvien"], workshop.clip.code, step)


def test_who_only_looks_cannot_retry(workshop: Workshop) -> None:
    """An inspector's button does not exist, and the operation refuses too."""
    work.fail(workshop.db, workshop.lease("probe"), "ffmpeg_missing", retry=False)
    inspector = workshop.world["kiemtra"]
    with pytest.raises(Forbidden):
        processing.retry_step(workshop.db, inspector, workshop.clip.code, "probe")


def test_every_step_leaves_its_entry(workshop: Workshop) -> None:
    """The ledger tells the whole way of the file."""
    workshop.probed()
    workshop.rendered()
    workshop.heard()
    assert workshop.acts() == [
        "clip:dossier:created",
        "clip:revision:uploaded",
        "clip:revision:accepted",
        "clip:rendition:made",
        "clip:rendition:made",
        "clip:transcript:made",
        "clip:revision:ready",
    ]


def test_a_transcript_survives_its_way_through_the_database() -> None:
    """The made-up transcript of these tests is one that a recogniser could return."""
    assert Transcript.from_json(HEARD.to_json()) == HEARD


def test_worlds_of_two_agencies_do_not_meet(workshop: Workshop) -> None:
    """Another agency's clip cannot be retried: it does not exist."""
    other: World = workshop.world.second()
    with pytest.raises(Exception, match="not_found"):
        processing.retry_step(workshop.db, other["phongvien"], workshop.clip.code, "probe")
