"""For whom a clip waits: the conditions in SQL agree with the permission table, on both databases,
and read the index of open clips."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from review import clock
from review.db import Database
from review.models import Clip, ClipSearch
from review.operations import levels, search_rows
from review.operations.clip_access import ClipRef
from review.permissions import Action, Actor, Role, refusal
from review.queries.facts import facts_of
from review.queries.inbox import PAGE_ROWS, Tab, inbox, waiting_codes, waiting_count
from review.queries.inbox_wanted import Wanted
from tests.world import PEOPLE, World, agency_draft

# Somebody who writes and decides, and somebody who holds a lower level and signs.
BUSY = PEOPLE | {
    "bientap": ("Trần Văn Nam", "Biên tập viên", frozenset({Role.EDITOR, Role.REPORTER})),
    "truongphong": ("Nguyễn Văn Hùng", "Trưởng phòng", frozenset({Role.SECTION_HEAD, Role.EDITOR})),
}


@pytest.fixture
def world(any_database: Database) -> World:
    """An agency where people hold several roles, on either database."""
    return World.first(any_database, agency_draft(people=BUSY))


def stations(world: World) -> list[ClipRef]:
    """A clip at every place of its way, by different authors."""
    sent_back = world.submitted()
    back = (sent_back.code, sent_back.version, "sound", "Rung hình")
    levels.return_clip(world.db, world["bientap"], *back)
    signed, _act = world.signed()
    return [
        world.ready_clip(),
        world.ready_clip("bientap"),
        world.submitted(),
        world.submitted("bientap"),
        world.at_head(),
        sent_back,
        signed,
    ]


def may_decide(session: Session, actor: Actor, clip: Clip) -> bool:
    """What the permission table says of a decision at the clip's level."""
    facts = facts_of(session, clip)
    act = Action.CLIP_SIGN if facts.is_last_level else Action.LEVEL_APPROVE
    return refusal(actor, act, facts) is None


def test_what_waits_is_what_the_permission_table_allows(world: World) -> None:
    """Every person against every clip: shown as waiting exactly where they may decide."""
    clips = stations(world)
    other = world.second()
    clips += [other.submitted(), other.at_head()]
    with world.db.read() as session:
        for house in (world, other):
            for name, actor in house.actors.items():
                waiting = set(waiting_codes(session, actor))
                for clip in clips:
                    row = session.get_one(Clip, clip.id)
                    assert (clip.code in waiting) == may_decide(session, actor, row), (
                        name,
                        row.state,
                    )


def test_overdue_first_then_the_nearest_limit_then_what_has_none(world: World) -> None:
    """The list of what waits is in the order in which it presses."""
    late, soon, later = world.submitted(), world.submitted(), world.submitted()
    mine = world.ready_clip("bientap")
    with world.db.transaction() as unit:
        for clip, hours in ((late, -3), (soon, 1), (later, 9)):
            row = unit.session.get_one(Clip, clip.id)
            row.due_at = clock.now() + timedelta(hours=hours)
    with world.db.read() as session:
        found = inbox(session, world["bientap"], Tab.WAITING, Wanted())
        overdue = inbox(session, world["bientap"], Tab.WAITING, Wanted(overdue=True))
    assert [row.code for row in found.rows] == [late.code, soon.code, later.code, mine.code]
    assert [row.code for row in overdue.rows] == [late.code]


def test_what_was_sent_is_shown_with_the_place_where_it_lies(world: World) -> None:
    """An author and who passed a clip up see it; who had nothing to do with it does not."""
    clip = world.at_head()
    with world.db.read() as session:
        for name, seen in (("phongvien", True), ("bientap", True), ("kenh", False)):
            rows = inbox(session, world[name], Tab.SENT, Wanted()).rows
            assert [(row.code, row.level_label) for row in rows] == (
                [(clip.code, "Giám đốc")] if seen else []
            ), name


