"""Two versions of a clip: what differs, and the films in step in the distribution's Chromium."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from media.results import Line
from review.models import Clip, Revision
from review.operations import intake
from review.operations.clip_access import ClipRef
from tests.services import wait_for
from tests.web.caption_stage import DESK, PHONE, Editor, Stage, give_pictures
from tests.web.site import Site
from tests.web.test_caption_editor import chromium, stage, video
from tests.words import heard
from tests.world import World

__all__ = ["chromium", "stage", "video"]

# What two films that play in step may be apart, in seconds.
APART_S = 0.1
OLD = (Line(0, 2_000, "Kính thưa quý vị."), Line(2_000, 5_000, "Hội xuân xã Phú Định."))
NEW = (Line(0, 2_000, "Kính thưa quý vị."), Line(2_000, 5_000, "Hội xuân xã Phú Đình."))


def ref_of(world: World, code: str) -> ClipRef:
    """The clip by its code."""
    with world.db.read() as session:
        row = session.scalars(select(Clip).where(Clip.code == code)).one()
        return ClipRef(row.id, row.code, row.version)


def second_version(world: World, code: str) -> None:
    """Returned, another title, another file with another caption line."""
    author = world["phongvien"]
    clip = ref_of(world, code)
    draft = intake.ClipDraft("Hội xuân đã về", "xa_hoi", post_text="Hội xuân đã về.")
    clip = intake.edit_fields(world.db, author, code, clip.version, draft)
    clip = intake.add_revision(world.db, author, code, clip.version, world.upload())
    world.finish(clip)
    heard(world, clip, NEW)


def test_what_differs_between_two_versions(site: Site) -> None:
    """Facts of the files, the words that changed, the field with both its texts."""
    clip = site.world.ready_clip()
    heard(site.world, clip, OLD)
    second_version(site.world, clip.code)
    page = site.log_in("phongvien").get(f"/clips/{clip.code}/compare").text
    assert "Bản 1 và bản 2" in page
    for words in ("<del>Định</del>", "<ins>Đình</ins>", "Hội xuân xã Phú Đình", "Hội xuân đã về"):
        assert words in page, words
    assert page.count('class="hash"') == 2


@pytest.mark.parametrize(
    "query", ["a=1&b=9", "a=0&b=1", "a=-1", "b=x&a=y", "a=99999999999999999999"]
)
def test_a_version_that_is_not_there(site: Site, query: str) -> None:
    """Answered as what was never made."""
    clip = site.world.ready_clip()
    assert site.log_in("phongvien").get(f"/clips/{clip.code}/compare?{query}").status_code == 404


def test_what_a_reader_may_not_see_is_not_compared(site: Site) -> None:
    """A draft is its author's own business."""
    clip = site.world.ready_clip()
    second_version(site.world, clip.code)
    assert site.log_in("kenh").get(f"/clips/{clip.code}/compare").status_code == 404


def places(page: Page) -> tuple[float, float]:
    """Where both films stand, in seconds, at one moment."""
    old, new = page.evaluate(
        "() => ['old', 'new'].map("
        "side => document.querySelector(`[data-film=${side}]`).currentTime)"
    )
    return old, new


@pytest.fixture
def two(stage: Stage, video: Path) -> Stage:
    """A clip with two versions that both play."""
    with stage.parts.database.transaction() as unit:
        clip = unit.session.get_one(Clip, stage.clip.id)
        facts = dict(unit.session.get_one(Revision, clip.revision_id).facts or {})
        unit.session.get_one(Revision, clip.revision_id).facts = facts | {
            "fps_num": 10,
            "fps_den": 1,
        }
    second_version(stage.world, stage.clip.code)
    give_pictures(stage.parts, stage.clip, video)
    return stage


@pytest.mark.browser
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_two_films_play_in_step(chromium: Browser, two: Stage, size: dict[str, int]) -> None:
    """Played, sought, stepped and stopped by one bar; one of them is heard."""
    editor = Editor(chromium, two, size)
    page = editor.page
    page.goto(f"/clips/{two.clip.code}/compare")
    for side in ("old", "new"):
        expect(page.locator(f"[data-film={side}]")).to_have_js_property("readyState", 4)
    editor.judge(f"compare-{size['width']}")
    page.get_by_role("button", name="Phát cả hai").click()
    wait_for(lambda: places(page)[1] > 1.5, 20, what="both to play")
    old, new = places(page)
    assert abs(old - new) < APART_S, (old, new)
    bar = page.locator("[data-place]")
    bar.evaluate(
        "bar => { bar.value = 600; bar.dispatchEvent(new Event('input', {bubbles: true})) }"
    )
    wait_for(lambda: places(page)[1] > 5.2, 20, what="both to go on from there")
    old, new = places(page)
    assert abs(old - new) < APART_S, (old, new)
    page.get_by_role("button", name="Dừng").click()
    expect(page.get_by_role("button", name="Phát cả hai")).to_be_visible()
    for side in ("old", "new"):
        expect(page.locator(f"[data-film={side}]")).to_have_js_property("seeking", False)
    old, new = places(page)
    assert abs(old - new) < 0.01, (old, new)
    page.get_by_role("button", name="Tới một khung hình").click()
    wait_for(lambda: places(page)[1] > new, 5, what="the next picture")
    assert page.locator("[data-film=old]").evaluate("film => film.muted")
    page.get_by_label("bản 1").check()
    assert page.locator("[data-film=new]").evaluate("film => film.muted")
    editor.done()
