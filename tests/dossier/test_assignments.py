"""Giao việc: who may, who is the author then, who is told; and the script before filming."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from review import clock
from review.db import Database
from review.errors import Fault, Forbidden, Invalid, NotFound
from review.models import Clip, LedgerEntry, LedgerText, Notice
from review.operations import assignments, intake, levels, scripts
from review.operations.assignments import AssignmentDraft
from review.operations.clip_access import ClipRef
from review.permissions import Role
from review.queries.clip_page import clip_page
from review.queries.dossier import assignees
from review.queries.facts import authors_of
from review.queries.inbox import Tab, inbox, waiting_count
from review.queries.inbox_wanted import Wanted
from review.queries.notices import notice_page
from review.queries.scripts import script_hash
from review.queries.sheet import sheet_of
from review.states import ClipState
from tests.world import PEOPLE, World, agency_draft

STAFF = PEOPLE | {
    "phogd": ("Ngô Quang Vinh", "Phó giám đốc", frozenset({Role.DEPUTY})),
    "phongvien_2": ("Hà Văn Út", "Phóng viên", frozenset({Role.REPORTER})),
}
WORDS = "Quay lễ khai mạc, phỏng vấn hai người."


@pytest.fixture
def world(any_database: Database) -> World:
    """An agency with a deputy and a second reporter, on either database."""
    return World.first(any_database, agency_draft(people=STAFF))


def asked(world: World, **change: object) -> AssignmentDraft:
    """What somebody asks of the reporter."""
    draft = AssignmentDraft(world["phongvien"].person_id, "Hội xuân", "xa_hoi", WORDS)
    return replace(draft, **change)  # type: ignore[arg-type]


def given(world: World, assigner: str = "truongphong", **change: object) -> ClipRef:
    """An open assignment."""
    return assignments.assign(world.db, world[assigner], asked(world, **change))


def authors(world: World, clip: ClipRef) -> set[str]:
    """Who counts as an author of the clip."""
    names = {actor.person_id: name for name, actor in world.actors.items()}
    with world.db.read() as session:
        return {names[one] for one in authors_of(session, session.get_one(Clip, clip.id))}


def told(world: World, who: str) -> list[tuple[str, str]]:
    """(kind, words) of the unread notices of a person."""
    with world.db.read() as session:
        rows = notice_page(session, world[who]).rows
    return [(row.kind, row.note) for row in rows if not row.read]


def texts(world: World, clip: ClipRef, action: str) -> dict[str, str]:
    """What the last entry of `action` says in words."""
    with world.db.read() as session:
        at = session.scalars(
            select(LedgerEntry.position)
            .where(LedgerEntry.clip_id == clip.id, LedgerEntry.action == action)
            .order_by(LedgerEntry.position.desc())
        ).first()
        rows = session.scalars(select(LedgerText).where(LedgerText.position == at))
        return {row.name: row.text for row in rows}


def test_who_gives_work_out(world: World) -> None:
    """The head, a deputy, the head of a section; nobody else."""
    for who in STAFF:
        if who in ("giamdoc", "phogd", "truongphong"):
            assert authors(world, given(world, who)) == {"phongvien"}
        else:
            with pytest.raises(Forbidden, match="role_missing"):
                given(world, who)


NOT_ENOUGH: tuple[tuple[dict[str, object], str], ...] = (
    ({"assignee_id": None}, "assignee_missing"),
    ({"assignee_id": 10_000}, "assignee_missing"),
    ({"title": " "}, "title_missing"),
    ({"category_code": ""}, "category_unknown"),
    ({"instruction": ""}, "field_missing"),
    ({"due_at": clock.now() - timedelta(minutes=1)}, "assignment_due_past"),
    ({"urgency": "ngay"}, "urgency_unknown"),
)


def test_what_an_assignment_needs(world: World) -> None:
    """A person of the house, a name, a kind, words, a time that lies ahead."""
    for change, code in NOT_ENOUGH:
        with pytest.raises(Invalid, match=code):
            given(world, **change)


CANNOT = (
    ("truongphong", "assignee_self"),
    ("giamdoc", "assignee_unable"),
    ("kenh", "assignee_unable"),
    ("kiemtra", "assignee_unable"),
)


def test_who_cannot_be_given_work(world: World) -> None:
    """Not oneself, not the head who signs, nobody who makes no clips; nor anybody elsewhere."""
    with world.db.read() as session:
        offered = {one for one, _name in assignees(session, world["truongphong"])}
    for who, code in CANNOT:
        with pytest.raises(Invalid, match=code):
            given(world, assignee_id=world[who].person_id)
        assert world[who].person_id not in offered
    other = world.second()
    with pytest.raises(Invalid, match="assignee_missing"):
        given(world, assignee_id=other["phongvien"].person_id)


def test_the_assignee_is_told_sees_it_due_and_makes_it_to_the_sign_off(world: World) -> None:
    """The assigner is no author: the head of the section decides on what they asked for."""
    due_at = clock.now() + timedelta(hours=5)
    clip = given(world, due_at=due_at, basis="Công văn 12/CV")
    assert told(world, "phongvien") == [("assigned", WORDS)]
    with world.db.read() as session:
        row = inbox(session, world["phongvien"], Tab.WAITING, Wanted()).rows[0]
        assert (row.code, row.due_at, row.overdue) == (clip.code, due_at, False)
        page = clip_page(session, world["phongvien"], clip.code)
    lacking = ("political", "rights", "ai_label", "people")
    assert page.dossier.missing == lacking
    draft = intake.ClipDraft(
        "Hội xuân", "xa_hoi", political=False, ai_label=False, rights="Tự quay", people="none"
    )
    made = intake.edit_fields(world.db, world["phongvien"], clip.code, clip.version, draft)
    filed = intake.add_revision(
        world.db, world["phongvien"], made.code, made.version, world.upload()
    )
    world.finish(filed)
    assert authors(world, filed) == {"phongvien"}
    sent = levels.submit(world.db, world["phongvien"], filed.code, filed.version)
    for name in ("bientap", "truongphong"):
        with world.db.read() as session:
            shown = clip_page(session, world[name], clip.code).dossier.assignment
        assert shown is not None and (shown.instruction, shown.basis) == (WORDS, "Công văn 12/CV")
        sent = levels.approve(world.db, world[name], sent.code, sent.version, False)
    world.sign(sent)
    with world.db.read() as session:
        sheet = sheet_of(session, world["vanthu"], clip.code)
    assert (sheet.instruction, sheet.assigned_by) == (WORDS, "Trưởng phòng Nguyễn Văn Hùng")


def test_the_queue_goes_by_the_time_that_was_given(world: World) -> None:
    """Overdue first, then the nearest, then what has no limit; page by page, each once."""
    hours = (3, 1, 2)
    clips = [given(world, due_at=clock.now() + timedelta(hours=one)) for one in hours]
    with world.db.transaction() as unit:
        unit.session.get_one(Clip, clips[0].id).assigned_due_at = clock.now() - timedelta(hours=1)
    free = world.draft_clip()
    wanted = [clips[0].code, clips[1].code, clips[2].code, free.code]
    with world.db.read() as session:
        rows = inbox(session, world["phongvien"], Tab.WAITING, Wanted()).rows
        late = inbox(session, world["phongvien"], Tab.WAITING, Wanted(overdue=True)).rows
        assert waiting_count(session, world["phongvien"]) == 4
    assert [row.code for row in rows] == wanted
    assert [row.overdue for row in rows] == [True, False, False, False]
    assert [row.code for row in late] == wanted[:1]


def test_pages_of_a_long_list_of_work_hold_each_clip_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key of a page leads on among limits, and from limits to what has none."""
    monkeypatch.setattr("review.queries.inbox.PAGE_ROWS", 2)
    soon = clock.now() + timedelta(hours=1)
    made = [given(world, due_at=soon if place % 2 else None).code for place in range(7)]
    seen: list[str] = []
    after = ""
    with world.db.read() as session:
        while True:
            page = inbox(session, world["phongvien"], Tab.WAITING, Wanted(), after)
            seen += [row.code for row in page.rows]
            after = page.after
            if not after:
                break
    assert sorted(seen) == sorted(made) and len(seen) == len(made)


