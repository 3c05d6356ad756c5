"""Remarks: their place in the film, threads, what holds a clip back, traces of what was changed."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from review.db import Database
from review.errors import Conflict, Fault, Forbidden, Invalid, NotFound
from review.frames import frame_at, middle_ms, rate_of
from review.models import Clip, LedgerEntry, LedgerText, Notice, Remark, Revision
from review.operations import intake, levels, remarks
from review.operations.clip_access import ClipRef
from review.operations.remarks import Spot
from review.queries.remarks import Thread, threads_of
from tests.world import World

NTSC = {"fps_num": 30_000, "fps_den": 1_001, "duration_ms": 12_000}


@pytest.fixture
def world(any_database: Database) -> World:
    """An agency, on either database."""
    return World.first(any_database)


def filmed(world: World, clip: ClipRef, facts: dict[str, int] = NTSC) -> ClipRef:
    """Says how the clip's film runs."""
    with world.db.transaction() as unit:
        row = unit.session.get_one(Clip, clip.id)
        unit.session.get_one(Revision, row.revision_id).facts = facts
    return clip


def threads(world: World, clip: ClipRef) -> tuple[Thread, ...]:
    """The clip's remarks as its page shows them."""
    with world.db.read() as session:
        return threads_of(session, clip.id)


def must_mend(world: World, clip: ClipRef, text: str = "Sai tên người") -> int:
    """The editor holds the clip up."""
    return remarks.add_remark(
        world.db, world["bientap"], clip.code, text, Spot(2_000), blocking=True
    )


@given(
    frame=st.integers(0, 9_000), rate=st.sampled_from([(30, 1), (30_000, 1_001), (25, 1), (12, 5)])
)
def test_a_picture_is_found_again(frame: int, rate: tuple[int, int]) -> None:
    """From its number to a time and back, and from any time at which players show it."""
    number = Fraction(*rate)
    assert frame_at(middle_ms(frame, number), number) == frame
    begins = round(frame * 1_000 / number)
    assert frame_at(begins, number) == frame


@pytest.mark.parametrize(
    ("facts", "rate"),
    [
        ({}, Fraction(30)),
        ({"fps_num": 60, "fps_den": 1}, Fraction(30)),
        (NTSC, Fraction(30_000, 1_001)),
    ],
)
def test_the_rate_is_that_of_the_published_file(facts: dict[str, int], rate: Fraction) -> None:
    """Faster films are halved; what is unknown is what we would make."""
    assert rate_of(facts) == rate


def test_a_remark_is_kept_as_a_picture_of_the_film(world: World) -> None:
    """Its number and the exact rate, a stretch with both its ends; those about the whole first."""
    clip = filmed(world, world.submitted())
    actor = world["bientap"]
    late = remarks.add_remark(world.db, actor, clip.code, "Cắt đoạn này", Spot(4_004, 6_006))
    early = remarks.add_remark(world.db, actor, clip.code, "Rung hình", Spot(1_001))
    whole = remarks.add_remark(world.db, actor, clip.code, "Hay")
    with world.db.read() as session:
        row = session.get_one(Remark, late)
        assert (row.frame, row.last_frame, row.rate_num, row.rate_den) == (120, 180, 30_000, 1_001)
    assert [one.root.id for one in threads(world, clip)] == [whole, early, late]


@pytest.mark.parametrize(
    ("spot", "code"),
    [
        (Spot(5_000, 4_000), "remark_backwards"),
        (Spot(12_001), "remark_beyond"),
        (Spot(-1), "remark_beyond"),
        (Spot(0, 99_000), "remark_beyond"),
    ],
)
def test_a_place_outside_the_film_is_refused(world: World, spot: Spot, code: str) -> None:
    """Nothing is kept of it."""
    clip = filmed(world, world.submitted())
    with pytest.raises(Invalid, match=code):
        remarks.add_remark(world.db, world["bientap"], clip.code, "x", spot)
    assert threads(world, clip) == ()


def submitting(world: World, clip: ClipRef) -> object:
    """The author sends it up."""
    return levels.submit(world.db, world["phongvien"], clip.code, clip.version)


def approving(world: World, clip: ClipRef) -> object:
    """The editor agrees."""
    return levels.approve(world.db, world["bientap"], clip.code, clip.version, False)


def signing(world: World, clip: ClipRef) -> object:
    """The head signs."""
    return world.sign(clip)


@pytest.mark.parametrize(
    ("made", "act"),
    [("ready_clip", submitting), ("submitted", approving), ("at_head", signing)],
)
def test_what_must_be_mended_holds_the_clip_back(
    world: World, made: str, act: Callable[[World, ClipRef], object]
) -> None:
    """At every step up, in words that name it; once it is settled the step is free."""
    clip = getattr(world, made)()
    by = world["truongphong"]
    held = remarks.add_remark(world.db, by, clip.code, "Sai tên người", blocking=True)
    with pytest.raises(Conflict, match="remark_holds_back") as refused:
        act(world, clip)
    assert refused.value.params == {"person": by.name, "text": "Sai tên người"}
    assert world.now(clip).version == clip.version
    remarks.resolve(world.db, by, clip.code, held, True)
    act(world, clip)


