"""The chosen cover: who may, what waits for it, what it voids, and what goes out."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from media.results import StoredFile
from review.audit import Act
from review.db import Database
from review.errors import Conflict, Fault, Forbidden, Invalid, LeaseLost, NotFound, Stale
from review.models import Clip, LedgerEntry, SignOff, SignOffVoid, Work
from review.operations import intake, levels, ordering, work
from review.operations.clip_access import ClipRef
from review.operations.covers import choose_cover, drop_cover
from review.queries.clip_changes import FieldChange, changes_since_last_look
from review.queries.clip_files import clip_file
from review.queries.clip_page import clip_page
from review.queries.inbox import Tab, Wanted, inbox
from review.queries.ordered import Making
from review.queries.signed_files import signed_files
from review.queries.uploads import storage_use
from review.states import ClipState
from tests.covers import LENGTH_MS, lease, made, of_length
from tests.world import World


@pytest.fixture
def world(any_database: Database) -> World:
    """An agency of eight people, on either database."""
    return World.first(any_database)


def choose(world: World, clip: ClipRef, at_ms: int = 1_500, who: str = "phongvien") -> ClipRef:
    """Somebody chooses from a fresh page."""
    clip = world.now(clip)
    return choose_cover(world.db, world[who], clip.code, clip.version, at_ms)


def page_of(world: World, clip: ClipRef, who: str = "phongvien"):  # type: ignore[no-untyped-def]
    """The clip's page."""
    with world.db.read() as session:
        return clip_page(session, world[who], clip.code)


def covers_out(world: World, sign_off: int) -> list[str]:
    """The hashes of what goes out as the picture of the clip."""
    with world.db.read() as session:
        files = signed_files(session, sign_off)
    return [file.sha256 for file in files if file.name == "poster.jpg"]


def test_from_choosing_to_what_goes_out(world: World) -> None:
    """Chosen, cut, signed; the same bytes leave by every door under the usual name."""
    clip = choose(world, of_length(world, world.ready_clip()))
    assert page_of(world, clip).cover.making is Making.PENDING
    sha = made(world, "cover")
    cover = page_of(world, clip).cover
    assert (cover.making, cover.sha256, cover.at_ms) == (Making.MADE, sha, 1_500)
    assert cover.person == "Lê Thị Mai"
    clip = levels.submit(world.db, world["phongvien"], clip.code, clip.version)
    for name in ("bientap", "truongphong"):
        clip = levels.approve(world.db, world[name], clip.code, clip.version, False)
    act = world.sign(clip)
    with world.db.read() as session:
        assert json.loads(session.get_one(SignOff, act.id).manifest)["cover"] == sha
        file = clip_file(session, world["giamdoc"], clip.code, "cover", 1, cover.id)
        assert (file.sha256, file.media_type) == (sha, "image/jpeg")
        listed = inbox(session, world["truongphong"], Tab.DONE, Wanted())
        assert [row.cover_id for row in listed.rows] == [cover.id]
        assert storage_use(session, world["giamdoc"].agency_id or 0).renditions == 3 * 10 + 77
    assert covers_out(world, act.id) == [sha]


def test_without_a_choice_the_automatic_picture_goes_out(world: World) -> None:
    """And after one that was given back."""
    clip = choose(world, of_length(world, world.at_head()), who="giamdoc")
    made(world, "cover")
    clip = drop_cover(world.db, world["giamdoc"], clip.code, clip.version)
    act = world.sign(clip)
    with world.db.read() as session:
        automatic = clip_file(session, world["giamdoc"], clip.code, "poster").sha256
    assert covers_out(world, act.id) == [automatic]
    clip = world.now(clip)
    with pytest.raises(Conflict, match="nothing_changed"):
        drop_cover(world.db, world["phongvien"], clip.code, clip.version)