def test_handing_on_makes_another_the_author_and_tells_both(world: World) -> None:
    """With a reason; the words stay, who handed on answers for it."""
    clip = given(world)
    other = world["phongvien_2"].person_id
    with pytest.raises(Invalid, match="field_missing"):
        assignments.reassign(world.db, world["giamdoc"], clip.code, clip.version, other, " ")
    moved = assignments.reassign(
        world.db, world["giamdoc"], clip.code, clip.version, other, "Đi tập huấn"
    )
    assert authors(world, moved) == {"phongvien_2"}
    assert told(world, "phongvien_2") == [("assigned", "Đi tập huấn")]
    assert told(world, "phongvien") == [("unassigned", "Đi tập huấn")]
    assert texts(world, clip, "clip:assignment:handed_on")["note"] == "Đi tập huấn"
    with world.db.read() as session:
        now = clip_page(session, world["phongvien_2"], clip.code).dossier.assignment
        with pytest.raises(NotFound):
            clip_page(session, world["phongvien"], clip.code)
    assert now is not None and (now.assigner, now.instruction) == ("Phạm Thu Hà", WORDS)
    with pytest.raises(Fault, match="assignee_same"):
        assignments.reassign(world.db, world["giamdoc"], moved.code, moved.version, other, "Lại")


