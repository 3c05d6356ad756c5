"""The dossier in the distribution's Chromium: words survive, whoever and whatever comes between."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from review import clock
from review.models import LedgerEntry
from review.operations import assignments, intake, scripts
from review.operations.assignments import AssignmentDraft
from review.operations.clip_access import ClipRef
from review.web.clip_form import draft_from
from review.web.parts import NAME
from tests.dossier.test_field_drafts import TYPED
from tests.services import wait_for
from tests.web.test_in_a_browser import DESK, PHONE, Screen, Served, chromium, served
from tests.web.test_organisation_in_a_browser import log_in
from tests.world import World

pytestmark = pytest.mark.browser
__all__ = ["chromium", "served"]


@pytest.fixture
def world(served: Served) -> World:
    """An agency behind the address."""
    return World.first(served.app.extensions[NAME].database)


def acts(world: World) -> int:
    """How many changes of fields are on record."""
    with world.db.read() as session:
        changed = select(LedgerEntry.position).where(LedgerEntry.action == "clip:dossier:changed")
        return len(session.scalars(changed).all())


def form(page: Page, clip: ClipRef) -> Page:
    """The page of the clip with the form open."""
    page.goto(f"/clips/{clip.code}?tab=fields&edit=1")
    return page


def saved(page: Page) -> None:
    """The quiet line says that the words are kept."""
    expect(page.locator("[data-autosave-line]")).to_contain_text("Đã lưu")


def test_words_survive_a_killed_tab_and_leaving_makes_one_act(
    chromium: Browser, served: Served, world: World
) -> None:
    """Typed, the tab dies, the words come back; then the page is left and they are in the clip."""
    clip = world.draft_clip()
    screen = Screen(chromium, served, PHONE)
    log_in(screen, "phongvien")
    page = form(screen.page, clip)
    page.get_by_label("Tiêu đề").fill("Hội xuân, tên mới")
    saved(page)
    assert acts(world) == 0
    page.locator("#fields-around > summary").click()
    with page.expect_response("**/fields/keep"):
        page.get_by_label("Kịch bản", exact=True).fill("Cảnh một: cổng làng")
    saved(page)
    # Gone without a word: nothing that the page sends in dying arrives.
    page.context.set_offline(True)
    page.close()
    page.context.set_offline(False)
    again = page.context.new_page()
    again.goto(f"/clips/{clip.code}?tab=fields")
    expect(again.get_by_text("Chữ gõ dở giữ lúc")).to_be_visible()
    again.get_by_role("link", name="Mở tiếp").click()
    expect(again.get_by_label("Tiêu đề")).to_have_value("Hội xuân, tên mới")
    expect(again.locator("[name=script]")).to_have_value("Cảnh một: cổng làng")
    assert acts(world) == 0
    again.get_by_label("Tiêu đề").fill("Tên cuối cùng")
    again.get_by_role("link", name="Duyệt Clip").click()
    wait_for(lambda: acts(world) == 1, 10, what="the act of leaving")
    again.reload()
    expect(again.get_by_role("link", name="Tên cuối cùng")).to_be_visible()
    assert acts(world) == 1


def test_a_line_that_is_down_loses_nothing(chromium: Browser, served: Served, world: World) -> None:
    """It says so, tries again, and says when it is done."""
    clip = world.draft_clip()
    screen = Screen(chromium, served, DESK)
    log_in(screen, "phongvien")
    page = form(screen.page, clip)
    page.context.set_offline(True)
    page.get_by_label("Tiêu đề").fill("Gõ khi mất mạng")
    expect(page.locator("[data-autosave-line]")).to_contain_text("Chưa lưu được, sẽ thử lại")
    page.context.set_offline(False)
    saved(page)


def test_what_somebody_else_changed_is_shown_beside_what_was_typed(
    chromium: Browser, served: Served, world: World
) -> None:
    """Neither is lost: the line warns, Save shows both, the second Save is a choice."""
    clip = world.draft_clip()
    screen = Screen(chromium, served, DESK)
    log_in(screen, "phongvien")
    page = form(screen.page, clip)
    other = draft_from(TYPED | {"title": ["Tên của đồng nghiệp"]})
    intake.edit_fields(world.db, world["phongvien"], clip.code, clip.version, other)
    page.get_by_label("Tiêu đề").fill("Tên đang gõ")
    expect(page.locator("[data-autosave-line]")).to_contain_text("Có người khác vừa sửa hồ sơ")
    page.get_by_role("button", name="Lưu", exact=True).click()
    expect(page.locator("dd").get_by_text("Tên của đồng nghiệp")).to_be_visible()
    expect(page.get_by_label("Tiêu đề")).to_have_value("Tên đang gõ")
    screen.judge()
    page.get_by_role("button", name="Lưu", exact=True).click()
    expect(page.get_by_role("heading", name="Tên đang gõ")).to_be_visible()
    assert world.row(clip).title == "Tên đang gõ"


def test_giving_up_throws_the_typed_words_away(
    chromium: Browser, served: Served, world: World
) -> None:
    """Thôi means thôi, also for what had saved itself."""
    clip = world.draft_clip()
    screen = Screen(chromium, served, DESK)
    log_in(screen, "phongvien")
    page = form(screen.page, clip)
    page.get_by_label("Tiêu đề").fill("Không dùng")
    saved(page)
    page.get_by_role("link", name="Thôi").click()
    expect(page.get_by_role("heading", name="Hội xuân xã Phú Đình")).to_be_visible()
    expect(page.get_by_text("Chữ gõ dở")).to_be_hidden()
    assert acts(world) == 0


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_each_page_is_sound(
    chromium: Browser, served: Served, world: World, size: dict[str, int]
) -> None:
    """With every fold open: no serious fault for axe, nothing to be scrolled sideways."""
    draft = AssignmentDraft(
        world["phongvien"].person_id,
        "Khai mạc lễ hội",
        "su_kien",
        "Quay phần rước.",
        clock.now() + timedelta(hours=1),
        "Kế hoạch 15",
        True,
        "urgent",
    )
    given = assignments.assign(world.db, world["giamdoc"], draft)
    scripts.send_script(world.db, world["phongvien"], given.code, given.version, "Cảnh một")
    pages = {
        "phongvien": (
            "/upload",
            "/dossiers/new",
            "/",
            f"/clips/{given.code}",
            f"/clips/{given.code}?tab=fields&edit=1",
        ),
        "giamdoc": ("/assignments/new", "/", f"/clips/{given.code}"),
        "quantri": ("/admin/series",),
    }
    for who, paths in pages.items():
        screen = Screen(chromium, served, size)
        log_in(screen, who)
        for path in paths:
            screen.page.goto(path)
            screen.page.evaluate(
                "for (const fold of document.querySelectorAll('main details')) fold.open = true"
            )
            screen.judge()
        assert screen.complaints == []
