"""Remarks at the player, in the distribution's Chromium: the picture on the screen, marks that go
there, stretches by keyboard, threads, and the same without script."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Locator, expect
from sqlalchemy import select

from review.models import Remark
from review.operations import remarks
from review.operations.remarks import Spot
from tests.web.caption_stage import DESK, PHONE, Editor, Stage
from tests.web.test_caption_editor import chromium, stage, video
from tests.web.test_player_in_a_browser import dressed

__all__ = ["chromium", "dressed", "stage", "video"]

pytestmark = [
    pytest.mark.browser,
    # A browser drops a file half-way as soon as it has enough of it.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def kept(stage: Stage) -> list[Remark]:
    """The remarks on the clip."""
    with stage.world.db.read() as session:
        rows = select(Remark).where(Remark.clip_id == stage.clip.id).order_by(Remark.id)
        return list(session.scalars(rows))


def show(player: Locator, seconds: float) -> None:
    """Has the picture at this time on the screen: the browser has said so to the page too."""
    player.evaluate(
        "(video, at) => new Promise(done => {"
        " video.requestVideoFrameCallback(() => done(0)); video.currentTime = at })",
        seconds,
    )


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_remark_keeps_the_picture_on_the_screen(
    chromium: Browser, dressed: Stage, size: dict[str, int]
) -> None:
    """Taken by button and by key; its mark on the line brings the player back to that picture."""
    editor = Editor(chromium, dressed, size)
    page, player = editor.page, editor.page.locator("#player")
    page.goto(editor.path.replace("captions", "opinions"))
    expect(player).to_have_js_property("readyState", 4)
    show(player, 2.35)
    page.get_by_role("button", name="Từ chỗ đang xem").click()
    expect(page.locator("#remark-at")).to_have_value("00:02.300")
    show(player, 4.05)
    page.locator("body").press("]")
    expect(page.locator("#remark-end")).to_have_value("00:04.000")
    page.locator("#remark-text").fill("Rung hình đoạn này")
    page.locator("[data-remark-form]").scroll_into_view_if_needed()
    editor.judge(f"remark-form-{size['width']}")
    page.get_by_role("button", name="Ghi ý kiến").click()
    expect(page.get_by_text("Đã ghi ý kiến.")).to_be_visible()
    (row,) = kept(dressed)
    assert (row.frame, row.last_frame, row.rate_num, row.rate_den) == (23, 40, 10, 1)
    mark = page.locator("[data-mark]")
    expect(mark).to_have_count(1)
    expect(player).to_have_js_property("readyState", 4)
    mark.evaluate("mark => mark.dispatchEvent(new MouseEvent('click', { bubbles: true }))")
    expect(player).to_have_js_property("seeking", False)
    player.evaluate("video => video.pause()")
    assert 2.3 <= editor.place() < 2.9
    editor.done()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_thread_is_read_and_answered(
    chromium: Browser, dressed: Stage, size: dict[str, int]
) -> None:
    """What must be mended stands out; its author answers, who asked for it settles it."""
    world, clip = dressed.world, dressed.clip
    chief = world["truongphong"]
    held = remarks.add_remark(
        world.db, chief, clip.code, "Sai tên ông Hùng", Spot(1_000), blocking=True
    )
    remarks.add_remark(world.db, chief, clip.code, "Nhạc hơi to")
    editor = Editor(chromium, dressed, size)
    page = editor.page
    page.goto(editor.path.replace("captions", "opinions"))
    thread = page.locator(f"#remark-{held}")
    expect(thread).to_contain_text("Phải sửa")
    thread.get_by_text("Trả lời", exact=True).first.click()
    thread.get_by_label("Câu trả lời").fill("Đã sửa tên trong phụ đề")
    thread.scroll_into_view_if_needed()
    editor.judge(f"remark-thread-{size['width']}")
    thread.get_by_role("button", name="Trả lời").click()
    expect(page.locator(f"#remark-{held} .answers")).to_contain_text("Đã sửa tên trong phụ đề")
    expect(page.get_by_role("button", name="Đã xong")).to_have_count(0)
    remarks.resolve(world.db, chief, clip.code, held, True)
    page.reload()
    expect(page.get_by_text("Ý kiến đã xong (1)")).to_be_visible()
    expect(page.locator("[data-remarks] > li")).to_have_count(1)
    editor.done()
