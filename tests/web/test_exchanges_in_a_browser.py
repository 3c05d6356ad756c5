"""Exchanges and directives in the distribution's Chromium, on a phone and at a desk."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from review.operations import citations, directives, exchanges
from review.operations.directives import DirectiveDraft
from review.operations.exchange_rows import ExchangeDraft
from review.web.parts import NAME
from tests import papers
from tests.web.test_in_a_browser import DESK, PHONE, Screen, Served, chromium, served
from tests.web.test_organisation_in_a_browser import log_in
from tests.world import World

pytestmark = pytest.mark.browser
__all__ = ["chromium", "served"]

LETTER = DirectiveDraft(
    "Ban Tuyên giáo Tỉnh ủy",
    "Tăng cường sản xuất video clip ngắn",
    "3270-CV/BTGTU",
    date(2024, 4, 2),
)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_each_page_is_sound(chromium: Browser, served: Served, size: dict[str, int]) -> None:
    """With every fold open: no serious fault for axe, nothing to be scrolled sideways."""
    world = World.first(served.app.extensions[NAME].database)
    clip = world.submitted()
    question = ExchangeDraft(
        "Phòng Báo chí - Xuất bản, Ban Tuyên giáo và Dân vận Tỉnh ủy",
        "Dương Văn Bảy, Trưởng phòng",
        "Công văn",
        "Thứ tự giới thiệu đại biểu như vậy đã đúng chưa?",
        world["giamdoc"].person_id,
    )
    number = exchanges.open_exchange(
        world.db, world["vanthu"], clip.code, question, [papers.attachment()]
    )
    letter = directives.add_directive(world.db, world["vanthu"], LETTER, [papers.attachment()])
    citations.cite(world.db, world["phongvien"], clip.code, letter)
    screen = Screen(chromium, served, size)
    log_in(screen, "vanthu")
    for path in (
        "/exchanges",
        f"/clips/{clip.code}/exchanges/new",
        f"/clips/{clip.code}/exchanges/{number}",
        "/directives",
        "/directives/new",
        f"/directives/{letter}",
        f"/clips/{clip.code}/directives?q=",
    ):
        screen.page.goto(path)
        opened = (
            "for (const fold of document.querySelectorAll('main details.more')) fold.open = true"
        )
        screen.page.evaluate(opened)
        screen.judge()
    assert screen.complaints == []
    for tab in ("exchanges", "fields"):  # the clip's own media are not there to be played
        screen.page.goto(f"/clips/{clip.code}?tab={tab}")
        screen.judge()


def test_asked_and_answered_on_a_phone(chromium: Browser, served: Served, tmp_path: Path) -> None:
    """The section head asks with a scan, sees the label, writes the answer down; it is gone."""
    world = World.first(served.app.extensions[NAME].database)
    clip = world.submitted()
    scan = tmp_path / "Công văn 12.pdf"
    scan.write_bytes(papers.PDF)
    screen = Screen(chromium, served, PHONE)
    log_in(screen, "truongphong")
    page = screen.page
    page.goto(f"/clips/{clip.code}?tab=exchanges")
    page.get_by_role("link", name="Xin ý kiến", exact=True).last.click()
    page.get_by_label("Cơ quan được hỏi").fill("Phòng Báo chí - Xuất bản")
    page.get_by_label("Nội dung xin ý kiến").fill("Nêu tên có phù hợp không?")
    page.get_by_label("Hình thức").fill("Điện thoại")
    # Whoever may order it is chosen as the one who did, until another is.
    expect(page.get_by_label("Người chỉ đạo").locator("option:checked")).to_contain_text("Hùng")
    page.get_by_label("Tệp kèm theo").set_input_files(scan)
    page.get_by_role("button", name="Ghi việc xin ý kiến").click()
    expect(page.get_by_text("Đã ghi việc xin ý kiến.")).to_be_visible()
    expect(page.get_by_role("link", name="Công văn 12.pdf", exact=True)).to_be_visible()
    page.goto(f"/clips/{clip.code}")
    expect(page.locator("#labels").get_by_text("Đang xin ý kiến")).to_be_visible()
    page.locator("#labels").get_by_text("Đang xin ý kiến").click()
    page.get_by_role("link", name="Ghi trả lời").click()
    page.get_by_label("Nội dung trả lời").fill("Chưa nên nêu tên.")
    page.get_by_label("Người trả lời, chức vụ").fill("Dương Văn Bảy")
    page.get_by_role("button", name="Ghi trả lời").click()
    expect(page.get_by_text("Đã ghi trả lời.")).to_be_visible()
    page.goto(f"/clips/{clip.code}")
    expect(page.locator("#labels").get_by_text("Đang xin ý kiến")).to_have_count(0)


def test_a_directive_is_found_while_it_is_typed(chromium: Browser, served: Served) -> None:
    """Without accents and without sending a form; one press cites it."""
    world = World.first(served.app.extensions[NAME].database)
    clip = world.submitted()
    directives.add_directive(world.db, world["vanthu"], LETTER)
    directives.add_directive(
        world.db, world["vanthu"], DirectiveDraft("Ủy ban nhân dân huyện", "Kế hoạch năm")
    )
    screen = Screen(chromium, served, DESK)
    log_in(screen, "phongvien")
    page = screen.page
    page.goto(f"/clips/{clip.code}?tab=fields")
    section = page.locator("#directives")
    section.get_by_text("Thêm văn bản căn cứ").click()
    section.get_by_role("searchbox").press_sequentially("tang cuong")
    found = page.locator("#directives-found")
    expect(found.get_by_text("3270-CV/BTGTU ngày 02/04/2024")).to_be_visible()
    expect(found.get_by_text("Kế hoạch năm")).to_have_count(0)
    found.get_by_role("button", name="Chọn 3270-CV/BTGTU").click()
    expect(page.get_by_text("Đã thêm văn bản căn cứ.")).to_be_visible()
    expect(section.get_by_role("link", name="3270-CV/BTGTU")).to_be_visible()
