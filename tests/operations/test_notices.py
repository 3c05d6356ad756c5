"""Who is told what, and when; reminders of time limits."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from media.results import Line
from review import clock
from review.db import Database
from review.models import Clip, LedgerEntry, Notice, Person
from review.operations import intake, levels, notices, political, remarks, transcripts
from review.operations.clip_access import ClipRef
from review.operations.reminders import remind_due
from review.permissions import Role
from review.queries.clip_page import clip_page
from review.queries.notices import COUNT_LIMIT, notice_page, unread_count
from tests.world import PEOPLE, World, agency_draft

WATCHED = PEOPLE | {"phogd": ("Ngô Thị Thu", "Phó giám đốc", frozenset({Role.WATCHER}))}


@pytest.fixture
def world(any_database: Database) -> World:
    """An agency with somebody who is to know of results, on either database."""
    return World.first(any_database, agency_draft(people=WATCHED))


def told(world: World) -> Counter[tuple[str, str]]:
    """(who, what) of all unread notices."""
    names = {actor.person_id: name for name, actor in world.actors.items()}
    with world.db.read() as session:
        rows = session.execute(
            select(Notice.person_id, Notice.kind).where(Notice.read_at.is_(None))
        )
        return Counter((names[person], kind) for person, kind in rows)


def forget(world: World) -> None:
    """Everybody has read everything."""
    for actor in world.actors.values():
        notices.read_all(world.db, actor)


def due(world: World, clip: ClipRef, hours: float) -> None:
    """Moves the clip's time limit to `hours` from now."""
    with world.db.transaction() as unit:
        row = unit.session.get_one(Clip, clip.id)
        row.due_at = clock.now() + timedelta(hours=hours)


def test_the_next_level_is_told_and_nobody_of_their_own_act(world: World) -> None:
    """What asked for a decision is settled by it, the next is asked, the author and the watchers
    learn how it went."""
    clip = world.submitted()
    assert told(world) == {("bientap", "waiting"): 1}
    levels.approve(world.db, world["bientap"], clip.code, clip.version, False)
    news = {("phongvien", "agreed"): 1, ("phogd", "agreed"): 1}
    assert told(world) == news | {("truongphong", "waiting"): 1}


def test_a_level_that_is_passed_over_is_told_with_its_reason(world: World) -> None:
    """The author holds it alone: author and watchers read which level, and why."""
    world.submitted(author="bientap")
    assert told(world) == {
        ("bientap", "passed_over"): 1,
        ("phogd", "passed_over"): 1,
        ("truongphong", "waiting"): 1,
    }
    with world.db.read() as session:
        said = notice_page(session, world["bientap"]).rows[0].params
    assert (said["passed"], said["reason"]) == (["Biên tập viên"], "only_author")


def test_the_author_is_told_what_was_mended(world: World) -> None:
    """Field by field and until it is read, not the last change alone; the clip's page shows it."""
    clip = world.submitted()
    forget(world)
    editor = world["bientap"]
    draft = intake.ClipDraft("Hội xuân Phú Đình", "xa_hoi", post_text="Hội xuân đã về.")
    clip = intake.edit_fields(world.db, editor, clip.code, clip.version, draft)
    lines = [Line(0, 2_000, "Kính thưa bà con.")]
    clip = transcripts.save_captions(world.db, editor, clip.code, clip.version, lines)
    political.set_political(world.db, editor, clip.code, clip.version, True, "có lãnh đạo")
    assert told(world) == {("phongvien", "mended"): 1}
    with world.db.read() as session:
        row = notice_page(session, world["phongvien"]).rows[0]
        page = clip_page(session, world["phongvien"], clip.code)
    assert row.params["mended"] == ["title", "captions", "political"]
    assert page.changes is not None
    assert {one.name for one in page.changes.fields} == {"title"}
    assert len(page.changes.lines) == 2


def test_author_and_watchers_learn_a_result_with_its_reason(world: World) -> None:
    """Returned: the reason and the note stand in what the author reads."""
    clip = world.submitted()
    levels.return_clip(world.db, world["bientap"], clip.code, clip.version, "sound", "Ồn [00:02]")
    assert told(world) == {("phongvien", "returned"): 1, ("phogd", "returned"): 1}
    with world.db.read() as session:
        row = notice_page(session, world["phongvien"]).rows[0]
    assert (row.reason, row.note, row.code, row.open) == ("sound", "Ồn [00:02]", clip.code, True)
    assert (row.params["by"], row.params["post"]) == ("Trần Văn Nam", "Biên tập viên")


