"""What the search finds: words without accents over title, code, people and what is said."""

from __future__ import annotations

import unicodedata
from datetime import timedelta

import pytest

from media.results import Line
from review import clock
from review.db import Database
from review.models import Clip, Revision
from review.operations import intake, levels, transcripts
from review.operations.clip_access import ClipRef
from review.permissions import Actor
from review.queries.inbox import Tab, inbox
from review.queries.inbox_wanted import Wanted
from tests.world import World


@pytest.fixture
def world(any_database: Database) -> World:
    """An agency of eight people, on either database."""
    return World.first(any_database)


def found(world: World, actor: Actor, tab: Tab = Tab.WAITING, **wanted: object) -> list[str]:
    """The codes of the first page."""
    with world.db.read() as session:
        page = inbox(session, actor, tab, Wanted(**wanted))  # type: ignore[arg-type]
    return [row.code for row in page.rows]


def closed(world: World, **fields: object) -> ClipRef:
    """A clip of the archive."""
    clip = world.submitted(**fields)
    return levels.reject(world.db, world["bientap"], clip.code, clip.version, "other", "thôi")


@pytest.mark.parametrize(
    "words",
    [
        "Lễ hội Lồng Tồng",
        "le hoi long tong",
        unicodedata.normalize("NFD", "lễ hội lồng tồng"),
        "TỒNG lồng",
        "le thi mai",
        "hoi xuan da ve",
        "kinh thua",
        "lễ hội lồn",
        "Định Hóa",
        "dinh hoá",
    ],
)
@pytest.mark.parametrize("tab", [Tab.WAITING, Tab.DONE])
def test_found_by_title_author_speech_and_text(world: World, words: str, tab: Tab) -> None:
    """With accents, without, decomposed, in any order, begun and not ended; in every list."""
    fields = {"title": "Lễ hội Lồng Tồng", "post_text": "Về Định Hoá."}
    clip = closed(world, **fields) if tab is Tab.DONE else world.submitted(**fields)
    world.submitted(title="Phun thuốc khử khuẩn")
    assert clip.code in found(world, world["bientap"], tab, words=words)
    assert found(world, world["bientap"], tab, words=f"{words} khủng long") == []


def test_found_by_code_and_its_number_alone(world: World) -> None:
    """As it is read aloud: "số hai"."""
    world.submitted()
    clip = world.submitted()
    for words in (clip.code, clip.code.lower(), str(int(clip.code.rsplit("-", 1)[1]))):
        assert clip.code in found(world, world["bientap"], words=words)


def test_what_a_search_may_hold(world: World) -> None:
    """Nothing that is typed is an error, nor a command to the index."""
    world.submitted()
    for words in (
        '"',
        "'",
        "a OR b",
        "NEAR(",
        "*",
        "hoi* AND",
        "s_in_review",
        "-hoi",
        "\\",
        ":*",
        "&",
    ):
        found(world, world["bientap"], words=words)
        found(world, world["bientap"], Tab.DONE, words=words)
    assert found(world, world["bientap"], words="s_in_review") == []


def test_corrected_words_are_found_and_the_old_ones_are_not(world: World) -> None:
    """The search reads the captions that count, and what is doubted is not said."""
    clip = world.submitted()
    lines = [Line(0, 2_000, "Bà con tán dương."), Line(2_000, 4_000, "Hẹn gặp lại.")]
    transcripts.save_captions(world.db, world["bientap"], clip.code, clip.version, lines)
    assert found(world, world["bientap"], words="tan duong") == [clip.code]
    assert found(world, world["bientap"], words="kinh thua") == []


def test_a_new_title_is_found(world: World) -> None:
    """In the transaction of the change."""
    clip = world.ready_clip()
    draft = intake.ClipDraft(title="Ngày hội đọc sách", category_code="xa_hoi", political=False)
    intake.edit_fields(world.db, world["phongvien"], clip.code, clip.version, draft)
    assert found(world, world["phongvien"], words="doc sach") == [clip.code]
    assert found(world, world["phongvien"], words="phu dinh") == []


def test_titles_come_before_what_is_only_said(world: World) -> None:
    """And the page knows where the second begins."""
    spoken = closed(world, title="Bản tin sáng")
    titled = closed(world, title="Hội xuân")
    world_spoken = closed(world, title="Bản tin chiều")
    with world.db.read() as session:
        page = inbox(session, world["giamdoc"], Tab.DONE, Wanted(words="hội xuân"))
    assert [row.code for row in page.rows] == [titled.code, world_spoken.code, spoken.code]
    assert page.spoken_from == 1


def test_filters_alone_and_with_words(world: World) -> None:
    """State, category, author, political, days; all must hold."""
    clip = closed(world, title="Đại hội", political=True, political_reason="đại hội")
    mine = {"words": "dai hoi", "state": "rejected", "category": "xa_hoi", "political": True}
    head = world["giamdoc"]
    assert found(world, head, Tab.DONE, **mine) == [clip.code]
    today = clock.local(clock.now()).date()
    assert found(world, head, Tab.DONE, first=today, last=today) == [clip.code]
    for name, other in (
        ("state", "posted"),
        ("category", "nothing"),
        ("author", world["bientap"].person_id),
        ("last", today - timedelta(days=1)),
    ):
        assert found(world, head, Tab.DONE, **(mine | {name: other})) == [], name


def test_nobody_finds_what_they_may_not_see(world: World) -> None:
    """Another agency's clips; somebody else's drafts and withdrawn ones."""
    other = world.second()
    clip = closed(world, title="Lễ hội Lồng Tồng")
    draft = world.ready_clip(title="Lễ hội Lồng Tồng")
    gone = world.ready_clip(title="Lễ hội Lồng Tồng")
    levels.withdraw(world.db, world["phongvien"], gone.code, gone.version)
    for name in world.actors:
        for tab in Tab:
            assert found(other, other[name], tab, words="long tong") == []
    assert found(world, world["kenh"], Tab.DONE, words="long tong") == [clip.code]
    assert found(world, world["phongvien"], Tab.DONE, words="long tong") == [gone.code, clip.code]
    assert found(world, world["phongvien"], words="long tong") == [draft.code]
    with world.db.read() as session:
        assert session.get_one(Revision, session.get_one(Clip, draft.id).revision_id)