@pytest.mark.parametrize("making", [Making.PENDING, Making.FAILED])
def test_nothing_rises_without_the_cover_that_was_asked_for(world: World, making: Making) -> None:
    """Not from the author, not at a level, not to the sign-off; each is told why."""

    def ask(clip: ClipRef, who: str) -> ClipRef:
        clip = choose(world, clip, at_ms=len(who) * 100, who=who)
        if making is Making.FAILED:
            work.fail(world.db, lease(world, "cover"), "output_wrong", retry=False)
        return clip

    def settle(clip: ClipRef, who: str) -> ClipRef:
        return drop_cover(world.db, world[who], clip.code, clip.version)

    refused = pytest.raises(Conflict, match=f"cover_{making}")
    clip = ask(of_length(world, world.ready_clip()), "phongvien")
    with refused:
        levels.submit(world.db, world["phongvien"], clip.code, clip.version)
    clip = settle(clip, "phongvien")
    clip = levels.submit(world.db, world["phongvien"], clip.code, clip.version)
    for name in ("bientap", "truongphong"):
        clip = ask(clip, name)
        with refused:
            levels.approve(world.db, world[name], clip.code, clip.version, False)
        clip = settle(clip, name)
        clip = levels.approve(world.db, world[name], clip.code, clip.version, False)
    clip = ask(clip, "giamdoc")
    with refused:
        world.sign(clip)
    assert world.sign(settle(clip, "giamdoc")).digest


@pytest.mark.parametrize("again", ["chosen", "dropped"])
def test_a_change_after_the_sign_off_voids_it(world: World, again: str) -> None:
    """Visibly, naming the cover and nothing else, whether it is another or the automatic one."""
    clip = of_length(world, world.at_head())
    if again == "dropped":
        clip = choose(world, clip, who="giamdoc")
        made(world, "cover")
    world.sign(clip)
    clip = world.now(clip)
    if again == "chosen":
        choose(world, clip)
    else:
        drop_cover(world.db, world["phongvien"], clip.code, clip.version)
    assert world.row(clip).state == ClipState.DRAFT
    with world.db.read() as session:
        assert session.scalars(select(SignOffVoid.changed)).one() == ["cover"]
        row = session.get_one(Clip, clip.id)
        found = changes_since_last_look(session, row)
    places = ("", "1500") if again == "chosen" else ("1500", "")
    assert found is not None and found.fields == (FieldChange("cover", *places),)


def test_what_was_signed_still_goes_out_while_it_stands(world: World) -> None:
    """A cover that is refused for being beyond the end changes nothing."""
    clip = choose(world, of_length(world, world.at_head()), who="giamdoc")
    sha = made(world, "cover")
    act = world.sign(clip)
    with pytest.raises(Invalid, match="cover_beyond"):
        choose(world, clip, at_ms=LENGTH_MS + 1)
    assert covers_out(world, act.id) == [sha]


def test_chosen_again_before_the_first_is_cut(world: World) -> None:
    """The last word counts; the work of the first ends without a file, in whatever order."""
    clip = of_length(world, world.ready_clip())
    choose(world, clip, 1_000)
    choose(world, clip, 2_000)
    assert made(world, "cover") == ""
    sha = made(world, "cover")
    assert page_of(world, clip).cover.sha256 == sha
    with world.db.read() as session:
        states = session.scalars(select(Work.state).where(Work.kind == "cover"))
        assert set(states) == {work.DONE}


def test_back_to_an_earlier_choice_needs_no_work(world: World) -> None:
    """The file is there; the page shows it at once."""
    clip = of_length(world, world.ready_clip())
    choose(world, clip, 1_000)
    first = made(world, "cover")
    choose(world, clip, 2_000)
    made(world, "cover")
    choose(world, clip, 1_000)
    assert page_of(world, clip).cover.sha256 == first
    with pytest.raises(AssertionError):
        lease(world, "cover")
    with pytest.raises(Conflict, match="nothing_changed"):
        choose(world, clip, 1_000)


def test_given_back_and_chosen_again_while_a_worker_has_it(world: World) -> None:
    """The order is open or it is due again; it never waits for nobody."""
    clip = of_length(world, world.ready_clip())
    choose(world, clip, 1_000)
    held = lease(world, "cover")
    choose(world, clip, 2_000)
    choose(world, clip, 1_000)
    assert ordering.begin(world.db, held) is not None
    choose(world, clip, 2_000)
    choose(world, clip, 1_000)
    file = StoredFile("key-a", "a" * 64, 5)
    assert ordering.record(world.db, held, file)
    assert page_of(world, clip).cover.sha256 == "a" * 64