def test_a_sign_off_tells_those_who_post(world: World) -> None:
    """The channel's managers have work, the author and the watchers have news."""
    clip = world.at_head()
    forget(world)
    world.sign(clip)
    assert told(world) == {
        ("phongvien", "approved"): 1,
        ("phogd", "approved"): 1,
        ("kenh", "to_post"): 1,
    }


def test_the_same_notice_stands_once(world: World) -> None:
    """Three remarks are one notice that is not read, the newest."""
    clip = world.submitted()
    forget(world)
    for text in ("Một", "Hai", "Ba"):
        clip = world.now(clip)
        remarks.add_remark(world.db, world["bientap"], clip.code, text)
    assert told(world) == {("phongvien", "remark"): 1}
    with world.db.read() as session:
        assert session.scalar(select(func.count()).select_from(Notice)) == 4


def test_opening_a_clip_reads_what_was_told_of_it(world: World) -> None:
    """And of that clip alone, and for that person alone."""
    first, _second = world.submitted(), world.submitted()
    assert notices.read_about(world.db, world["bientap"], first.code) == 1
    assert notices.read_about(world.db, world["bientap"], first.code) == 0
    assert notices.read_about(world.db, world["phongvien"], first.code) == 0
    with world.db.read() as session:
        assert unread_count(session, world["bientap"].person_id or 0) == 1


def test_who_is_disabled_is_told_nothing(world: World) -> None:
    """An account that nobody can open collects nothing."""
    with world.db.transaction() as unit:
        unit.session.get_one(Person, world["phogd"].person_id).disabled_at = clock.now()
    world.signed()
    assert not [who for who, _kind in told(world) if who == "phogd"]


def test_another_agency_hears_nothing(world: World) -> None:
    """Two agencies on one installation know nothing of each other."""
    other = world.second()
    world.signed()
    with world.db.read() as session:
        for actor in other.actors.values():
            assert not notice_page(session, actor).rows


def test_counting_stops_where_it_means_nothing(world: World) -> None:
    """A thousand notices are counted as a hundred."""
    clip = world.ready_clip()
    with world.db.transaction() as unit:
        unit.session.add_all(
            Notice(
                person_id=world["kenh"].person_id,
                kind="to_post",
                clip_id=clip.id,
                params={},
                created_at=clock.now(),
            )
            for _ in range(COUNT_LIMIT + 20)
        )
    with world.db.read() as session:
        assert unread_count(session, world["kenh"].person_id or 0) == COUNT_LIMIT


@pytest.mark.parametrize(
    ("hours", "given", "who"),
    [
        (3, 0, {}),
        (0.5, 1, {("bientap", "due_soon"): 1}),
        (-0.5, 1, {("bientap", "overdue"): 1}),
        (-2, 2, {("bientap", "overdue"): 1, ("phongvien", "overdue_author"): 1}),
    ],
)
def test_when_somebody_is_reminded(
    world: World, hours: float, given: int, who: dict[tuple[str, str], int]
) -> None:
    """An hour before the limit, at it, and an hour later the author too; each once."""
    clip = world.submitted()
    forget(world)
    due(world, clip, hours)
    assert remind_due(world.db) == given
    assert told(world) == who
    assert remind_due(world.db) == 0


def test_a_reminder_is_in_the_ledger_and_ends_with_the_decision(world: World) -> None:
    """It was given by nobody, and whoever decided is reminded of nothing."""
    clip = world.submitted()
    due(world, clip, -0.5)
    remind_due(world.db)
    with world.db.read() as session:
        found = select(LedgerEntry.action).where(LedgerEntry.clip_id == clip.id)
        assert "clip:review:reminded" in session.scalars(found).all()
    clip = world.now(clip)
    levels.approve(world.db, world["bientap"], clip.code, clip.version, False)
    assert not [kind for who, kind in told(world) if who == "bientap"]


def test_what_moved_on_meanwhile_is_not_reminded(world: World) -> None:
    """A new wait has a new limit."""
    clip = world.submitted()
    due(world, clip, -0.5)
    clip = world.now(clip)
    levels.recall(world.db, world["phongvien"], clip.code, clip.version)
    assert remind_due(world.db) == 0