def test_a_returned_clip_keeps_what_is_open(world: World) -> None:
    """The next version still shows it, says since when, and is held back by it."""
    clip = world.submitted()
    must_mend(world, clip)
    clip = levels.return_clip(world.db, world["bientap"], clip.code, clip.version, "sound", "rè")
    clip = intake.add_revision(
        world.db, world["phongvien"], clip.code, clip.version, world.upload()
    )
    world.finish(clip)
    (thread,) = threads(world, clip)
    assert (thread.root.revision, thread.root.open) == (1, True)
    with pytest.raises(Conflict, match="remark_holds_back"):
        submitting(world, world.now(clip))


@pytest.mark.parametrize("who", ["phongvien", "kenh", "vanthu"])
def test_who_cannot_hold_a_clip_up(world: World, who: str) -> None:
    """Not its author, not who decides nothing; a plain remark is theirs to make."""
    clip = world.submitted()
    with pytest.raises(Forbidden):
        remarks.add_remark(world.db, world[who], clip.code, "Dừng", blocking=True)
    remarks.add_remark(world.db, world[who], clip.code, "Dừng")


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("bientap", True),
        ("truongphong", True),
        ("giamdoc", True),
        ("phongvien", False),
        ("kenh", False),
    ],
)
def test_who_says_that_it_is_settled(world: World, who: str, may: bool) -> None:
    """Whoever made it or directs the work; never the clip's author, for whom it was meant."""
    clip = world.submitted()
    remark = must_mend(world, clip)
    if may:
        remarks.resolve(world.db, world[who], clip.code, remark, True)
        (thread,) = threads(world, clip)
        assert (thread.root.open, thread.root.resolved_by) == (False, world[who].name)
        remarks.resolve(world.db, world[who], clip.code, remark, False)
        assert threads(world, clip)[0].root.open
    else:
        with pytest.raises(Forbidden, match="remark_not_yours"):
            remarks.resolve(world.db, world[who], clip.code, remark, True)


def texts_of(world: World, action: str) -> dict[str, str]:
    """What the ledger keeps beside the last entry of an act."""
    with world.db.read() as session:
        entry = session.scalars(
            select(LedgerEntry)
            .where(LedgerEntry.action == action)
            .order_by(LedgerEntry.position.desc())
        ).first()
        assert entry is not None
        rows = select(LedgerText).where(LedgerText.position == entry.position)
        return {row.name: row.text for row in session.scalars(rows)}


def test_changed_and_deleted_words_stay_in_the_ledger(world: World) -> None:
    """The page shows what counts; the ledger what was said."""
    clip, actor = world.submitted(), world["bientap"]
    remark = remarks.add_remark(world.db, actor, clip.code, "Lời thứ nhất")
    remarks.edit_remark(world.db, actor, clip.code, remark, "Lời thứ hai")
    assert texts_of(world, "clip:remark:edited") == {
        "text_before": "Lời thứ nhất",
        "text_after": "Lời thứ hai",
    }
    remarks.delete_remark(world.db, actor, clip.code, remark)
    assert texts_of(world, "clip:remark:deleted") == {"text_before": "Lời thứ hai"}
    assert threads(world, clip) == ()


def test_what_was_answered_is_not_changed_under_the_answer(world: World) -> None:
    """Neither are settled ones, nor those of others."""
    clip, actor = world.submitted(), world["bientap"]
    remark = remarks.add_remark(world.db, actor, clip.code, "Ai đây?")
    with pytest.raises(Forbidden, match="remark_not_yours"):
        remarks.edit_remark(world.db, world["truongphong"], clip.code, remark, "x")
    remarks.reply(world.db, world["phongvien"], clip.code, remark, "Chủ tịch xã")
    for change in (
        lambda: remarks.edit_remark(world.db, actor, clip.code, remark, "x"),
        lambda: remarks.delete_remark(world.db, actor, clip.code, remark),
    ):
        with pytest.raises(Conflict, match="remark_answered"):
            change()
    (thread,) = threads(world, clip)
    assert [one.text for one in thread.answers] == ["Chủ tịch xã"]


def told(world: World, who: str) -> set[str]:
    """Of what somebody was told."""
    found = select(Notice.kind).where(Notice.person_id == world[who].person_id)
    with world.db.read() as session:
        return set(session.scalars(found))


def test_a_thread_tells_its_people(world: World) -> None:
    """The author of a remark hears the answer, the clip's author that it is settled."""
    clip = world.submitted()
    remark = remarks.add_remark(world.db, world["truongphong"], clip.code, "Ai đây?")
    remarks.reply(world.db, world["phongvien"], clip.code, remark, "Chủ tịch xã")
    assert "answered" in told(world, "truongphong")
    remarks.resolve(world.db, world["truongphong"], clip.code, remark, True)
    assert {"remark", "settled"} <= told(world, "phongvien")


def test_another_clips_remark_is_not_there(world: World) -> None:
    """By number, from another clip, another agency, or once it is deleted."""
    clip, neighbour, actor = world.submitted(), world.submitted(), world["bientap"]
    remark = remarks.add_remark(world.db, actor, clip.code, "x")
    other = world.second()
    for who, code in ((actor, neighbour.code), (other["bientap"], clip.code)):
        with pytest.raises(NotFound):
            remarks.reply(world.db, who, code, remark, "y")
    remarks.delete_remark(world.db, actor, clip.code, remark)
    with pytest.raises(NotFound):
        remarks.reply(world.db, actor, clip.code, remark, "y")
    with pytest.raises(Fault):
        remarks.resolve(world.db, actor, clip.code, 987_654, True)
