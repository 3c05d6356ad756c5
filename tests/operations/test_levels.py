"""Up and down the levels, as policy."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from review.db import Database
from review.errors import Conflict, Fault, Forbidden, Invalid, NotFound, Stale
from review.models import Clip, Decision, LedgerEntry
from review.operations import accounts, intake, levels, political
from review.operations.agencies import LevelDraft
from review.permissions import Role
from review.states import ClipState
from tests.world import PEOPLE, World, agency_draft


@pytest.fixture
def world(any_database: Database) -> World:
    """An agency of eight people and three levels, on either database."""
    return World.first(any_database)


def decisions(world: World, clip_id: int) -> list[tuple[int, str, str]]:
    """The clip's decisions as (level, kind, reason)."""
    with world.db.read() as session:
        rows = session.scalars(select(Decision).where(Decision.clip_id == clip_id))
        return [(row.level, row.kind, row.reason) for row in rows]


def test_a_clip_rises_level_by_level(world: World) -> None:
    """Submitted, it waits at level 1; each approval lifts it by one."""
    clip = world.submitted()
    assert (world.row(clip).state, world.row(clip).level) == (ClipState.IN_REVIEW, 1)
    clip = levels.approve(world.db, world["bientap"], clip.code, clip.version, False)
    assert world.row(clip).level == 2
    clip = levels.approve(world.db, world["truongphong"], clip.code, clip.version, False)
    assert world.row(clip).level == 3
    assert decisions(world, clip.id) == [
        (0, "submitted", ""),
        (1, "approved", ""),
        (2, "approved", ""),
    ]


def test_only_a_ready_clip_is_submitted(world: World) -> None:
    """While the workshop is busy the submission is refused."""
    clip = world.draft_clip()
    with pytest.raises(Conflict, match="revision_not_ready"):
        levels.submit(world.db, world["phongvien"], clip.code, clip.version)


def test_returned_with_a_practical_reason_and_sent_again(world: World) -> None:
    """It goes back to its author and starts from the first level again."""
    clip = world.submitted()
    actor = world["bientap"]
    with pytest.raises(Invalid, match="return_reason_missing"):
        levels.return_clip(world.db, actor, clip.code, clip.version, "", "sai chỗ [00:07]")
    with pytest.raises(Invalid, match="note_missing"):
        levels.return_clip(world.db, actor, clip.code, clip.version, "other", "  ")
    clip = levels.return_clip(world.db, actor, clip.code, clip.version, "wrong_place", "[00:07]")
    assert (world.row(clip).state, world.row(clip).level) == (ClipState.RETURNED, 0)
    clip = levels.submit(world.db, world["phongvien"], clip.code, clip.version)
    assert (world.row(clip).level, world.row(clip).round) == (1, 2)


def test_a_stale_page_is_refused(world: World) -> None:
    """Two people at one level: the second is told, and nothing happens twice."""
    clip = world.submitted()
    levels.approve(world.db, world["bientap"], clip.code, clip.version, False)
    with pytest.raises(Stale, match="stale_page"):
        levels.approve(world.db, world["bientap"], clip.code, clip.version, False)
    assert world.row(clip).level == 2


def test_a_level_held_only_by_the_author_is_passed_over(world: World) -> None:
    """The editor's own clip goes straight to the section head, and the log says why."""
    clip = world.submitted(author="bientap")
    assert world.row(clip).level == 2
    assert (1, "passed_over", "only_author") in decisions(world, clip.id)
    with world.db.read() as session:
        acts = set(session.scalars(select(LedgerEntry.action)))
    assert "clip:level:passed_over" in acts


def test_the_sign_off_is_never_passed_over(any_database: Database) -> None:
    """Where the only head made the clip, submission names who could sign."""
    people = PEOPLE | {
        "giamdoc": ("Phạm Thu Hà", "Giám đốc", frozenset({Role.HEAD, Role.REPORTER}))
    }
    world = World.first(any_database, agency_draft(people=people))
    clip = world.ready_clip(author="giamdoc")
    with pytest.raises(Invalid, match="signer_is_author") as refused:
        levels.submit(world.db, world["giamdoc"], clip.code, clip.version)
    assert refused.value.params == {"names": "Phạm Thu Hà"}


def test_a_vacant_level_refuses_submission(any_database: Database) -> None:
    """Nobody holds the section head's level: say so before the clip is stuck there."""
    people = {name: rest for name, rest in PEOPLE.items() if name != "truongphong"}
    world = World.first(any_database, agency_draft(people=people))
    clip = world.ready_clip()
    with pytest.raises(Invalid, match="level_vacant"):
        levels.submit(world.db, world["phongvien"], clip.code, clip.version)


def test_a_commune_has_one_level(any_database: Database) -> None:
    """Author to chairman: one level is the sign-off itself."""
    steps = (LevelDraft(Role.HEAD, "Chủ tịch", 8),)
    world = World.first(any_database, agency_draft(steps=steps))
    clip = world.submitted()
    assert world.row(clip).level == 1
    with pytest.raises(Forbidden, match="sign_instead"):
        levels.approve(world.db, world["giamdoc"], clip.code, clip.version, False)


