"""The pages of the organisation in the distribution's Chromium: phone and desk, both sound."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from review.operations.agencies import LevelDraft, set_route
from review.permissions import Role
from review.web.parts import NAME
from tests.web.test_in_a_browser import DESK, PHONE, Screen, Served, chromium, served
from tests.world import PASSWORD, World

pytestmark = pytest.mark.browser
__all__ = ["chromium", "served"]

PAGES = (
    "/organisation",
    "/admin/agency",
    "/admin/units",
    "/admin/people/3/posts",
    "/admin/signing",
    "/admin/route",
    "/admin/route/new",
    "/admin/categories",
    "/admin/ticks",
)


def log_in(screen: Screen, name: str) -> None:
    """Through the login page."""
    screen.page.goto("/login")
    screen.page.get_by_label("Tên đăng nhập").fill(name)
    screen.page.get_by_label("Mật khẩu").fill(PASSWORD)
    screen.page.get_by_role("button", name="Đăng nhập").click()
    expect(screen.page.get_by_role("heading", name="Việc cần xử lý")).to_be_visible()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_each_page_is_sound(chromium: Browser, served: Served, size: dict[str, int]) -> None:
    """With every fold open: no serious fault for axe, nothing to be scrolled sideways."""
    World.first(served.app.extensions[NAME].database)
    screen = Screen(chromium, served, size)
    log_in(screen, "quantri")
    for path in PAGES:
        screen.page.goto(path)
        opened = (
            "for (const fold of document.querySelectorAll('main details.more')) fold.open = true"
        )
        screen.page.evaluate(opened)
        screen.judge()
    assert screen.complaints == []


def test_one_press_answers_all_checks(chromium: Browser, served: Served) -> None:
    """On the editor's phone: all in order, one changed, sent up; sound while the panel is open."""
    world = World.first(served.app.extensions[NAME].database)
    steps = (
        LevelDraft(Role.EDITOR, "Biên tập viên", 4, True, True),
        LevelDraft(Role.HEAD, "Giám đốc", 8),
    )
    set_route(world.db, world["quantri"], "Ngắn", steps)
    clip = world.submitted()
    screen = Screen(chromium, served, PHONE)
    log_in(screen, "bientap")
    screen.page.goto(f"/clips/{clip.code}")
    screen.page.locator("#panel-approve > summary").click()
    for button in screen.page.get_by_role("button", name="Tất cả đạt").all():
        button.click()
    wrong = screen.page.get_by_role("group", name="Sinh động")
    wrong.get_by_label("Chưa đạt").check()
    screen.judge()
    screen.page.locator("#panel-approve").get_by_role("button", name="Đồng ý, trình").click()
    expect(screen.page.get_by_text("Chờ Giám đốc duyệt")).to_be_visible()
    screen.page.goto(f"/clips/{clip.code}?tab=opinions")
    expect(screen.page.get_by_text("Chưa đạt: Sinh động")).to_be_visible()
