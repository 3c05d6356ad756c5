"""Down to a level, straight back, from hand to hand, past the levels: as policy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from media.results import Line
from review import clock
from review.db import Database
from review.errors import Conflict, Fault, Forbidden, Invalid, Stale
from review.models import Clip, Decision, Notice, Person
from review.offices import Lead
from review.operations import accounts, handing, intake, levels, posts, transcripts
from review.operations.clip_access import ClipRef
from review.operations.returning import Back
from review.permissions import Actor, Role
from review.queries.clip_page import clip_page
from review.queries.facts import roles_of
from review.queries.inbox import Tab, inbox
from review.queries.inbox_wanted import Wanted
from review.queries.notices import notice_page
from review.queries.passing import lower_levels
from review.states import ClipState
from tests.world import DRAFT, PEOPLE, World, agency_draft

STAFF = PEOPLE | {
    "bienban": ("Lý Văn Sơn", "Biên tập viên", frozenset({Role.EDITOR})),
    "phongvien3": ("Đinh Thị Thu", "Phóng viên", frozenset({Role.REPORTER})),
}
STRAIGHT = Back(straight=True)
AGREED = {"agreed"}  # what an author still has from the levels before


@pytest.fixture
def world(any_database: Database) -> World:
    """An agency with two editors and two reporters, on either database."""
    return World.first(any_database, agency_draft(people=STAFF))


def send_back(world: World, who: str, clip: ClipRef, back: Back, note: str = "") -> ClipRef:
    """Returned by `who` for its sound."""
    return levels.return_clip(
        world.db, world[who], clip.code, clip.version, "sound", note or "[00:02] rè", back
    )


def waits_for(world: World, clip: ClipRef) -> set[str]:
    """In whose list the clip waits, with the roles and accounts of now."""
    found = set()
    with world.db.read() as session:
        for name, actor in world.actors.items():
            row = session.get_one(Person, actor.person_id)
            now = replace(actor, roles=roles_of(session, row))
            codes = {one.code for one in inbox(session, now, Tab.WAITING, Wanted()).rows}
            if row.disabled_at is None and clip.code in codes:
                found.add(name)
    return found


def told(world: World, clip: ClipRef, who: str) -> set[str]:
    """Of what somebody was told and has not read."""
    found = select(Notice.kind).where(
        Notice.clip_id == clip.id,
        Notice.person_id == world[who].person_id,
        Notice.read_at.is_(None),
    )
    with world.db.read() as session:
        return set(session.scalars(found))


def person(world: World, who: str) -> int:
    """Somebody's id."""
    found = world[who].person_id
    assert found is not None
    return found


def test_returned_to_a_lower_level(world: World) -> None:
    """Its holders decide again, the same person too; the author learns why; levels are one by one
    from there."""
    clip = send_back(world, "giamdoc", world.at_head(), Back(to_level=1))
    row = world.row(clip)
    assert (row.state, row.level, row.round) == (ClipState.IN_REVIEW, 1, 1)
    assert waits_for(world, clip) == {"bientap", "bienban"}
    assert (told(world, clip, "phongvien"), told(world, clip, "bientap")) == (
        {"returned"} | AGREED,
        {"waiting"},
    )
    clip = levels.approve(world.db, world["bientap"], clip.code, clip.version, False)
    assert waits_for(world, clip) == {"truongphong"}
    clip = levels.approve(world.db, world["truongphong"], clip.code, clip.version, False)
    world.sign(clip)
    assert world.row(clip).state == ClipState.APPROVED


def test_two_levels_stay_two_people_after_a_return(any_database: Database) -> None:
    """Who approved the level below does not decide at the one to which the clip comes back."""
    both = frozenset({Role.EDITOR, Role.SECTION_HEAD})
    people = STAFF | {"bientap": ("Trần Văn Nam", "Biên tập viên", both)}
    world = World.first(any_database, agency_draft(people=people))
    clip = send_back(world, "giamdoc", world.at_head(), Back(to_level=2))
    assert waits_for(world, clip) == {"truongphong"}
    with pytest.raises(Forbidden, match="two_levels_two_people"):
        levels.approve(world.db, world["bientap"], clip.code, clip.version, False)