@pytest.mark.parametrize("tab", [Tab.WAITING, Tab.SENT, Tab.DONE])
def test_pages_hold_every_clip_once(world: World, tab: Tab) -> None:
    """Page after page, to the end, equal time limits or not."""
    many = PAGE_ROWS + 3
    one = world.submitted()
    state = "rejected" if tab is Tab.DONE else "in_review"
    with world.db.transaction() as unit:
        row = unit.session.get_one(Clip, one.id)
        copied = {
            column.key: getattr(row, column.key)
            for column in Clip.__table__.columns
            if column.key not in ("id", "code", "state")
        }
        row.state = state
        for number in range(many - 1):
            unit.session.add(Clip(**copied, code=f"CLIP-2020-{number:06}", state=state))
        unit.session.flush()
        search_rows.refresh(unit.session, unit.session.scalars(select(Clip.id)).all())
    actor = world["bientap" if tab is Tab.WAITING else "giamdoc"]
    for wanted in (Wanted(), Wanted(words="hội xuân")):
        codes, after = [], ""
        with world.db.read() as session:
            while True:
                page = inbox(session, actor, tab, wanted, after)
                codes += [row.code for row in page.rows]
                if not page.more:
                    break
                after = page.after
        assert len(codes) == len(set(codes)) == many


def test_a_place_that_is_none_is_the_first_page(world: World) -> None:
    """Addresses are typed, cut off and tampered with."""
    clip = world.submitted()
    with world.db.read() as session:
        for after in ("t", "u", "t1", "x9", "t1.2.3", "u" + "9" * 30, "ú1", "t-1.1"):
            page = inbox(session, world["bientap"], Tab.WAITING, Wanted(), after)
            assert [row.code for row in page.rows] == [clip.code], after


def test_the_lists_of_open_clips_read_no_archive(database: Database) -> None:
    """SQLite takes an index that holds open clips alone, however large the archive."""
    world = World.first(database)
    world.submitted()
    said: list[tuple[str, object]] = []

    def note(conn: object, cursor: object, statement: str, values: object, *rest: object) -> None:
        said.append((statement, values))

    event.listen(database.engine, "before_cursor_execute", note)
    with database.read() as session:
        for name in ("bientap", "kenh", "giamdoc"):
            waiting_count(session, world[name])
            for tab in (Tab.WAITING, Tab.SENT):
                inbox(session, world[name], tab, Wanted())
        event.remove(database.engine, "before_cursor_execute", note)
        # Who decides nowhere is asked nothing: 0 = 1 reads no row.
        asked = [one for one in said if "FROM clips" in one[0] and "0 = 1" not in one[0]]
        assert asked
        plans = [
            (str(row), statement)
            for statement, values in asked
            for row in session.connection().exec_driver_sql(
                f"EXPLAIN QUERY PLAN {statement}", values
            )
        ]
    reading = [(plan, said) for plan, said in plans if " clips " in plan.replace("'", " ")]
    assert reading
    for plan, statement in reading:
        assert "ix_clips_newest" not in plan, (plan, statement)
        assert "INDEX" in plan or "PRIMARY KEY" in plan, (plan, statement)


def test_a_lost_search_row_is_made_again(world: World) -> None:
    """The rows of the search are derived: whoever loses them loses nothing."""
    clip = world.submitted(title="Lễ hội Lồng Tồng")
    with world.db.transaction() as unit:
        unit.session.execute(text("DELETE FROM clip_search"))
    with world.db.read() as session:
        assert not inbox(session, world["bientap"], Tab.WAITING, Wanted(words="lồng tồng")).rows
    assert search_rows.catch_up(world.db) == 1
    assert search_rows.catch_up(world.db) == 0
    with world.db.read() as session:
        assert session.get(ClipSearch, clip.id) is not None
        rows = inbox(session, world["bientap"], Tab.WAITING, Wanted(words="lồng tồng")).rows
    assert [row.code for row in rows] == [clip.code]