def test_who_uploaded_stays_an_author_of_the_file_that_was_handed_on(world: World) -> None:
    """Until another file comes: what they made is not theirs to decide on."""
    clip = given(world)
    filed = intake.add_revision(
        world.db, world["phongvien"], clip.code, clip.version, world.upload()
    )
    other = world["phongvien_2"].person_id
    moved = assignments.reassign(
        world.db, world["phogd"], filed.code, filed.version, other, "Nghỉ ốm"
    )
    assert authors(world, moved) == {"phongvien", "phongvien_2"}
    intake.add_revision(world.db, world["phongvien_2"], moved.code, moved.version, world.upload())
    assert authors(world, moved) == {"phongvien_2"}


def test_called_off_the_dossier_is_withdrawn_with_the_reason(world: World) -> None:
    """The assignee is told; nothing waits for them any more."""
    clip = given(world, due_at=clock.now() + timedelta(hours=1))
    assignments.cancel_assignment(
        world.db, world["truongphong"], clip.code, clip.version, "Hoãn lễ hội"
    )
    assert world.row(clip).state == ClipState.WITHDRAWN
    assert told(world, "phongvien") == [("assignment_cancelled", "Hoãn lễ hội")]
    with world.db.read() as session:
        assert waiting_count(session, world["phongvien"]) == 0
        shown = clip_page(session, world["phongvien"], clip.code).dossier.assignment
    assert shown is not None and (shown.ended_as, shown.end_reason) == ("cancelled", "Hoãn lễ hội")


def test_nothing_is_handed_on_once_it_rises(world: World) -> None:
    """From submission on the clip is the levels'; nor is a clip that nobody was given."""
    clip = world.submitted()
    with pytest.raises(Forbidden, match="not_with_author"):
        assignments.cancel_assignment(world.db, world["giamdoc"], clip.code, clip.version, "Thôi")
    own = world.draft_clip()
    with pytest.raises(Fault, match="assignment_none"):
        assignments.cancel_assignment(world.db, world["giamdoc"], own.code, own.version, "Thôi")


# ── the script ───────────────────────────────────────────────────────────────────────────────