@pytest.mark.parametrize("back", [Back(to_level=3), Back(to_level=0), Back(to_level=9)])
def test_only_levels_below_that_have_decided_can_get_it_back(world: World, back: Back) -> None:
    """Not the level itself, not the author's place, none that does not exist; nothing happens."""
    clip = world.at_head()
    with pytest.raises(Invalid, match="return_level_unknown"):
        send_back(world, "giamdoc", clip, back)
    assert world.row(clip).level == 3


def test_a_level_that_was_passed_over_gets_nothing_back(any_database: Database) -> None:
    """The author alone holds it: there is nobody to return it to."""
    world = World.first(any_database)
    clip = world.submitted(author="bientap")
    clip = levels.approve(world.db, world["truongphong"], clip.code, clip.version, False)
    with pytest.raises(Invalid, match="return_level_unknown"):
        send_back(world, "giamdoc", clip, Back(to_level=1))


def test_mended_and_straight_back(world: World) -> None:
    """The returner alone gets it, without the levels between, and sees only the difference."""
    clip = send_back(world, "giamdoc", world.at_head(), STRAIGHT)
    assert (world.row(clip).state, world.row(clip).level) == (ClipState.RETURNED, 0)
    assert waits_for(world, clip) == {"phongvien"}
    draft = replace(DRAFT, title="Hội xuân xã Định Biên")
    clip = intake.edit_fields(world.db, world["phongvien"], clip.code, clip.version, draft)
    clip = levels.submit(world.db, world["phongvien"], clip.code, clip.version)
    assert (world.row(clip).level, world.row(clip).round) == (3, 1)
    assert waits_for(world, clip) == {"giamdoc"}
    with world.db.read() as session:
        changes = clip_page(session, world["giamdoc"], clip.code).changes
    assert changes is not None
    assert [one.name for one in changes.fields] == ["title"]
    assert (changes.file, changes.lines) == (None, ())
    world.sign(clip)


def test_straight_back_to_the_one_who_sent_it(world: World) -> None:
    """Of two editors the one who returned it has it in hand; without them it waits for both."""
    clip = send_back(world, "bienban", world.submitted(), STRAIGHT)
    clip = levels.submit(world.db, world["phongvien"], clip.code, clip.version)
    assert waits_for(world, clip) == {"bienban"}
    clip = send_back(world, "bienban", clip, STRAIGHT)
    accounts.disable_person(world.db, world["quantri"], person(world, "bienban"))
    clip = levels.submit(world.db, world["phongvien"], clip.code, clip.version)
    assert waits_for(world, clip) == {"bientap"}


def test_somebody_else_is_asked_to_mend_it(world: World) -> None:
    """They see it in their list, mend and send it; they are no author for that."""
    clip = world.at_head()
    clip = send_back(world, "giamdoc", clip, Back(straight=True, fixer_id=person(world, "bientap")))
    assert waits_for(world, clip) == {"phongvien", "bientap"}
    assert told(world, clip, "bientap") == {"to_mend"}
    lines = [Line(0, 2_000, "Kính thưa quý vị."), Line(2_000, 5_000, "Hội xuân đã về đây.")]
    transcripts.save_captions(world.db, world["bientap"], clip.code, clip.version, lines)
    clip = world.now(clip)
    clip = levels.submit(world.db, world["bientap"], clip.code, clip.version)
    assert waits_for(world, clip) == {"giamdoc"}
    with pytest.raises(Fault):
        levels.recall(world.db, world["bientap"], clip.code, clip.version)


@pytest.mark.parametrize("who", ["kenh", "giamdoc", "phongvien3"])
def test_who_cannot_be_asked_to_mend(world: World, who: str) -> None:
    """Only holders of the levels below; a signer never."""
    clip = world.at_head()
    with pytest.raises(Invalid, match="fixer_unknown"):
        send_back(world, "giamdoc", clip, Back(straight=True, fixer_id=person(world, who)))