def test_two_levels_are_two_people(any_database: Database) -> None:
    """One person with both roles decides once; the second level is passed over for them."""
    people = PEOPLE | {
        "bientap": ("Trần Văn Nam", "Thư ký", frozenset({Role.EDITOR, Role.SECTION_HEAD}))
    }
    people.pop("truongphong")
    world = World.first(any_database, agency_draft(people=people))
    clip = world.submitted()
    clip = levels.approve(world.db, world["bientap"], clip.code, clip.version, False)
    assert world.row(clip).level == 3
    assert (2, "passed_over", "same_person") in decisions(world, clip.id)


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("phongvien", "own_clip"),
        ("truongphong", "level_not_yours"),
        ("giamdoc", "level_not_yours"),
        ("kenh", "level_not_yours"),
        ("kiemtra", "level_not_yours"),
        ("quantri", "level_not_yours"),
    ],
)
def test_who_may_not_decide_at_the_first_level(world: World, who: str, code: str) -> None:
    """Only its holders decide at a level, the author never."""
    clip = world.submitted()
    for act in (
        lambda: levels.approve(world.db, world[who], clip.code, clip.version, False),
        lambda: levels.return_clip(world.db, world[who], clip.code, clip.version, "sound", ""),
        lambda: levels.reject(world.db, world[who], clip.code, clip.version, "sound", ""),
    ):
        with pytest.raises(Fault, match=code):
            act()
    assert world.row(clip).level == 1


def test_another_agency_sees_nothing(world: World) -> None:
    """For the neighbours the clip does not exist."""
    clip = world.submitted()
    other = world.second()
    with pytest.raises(NotFound):
        levels.approve(world.db, other["bientap"], clip.code, clip.version, False)


def test_recalled_by_the_author(world: World) -> None:
    """Before the sign-off the author may take it back; nobody else may."""
    clip = world.submitted()
    with pytest.raises(Forbidden, match="authors_only"):
        levels.recall(world.db, world["bientap"], clip.code, clip.version)
    clip = levels.recall(world.db, world["phongvien"], clip.code, clip.version)
    assert world.row(clip).state == ClipState.DRAFT


def test_any_yes_to_political_sticks(world: World) -> None:
    """A level raises the flag; the same level cannot clear it, a higher one can with a reason."""
    clip = world.submitted()
    editor, chief = world["bientap"], world["truongphong"]
    clip = political.set_political(world.db, editor, clip.code, clip.version, True, "có lãnh đạo")
    with pytest.raises(Forbidden, match="political_clear_level"):
        levels.approve(world.db, editor, clip.code, clip.version, False)
    clip = levels.approve(world.db, editor, clip.code, clip.version, True)
    with pytest.raises(Invalid, match="political_clear_reason"):
        levels.approve(world.db, chief, clip.code, clip.version, False)
    clip = levels.approve(world.db, chief, clip.code, clip.version, False, "", "chỉ là lễ hội")
    assert world.row(clip).political is False


def test_the_political_question_must_be_answered(world: World) -> None:
    """No answer, no approval."""
    clip = world.submitted()
    with pytest.raises(Invalid, match="political_missing"):
        levels.approve(world.db, world["bientap"], clip.code, clip.version, None)


def test_a_level_mends_the_title_in_place(world: World) -> None:
    """The holder corrects it, the clip stays, the change is on record with both texts."""
    clip = world.submitted()
    draft = intake.ClipDraft(title="Hội xuân xã Định Biên", category_code="xa_hoi")
    clip = intake.edit_fields(world.db, world["bientap"], clip.code, clip.version, draft)
    assert (world.row(clip).title, world.row(clip).level) == ("Hội xuân xã Định Biên", 1)
    with pytest.raises(Fault, match="level_not_yours"):
        intake.edit_fields(world.db, world["truongphong"], clip.code, clip.version, draft)
    with pytest.raises(Fault, match="own_clip"):
        intake.edit_fields(world.db, world["phongvien"], clip.code, clip.version, draft)


def test_a_refused_act_leaves_no_trace(world: World) -> None:
    """A transaction that fails writes neither the change nor an entry."""
    clip = world.submitted()
    with world.db.read() as session:
        before = len(list(session.scalars(select(LedgerEntry.position))))
    with pytest.raises(Invalid):
        levels.approve(world.db, world["bientap"], clip.code, clip.version, None)
    with world.db.read() as session:
        assert len(list(session.scalars(select(LedgerEntry.position)))) == before
        assert session.get_one(Clip, clip.id).version == clip.version


def test_a_disabled_holder_leaves_the_level_to_the_others(world: World) -> None:
    """A disabled account holds nothing; with nobody left, submission says so."""
    clip = world.ready_clip()
    with world.db.read() as session:
        assert session.get_one(Clip, clip.id).state == ClipState.DRAFT
    editor = world["bientap"].person_id
    assert editor is not None
    accounts.disable_person(world.db, world["quantri"], editor)
    with pytest.raises(Invalid, match="level_vacant"):
        levels.submit(world.db, world["phongvien"], clip.code, clip.version)