def test_no_file_before_the_script_is_approved_word_for_word(world: World) -> None:
    """Returned, mended, approved, changed: what was asked and answered is on record."""
    db, author, assigner = world.db, world["phongvien"], world["phogd"]
    clip = given(world, "phogd", needs_script=True)
    for act in (
        lambda: intake.add_revision(db, author, clip.code, clip.version, world.upload()),
        lambda: scripts.send_script(db, author, clip.code, clip.version),
    ):
        with pytest.raises(Fault, match=r"script_not_approved|script_missing"):
            act()
    sent = scripts.send_script(db, author, clip.code, clip.version, "Cảnh một: cổng làng.")
    assert told(world, "phogd") == [("script_waiting", "")]
    with db.read() as session:
        assert waiting_count(session, assigner) == 1
        row = inbox(session, assigner, Tab.WAITING, Wanted()).rows[0]
        assert (row.code, row.script_waits) == (clip.code, True)
    with pytest.raises(Invalid, match="script_note_missing"):
        scripts.return_script(db, assigner, sent.code, sent.version, 1, " ")
    back = scripts.return_script(db, assigner, sent.code, sent.version, 1, "Thêm tên xã")
    assert ("script_returned", "Thêm tên xã") in told(world, "phongvien")
    again = scripts.send_script(db, author, back.code, back.version, "Cảnh một: xã Phú Đình.")
    agreed = scripts.approve_script(db, assigner, again.code, again.version, 2)
    with db.read() as session:
        bodies = session.scalars(
            select(LedgerEntry.body).where(LedgerEntry.action == "clip:script:approved")
        ).all()
    assert script_hash("Cảnh một: xã Phú Đình.").encode() in bodies[0]
    draft = intake.ClipDraft("Hội xuân", "xa_hoi", script="Cảnh một: nơi khác.")
    changed = intake.edit_fields(db, author, agreed.code, agreed.version, draft)
    with pytest.raises(Fault, match="script_not_approved"):
        intake.add_revision(db, author, changed.code, changed.version, world.upload())
    draft = replace(draft, script="Cảnh một: xã Phú Đình.")
    right = intake.edit_fields(db, author, changed.code, changed.version, draft)
    intake.add_revision(db, author, right.code, right.version, world.upload())


ANSWER: tuple[tuple[str | None, set[str]], ...] = (
    ("phogd", {"phogd", "truongphong", "giamdoc"}),
    ("truongphong", {"truongphong", "giamdoc"}),
    (None, {"truongphong", "giamdoc"}),
)


def test_who_answers_for_a_script(world: World) -> None:
    """Whoever asked for the clip; the heads of sections and the head; never its author."""
    for assigner, may in ANSWER:
        clip = given(world, assigner) if assigner else world.draft_clip()
        clip = scripts.send_script(world.db, world["phongvien"], clip.code, clip.version, "Một")
        for name in STAFF:
            # Whoever may answer learns that there is no such script; the others learn nothing.
            refusal = "script_overtaken" if name in may else "role_missing|own_clip|not_found"
            with pytest.raises(Fault, match=refusal):
                scripts.approve_script(world.db, world[name], clip.code, clip.version, 99)


def test_a_newer_script_overtakes_one_that_waits(world: World) -> None:
    """An answer to the old one is refused, and so is sending the same words twice."""
    db, author = world.db, world["phongvien"]
    clip = given(world)
    first = scripts.send_script(db, author, clip.code, clip.version, "Cảnh một")
    with pytest.raises(Fault, match="script_sent_already"):
        scripts.send_script(db, author, first.code, first.version, "Cảnh một ")
    second = scripts.send_script(db, author, first.code, first.version, "Cảnh hai")
    with pytest.raises(Fault, match="script_overtaken"):
        scripts.approve_script(db, world["truongphong"], second.code, second.version, 1)
    scripts.approve_script(db, world["truongphong"], second.code, second.version, 2)
    with db.read() as session:
        unread = select(Notice).where(Notice.kind == "script_waiting", Notice.read_at.is_(None))
        assert session.scalar(unread) is None