def test_a_mended_clip_that_became_another_takes_the_whole_way(world: World) -> None:
    """Where the route is another one now, there is no short cut."""
    from review.operations.agencies import RouteDraft, set_route
    from tests.world import LEVELS

    clip = send_back(world, "giamdoc", world.at_head(), STRAIGHT)
    set_route(world.db, world["quantri"], RouteDraft("Mới", LEVELS).name, LEVELS)
    clip = levels.submit(world.db, world["phongvien"], clip.code, clip.version)
    assert (world.row(clip).level, world.row(clip).round) == (1, 2)


def lead_from_tomorrow(world: World, who: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody is appointed to lead the agency, and the night passes: nothing else happens."""
    tomorrow = clock.now() + timedelta(days=1)
    acting = posts.PostDraft(
        "Phụ trách", clock.today() + timedelta(days=1), lead=Lead.ACTING, replaces=True
    )
    posts.give_post(world.db, world["quantri"], person(world, who), acting)
    monkeypatch.setattr(clock, "now", lambda: tomorrow)


def test_straight_back_to_a_head_who_left(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one who answers for the agency now gets it, not the one who returned it."""
    clip = send_back(world, "giamdoc", world.at_head(), STRAIGHT)
    lead_from_tomorrow(world, "phongvien3", monkeypatch)
    clip = levels.submit(world.db, world["phongvien"], clip.code, clip.version)
    assert waits_for(world, clip) == {"phongvien3"}
    world.actors["phongvien3"] = world.log_in("phongvien3")
    world.sign(clip, "phongvien3")


def test_straight_back_never_waits_for_an_author(world: World) -> None:
    """Who returned it took the dossier over meanwhile: a colleague has it, or the next level."""
    for who, found in (("bienban", {"bientap"}), ("truongphong", {"giamdoc"})):
        clip = world.submitted() if who == "bienban" else _at_second(world)
        clip = send_back(world, who, clip, STRAIGHT)
        clip = handing.hand_over_dossier(
            world.db, world["giamdoc"], clip.code, clip.version, person(world, who), "nghỉ"
        )
        clip = levels.submit(world.db, world["phongvien"], clip.code, clip.version)
        assert waits_for(world, clip) == found, who


def test_each_sees_what_changed_since_their_own_last_look(world: World) -> None:
    """Returned by the head and then once more by a level: the head reads both changes, the level
    only the second."""
    clip = send_back(world, "giamdoc", world.at_head(), Back(to_level=1))
    titles = iter(("Hội xuân A", "Hội xuân B"))

    def mend(who: str, clip: ClipRef) -> ClipRef:
        draft = replace(DRAFT, title=next(titles))
        return intake.edit_fields(world.db, world[who], clip.code, clip.version, draft)

    clip = mend("phongvien", send_back(world, "bientap", mend("bientap", clip), STRAIGHT))
    clip = levels.submit(world.db, world["phongvien"], clip.code, clip.version)
    seen = {}
    with world.db.read() as session:
        for who in ("giamdoc", "bientap"):
            changes = clip_page(session, world[who], clip.code).changes
            assert changes is not None
            seen[who] = [(one.before, one.after) for one in changes.fields]
    assert seen["giamdoc"] == [("Hội xuân xã Phú Đình", "Hội xuân B")]
    assert seen["bientap"] == [("Hội xuân A", "Hội xuân B")]


def test_an_ordinary_return_forgets_the_short_cut(world: World) -> None:
    """Recalled after it came back, the clip takes the whole way."""
    clip = send_back(world, "truongphong", _at_second(world), STRAIGHT)
    clip = levels.submit(world.db, world["phongvien"], clip.code, clip.version)
    clip = levels.recall(world.db, world["phongvien"], clip.code, clip.version)
    clip = levels.submit(world.db, world["phongvien"], clip.code, clip.version)
    assert (world.row(clip).level, world.row(clip).round) == (1, 2)


def _at_second(world: World) -> ClipRef:
    clip = world.submitted()
    return levels.approve(world.db, world["bientap"], clip.code, clip.version, False)


def test_handed_to_a_colleague_and_taken_back(world: World) -> None:
    """It waits for the colleague alone until another holder of the level takes it back."""
    clip = world.submitted()
    clip = handing.hand_over(
        world.db,
        world["bientap"],
        clip.code,
        clip.version,
        person(world, "bienban"),
        "đi công tác",
    )
    assert waits_for(world, clip) == {"bienban"}
    assert told(world, clip, "bienban") == {"handed"}
    assert "handed_on" in told(world, clip, "phongvien")
    with world.db.read() as session:
        row = notice_page(session, world["bienban"]).rows[0]
        sent = inbox(session, world["bientap"], Tab.SENT, Wanted()).rows
    assert (row.note, [one.code for one in sent]) == ("đi công tác", [clip.code])
    with pytest.raises(Forbidden, match="handed_to_other"):
        levels.approve(world.db, world["bientap"], clip.code, clip.version, False)
    clip = handing.hand_over(
        world.db, world["bientap"], clip.code, clip.version, person(world, "bientap")
    )
    assert told(world, clip, "bienban") == {"taken_back"}
    clip = levels.approve(world.db, world["bientap"], clip.code, clip.version, False)
    assert world.row(clip).handed_to is None
    assert waits_for(world, clip) == {"truongphong"}


@pytest.mark.parametrize("who", ["phongvien", "truongphong", "giamdoc", "kenh", "kiemtra"])
def test_who_cannot_be_handed_a_clip(world: World, who: str) -> None:
    """Nobody who could not decide there: not its author, not another level, not the head."""
    clip = world.submitted()
    with pytest.raises(Invalid, match="person_cannot_take"):
        handing.hand_over(world.db, world["bientap"], clip.code, clip.version, person(world, who))


def test_whoever_hands_over_says_why(world: World) -> None:
    """A clip to a colleague, a dossier to another author; only taking back needs no words."""
    clip, dossier = world.submitted(), world.ready_clip()
    with pytest.raises(Invalid, match="hand_reason_missing"):
        handing.hand_over(
            world.db, world["bientap"], clip.code, clip.version, person(world, "bienban"), " "
        )
    with pytest.raises(Invalid, match="hand_reason_missing"):
        handing.hand_over_dossier(
            world.db, world["phongvien"], dossier.code, 1, person(world, "bientap")
        )
    assert (world.row(clip).handed_to, world.row(dossier).keeper_id) == (None, None)


def losing_the_role(world: World) -> None:
    """The administrator makes the colleague a reporter."""
    roles = frozenset({Role.REPORTER})
    accounts.set_roles(world.db, world["quantri"], person(world, "bienban"), roles, "Phóng viên")


def losing_the_account(world: World) -> None:
    """The administrator closes the colleague's account."""
    accounts.disable_person(world.db, world["quantri"], person(world, "bienban"))


@pytest.mark.parametrize("lose", [losing_the_role, losing_the_account])
def test_what_somebody_had_in_hand_is_free_again_without_them(
    world: World, lose: Callable[[World], None]
) -> None:
    """A clip never waits for somebody who cannot decide any more."""
    clip = world.submitted()
    clip = handing.hand_over(
        world.db, world["bientap"], clip.code, clip.version, person(world, "bienban"), "nghỉ"
    )
    lose(world)
    clip = world.now(clip)
    assert waits_for(world, clip) == {"bientap"}
    levels.approve(world.db, world["bientap"], clip.code, clip.version, False)


def test_what_the_new_head_had_in_hand_is_free(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever leads the agency from midnight on decides nowhere below: a colleague has it."""
    clip = world.submitted()
    clip = handing.hand_over(
        world.db, world["bientap"], clip.code, clip.version, person(world, "bienban"), "nghỉ"
    )
    lead_from_tomorrow(world, "bienban", monkeypatch)
    assert waits_for(world, clip) == {"bientap"}
    levels.approve(world.db, world["bientap"], clip.code, clip.version, False)


@pytest.mark.parametrize("by", ["phongvien", "truongphong", "giamdoc"])
def test_a_dossier_is_handed_to_another_author(world: World, by: str) -> None:
    """By its author or who directs the work; both count as authors from then on."""
    clip = world.ready_clip()
    clip = handing.hand_over_dossier(
        world.db, world[by], clip.code, clip.version, person(world, "bientap"), "nghỉ phép"
    )
    assert waits_for(world, clip) == {"phongvien", "bientap"}
    assert "handed_dossier" in told(world, clip, "bientap")
    clip = levels.submit(world.db, world["bientap"], clip.code, clip.version)
    for author in ("phongvien", "bientap"):
        with pytest.raises(Forbidden, match="own_clip"):
            levels.approve(world.db, world[author], clip.code, clip.version, False)
    assert waits_for(world, clip) == {"bienban"}


@pytest.mark.parametrize("who", ["kenh", "giamdoc", "kiemtra", "phongvien"])
def test_who_cannot_carry_a_dossier_on(world: World, who: str) -> None:
    """Only people who make clips, and not who has it already."""
    clip = world.ready_clip()
    with pytest.raises(Invalid, match="person_cannot_take"):
        handing.hand_over_dossier(
            world.db, world["truongphong"], clip.code, clip.version, person(world, who)
        )


def test_the_head_takes_a_clip_past_the_levels(world: World) -> None:
    """Each level that is passed over stands in the record with her reason; both sides are told."""
    clip = world.submitted()
    with pytest.raises(Invalid, match="skip_reason_missing"):
        handing.skip_to_head(world.db, world["giamdoc"], clip.code, clip.version, "  ")
    clip = handing.skip_to_head(world.db, world["giamdoc"], clip.code, clip.version, "lũ về")
    assert waits_for(world, clip) == {"giamdoc"}
    with world.db.read() as session:
        rows = session.scalars(select(Decision).where(Decision.clip_id == clip.id))
        found = [(row.level, row.kind, row.reason, row.note) for row in rows]
    assert found[1:] == [
        (1, "passed_over", "head_skipped", "lũ về"),
        (2, "passed_over", "head_skipped", "lũ về"),
    ]
    for name in ("phongvien", "bientap", "truongphong"):
        assert told(world, clip, name) == {"skipped"}, name
    with world.db.read() as session:
        lower = lower_levels(session, session.get_one(Clip, clip.id))
    assert [one.position for one in lower] == [1, 2], "she may still ask them after all"
    world.sign(clip)


@pytest.mark.parametrize("who", ["bientap", "truongphong", "phongvien", "quantri", "kiemtra"])
def test_nobody_else_skips_a_level(world: World, who: str) -> None:
    """Only the accountable head."""
    clip = world.submitted()
    with pytest.raises(Forbidden):
        handing.skip_to_head(world.db, world[who], clip.code, clip.version, "gấp")


def test_passing_from_an_old_page_is_refused(world: World) -> None:
    """Whoever acts from a page that was overtaken is told so, and nothing happens twice."""
    clip = world.submitted()
    colleague = person(world, "bienban")
    handing.hand_over(world.db, world["bientap"], clip.code, clip.version, colleague, "nghỉ")
    with pytest.raises(Stale):
        handing.hand_over(world.db, world["bientap"], clip.code, clip.version, colleague, "nghỉ")
    with pytest.raises(Conflict, match="nothing_changed"):
        handing.hand_over(world.db, world["bientap"], clip.code, world.now(clip).version, colleague)


def act_of(name: str) -> Callable[[World, Actor, ClipRef, int], object]:
    """The acts of this room by name."""
    return {
        "hand": lambda world, actor, clip, to: handing.hand_over(
            world.db, actor, clip.code, clip.version, to
        ),
        "dossier": lambda world, actor, clip, to: handing.hand_over_dossier(
            world.db, actor, clip.code, clip.version, to
        ),
        "skip": lambda world, actor, clip, to: handing.skip_to_head(
            world.db, actor, clip.code, clip.version, "x"
        ),
    }[name]


@pytest.mark.parametrize("name", ["hand", "dossier", "skip"])
def test_another_agency_passes_nothing(world: World, name: str) -> None:
    """For the neighbours the clip is not there, whatever their role; and nobody of theirs is
    taken for one of ours."""
    other = world.second()
    for actor in other.actors.values():
        with pytest.raises(Fault, match="not_found"):
            act_of(name)(world, actor, world.submitted(), person(world, "bienban"))
    if name != "skip":
        clip = world.submitted() if name == "hand" else world.ready_clip()
        by = world["bientap" if name == "hand" else "phongvien"]
        stranger = person(other, "bientap")
        with pytest.raises(Invalid, match="person_cannot_take"):
            act_of(name)(world, by, clip, stranger)
