"""Words that keep themselves: no act while they are typed, one when the sitting is over."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from review.db import Database
from review.errors import Conflict, Fault, Forbidden, Invalid, NotFound, Stale
from review.models import FieldDraft, LedgerEntry
from review.operations import field_drafts, intake, levels
from review.operations.clip_access import ClipRef
from review.queries.dossier import typed_words
from review.web.clip_form import draft_from
from tests.world import World

TYPED = {
    "title": ["Hội xuân"],
    "category": ["xa_hoi"],
    "political": ["no"],
    "rights": ["Tự quay"],
    "people": ["none"],
    "ai_label": ["no"],
}


@pytest.fixture
def world(any_database: Database) -> World:
    """An agency on either database."""
    return World.first(any_database)


def entries(world: World) -> int:
    """How many acts of changing the fields are on record."""
    with world.db.read() as session:
        changed = LedgerEntry.action == "clip:dossier:changed"
        found = select(func.count(LedgerEntry.position)).where(changed)
        return session.scalar(found) or 0


def keep(world: World, clip: ClipRef, who: str = "phongvien", **typed: str) -> field_drafts.Kept:
    """What the form sends at a pause, from the page of `clip`."""
    fields = TYPED | {name: [value] for name, value in typed.items()}
    return field_drafts.keep(world.db, world[who], clip.code, clip.version, fields)


def settle(world: World, clip: ClipRef, who: str = "phongvien") -> bool:
    """What leaving the form does."""
    return field_drafts.settle(world.db, world[who], clip.code, draft_from)


def test_a_sitting_is_one_act(world: World) -> None:
    """A hundred pauses write no entry and age no page; leaving writes one."""
    clip = world.draft_clip()
    for place in range(100):
        assert not keep(world, clip, title=f"Hội xuân {place}").stale
    assert (entries(world), world.now(clip).version) == (0, clip.version)
    assert settle(world, clip)
    assert (entries(world), world.row(clip).title) == (1, "Hội xuân 99")
    assert not settle(world, clip)
    assert entries(world) == 1


def test_what_the_owner_left_is_no_news_to_the_owner(world: World) -> None:
    """A page of theirs from before still works, here or in another tab; other people's is old."""
    clip = world.draft_clip()
    keep(world, clip, title="Một")
    settle(world, clip)
    assert not keep(world, clip, title="Hai").stale
    settle(world, clip)
    filed = intake.add_revision(
        world.db, world["phongvien"], clip.code, clip.version, world.upload()
    )
    assert world.row(filed).title == "Hai"
    with pytest.raises(Stale):
        intake.add_revision(world.db, world["phongvien"], clip.code, clip.version, world.upload())


def test_somebody_elses_change_is_never_written_over_unasked(world: World) -> None:
    """The words are kept and shown, the dossier stays theirs, until the owner saves."""
    clip = world.draft_clip()
    keep(world, clip, title="Của tôi")
    draft = draft_from(TYPED | {"title": ["Của người khác"]})
    other = intake.edit_fields(world.db, world["phongvien"], clip.code, clip.version, draft)
    assert keep(world, clip, title="Của tôi, thêm").stale
    assert not settle(world, clip)
    assert world.row(clip).title == "Của người khác"
    with world.db.read() as session:
        kept = typed_words(session, world["phongvien"], clip.id, other.version)
    assert kept is not None and kept.stale and kept.fields["title"] == ["Của tôi, thêm"]
    with pytest.raises(Stale):
        intake.edit_fields(world.db, world["phongvien"], clip.code, clip.version, draft)


def test_words_come_back_and_can_be_thrown_away(world: World) -> None:
    """They are their owner's alone."""
    clip = world.draft_clip()
    keep(world, clip, title="Dở dang")
    with world.db.read() as session:
        mine = typed_words(session, world["phongvien"], clip.id, clip.version)
        others = typed_words(session, world["truongphong"], clip.id, clip.version)
    assert mine is not None and mine.fields["title"] == ["Dở dang"] and others is None
    field_drafts.drop(world.db, world["phongvien"], clip.code)
    assert not settle(world, clip)
    assert world.row(clip).title == "Hội xuân xã Phú Đình"


def test_what_cannot_be_read_as_a_draft_stays_kept(world: World) -> None:
    """A category that is gone: leaving the form loses nothing and changes nothing."""
    clip = world.draft_clip()
    keep(world, clip, category="la", title="Vẫn còn")
    field_drafts.settle_quietly(world.db, world["phongvien"], clip.code, draft_from)
    assert (entries(world), world.row(clip).title) == (0, "Hội xuân xã Phú Đình")
    with world.db.read() as session:
        assert typed_words(session, world["phongvien"], clip.id, clip.version) is not None


def test_nothing_keeps_itself_into_what_others_decide_on(world: World) -> None:
    """Under review and after the sign-off a change is somebody's explicit act."""
    clip = world.ready_clip()
    keep(world, clip, title="Trước khi gửi")
    sent = levels.submit(world.db, world["phongvien"], clip.code, clip.version)
    for who in ("phongvien", "bientap"):
        with pytest.raises(Conflict, match="autosave_closed"):
            keep(world, sent, who)
    assert not settle(world, sent)
    assert world.row(sent).title == "Hội xuân xã Phú Đình"
    signed, _ = world.signed()
    with pytest.raises(Conflict, match="autosave_closed"):
        keep(world, signed)


NO_AUTHORS: tuple[tuple[str, type[Fault]], ...] = (
    ("bientap", NotFound),
    ("truongphong", Forbidden),
    ("kiemtra", Forbidden),
)


def test_only_authors_keep_words(world: World) -> None:
    """Who may not look learns nothing; who may look may not write."""
    clip = world.draft_clip()
    for who, refusal in NO_AUTHORS:
        with pytest.raises(refusal):
            keep(world, clip, who)


def test_no_form_of_ours_is_so_large(world: World) -> None:
    """A row that anybody may write over and over has a limit."""
    with pytest.raises(Invalid, match="form_unreadable"):
        keep(world, world.draft_clip(), script="x" * (field_drafts.MAX_KEPT + 1))
    with world.db.read() as session:
        assert session.scalar(select(func.count(FieldDraft.clip_id))) == 0