def test_one_that_failed_is_tried_again_by_asking_again(world: World) -> None:
    """The reason is shown until then."""
    clip = choose(world, of_length(world, world.ready_clip()))
    work.fail(world.db, lease(world, "cover"), "output_wrong", retry=False)
    cover = page_of(world, clip).cover
    assert (cover.making, cover.reason) == (Making.FAILED, "output_wrong")
    choose(world, clip)
    assert page_of(world, clip).cover.making is Making.PENDING
    assert made(world, "cover")


def test_a_result_is_recorded_once_and_only_by_who_holds_the_lease(world: World) -> None:
    """An answer that was lost is given again; a worker that woke late leaves no file behind."""
    clip = choose(world, of_length(world, world.ready_clip()))
    held = lease(world, "cover")
    assert ordering.begin(world.db, held) is not None
    file = StoredFile("key-1", "1" * 64, 5)
    assert ordering.record(world.db, held, file)
    assert ordering.record(world.db, held, file)
    assert not ordering.record(world.db, held, StoredFile("key-2", "2" * 64, 5))
    choose(world, clip, 3_000)
    late = lease(world, "cover")
    work.fail(world.db, late, "lease_expired", retry=True)
    with pytest.raises(LeaseLost):
        ordering.record(world.db, late, StoredFile("key-3", "3" * 64, 5))


def test_who_may(world: World) -> None:
    """The author while it is theirs, then whoever holds the level; nobody from an old page."""
    clip = of_length(world, world.ready_clip())
    for who, reason in (("bientap", "authors_only"), ("kiemtra", "authors_only")):
        with pytest.raises(Forbidden, match=reason):
            choose(world, clip, who=who)
    with pytest.raises(NotFound):
        choose_cover(world.db, world.second()["phongvien"], clip.code, clip.version, 1)
    stale = clip
    clip = choose(world, clip)
    with pytest.raises(Stale):
        choose_cover(world.db, world["phongvien"], stale.code, stale.version, 5)
    made(world, "cover")
    clip = levels.submit(world.db, world["phongvien"], clip.code, clip.version)
    with pytest.raises(Fault):
        choose(world, clip, 5)
    choose(world, clip, 5, who="bientap")


def test_a_clip_without_a_video_has_no_frame_to_choose(world: World) -> None:
    """Said as elsewhere: the file is not ready."""
    with pytest.raises(Conflict, match="revision_not_ready"):
        choose(world, of_length(world, world.draft_clip()))


def test_a_new_file_begins_with_the_automatic_picture(world: World) -> None:
    """The old frame belongs to the old file, where it can still be seen."""
    clip = choose(world, of_length(world, world.ready_clip()))
    made(world, "cover")
    old = page_of(world, clip).cover
    intake.add_revision(world.db, world["phongvien"], clip.code, clip.version, world.upload(), "")
    assert page_of(world, clip).cover is None
    with world.db.read() as session:
        assert clip_file(session, world["phongvien"], clip.code, "cover", 1, old.id)
        with pytest.raises(NotFound):
            clip_file(session, world["phongvien"], clip.code, "cover", 2, old.id)


def test_the_ledger_tells_the_way(world: World) -> None:
    """Who chose which place, what came of it, who went back."""
    clip = choose(world, of_length(world, world.ready_clip()))
    sha = made(world, "cover")
    clip = drop_cover(world.db, world["phongvien"], clip.code, clip.version)
    with world.db.read() as session:
        rows = session.scalars(
            select(LedgerEntry)
            .where(LedgerEntry.clip_id == clip.id)
            .order_by(LedgerEntry.position.desc())
            .limit(3)
        ).all()
        entries = [(row.action, json.loads(row.body)) for row in reversed(rows)]
    assert [action for action, _ in entries] == [
        Act.COVER_CHOSEN,
        Act.RENDITION_MADE,
        Act.COVER_DROPPED,
    ]
    assert entries[0][1]["after"]["at_ms"] == 1_500
    assert (entries[1][1]["after"]["kind"], entries[1][1]["after"]["sha256"]) == ("cover", sha)
    assert entries[2][1]["before"] == {"at_ms": 1_500}
