"""One clip from upload to posted, in the distribution's Chromium, by five people."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from review.models import SignOff
from tests import services
from tests.journeys.stack import PASSWORD, Stack, running
from tests.journeys.visitor import DESK, PHONE, SHOTS, Visitor, browser
from tools import make_clip

__all__ = ["browser"]
SPOKEN = "Đoàn thanh niên phát động phong trào trồng cây tại Chợ Chu."
TITLE = "Phong trào trồng cây tại Chợ Chu"
READY_S = 120_000


@pytest.fixture(scope="module")
def stack(
    tmp_path_factory: pytest.TempPathFactory, redis_server: services.RedisServer
) -> Iterator[Stack]:
    """The product, running."""
    with running(tmp_path_factory.mktemp("journey"), redis_server) as made:
        yield made


def test_from_upload_to_posted(stack: Stack, browser: Browser, tmp_path: Path) -> None:
    """Upload, process, correct, return, send again, sign off on a phone, post, log, print."""
    source = tmp_path / "trồng cây.mp4"
    make_clip.make(source, [SPOKEN], size=(360, 640), title=TITLE)

    author = Visitor(browser, stack, "phongvien", DESK)
    author.look("01-empty-inbox")
    _upload(author, source)
    page = author.page
    page.get_by_role("link", name="Sửa lời").wait_for(timeout=READY_S)
    expect(page.locator("[data-lines]")).to_contain_text(SPOKEN)
    author.look("03-ready")
    page.get_by_role("link", name="Sửa lời").click()
    page.get_by_label("Lời dòng 1").fill(SPOKEN.replace("tại Chợ Chu", "tại Định Hóa"))
    page.get_by_role("button", name="Lưu thành bản mới").click()
    expect(page.locator("[data-lines]")).to_contain_text("Định Hóa")
    _submit(author)

    editor = Visitor(browser, stack, "bientap", PHONE)
    _approve(editor, "Trưởng phòng", look="04-level-phone")
    chief = Visitor(browser, stack, "truongphong", DESK)
    _return(chief)

    author.open_clip(TITLE)
    expect(page.get_by_text("sai địa danh").first).to_be_visible()
    author.look("06-returned")
    page.get_by_role("link", name="Sửa lời").click()
    page.get_by_label("Lời dòng 1").fill(SPOKEN)
    page.get_by_role("button", name="Lưu thành bản mới").click()
    _submit(author)
    author.done()
    _approve(editor, "Trưởng phòng")
    editor.done()
    _approve(chief, "Giám đốc")
    chief.done()

    head = Visitor(browser, stack, "giamdoc", PHONE)
    digest = _sign(head)
    head.page.set_viewport_size(DESK)  # type: ignore[arg-type]

    manager = Visitor(browser, stack, "kenh", DESK)
    _post(manager, stack, tmp_path)
    manager.done()

    _log_and_sheet(head, digest)
    head.done()


def _upload(author: Visitor, source: Path) -> None:
    page = author.page
    page.get_by_role("link", name="Tải clip lên").first.click()
    page.locator("input[type=file]").set_input_files(source)
    page.get_by_label("Tiêu đề").fill(TITLE)
    page.get_by_label("Chuyên mục").select_option("guong_tot")
    expect(page.locator("input[name=political][value=no]")).to_be_checked()
    page.locator("summary").filter(has_text="Lời đăng kèm, mô tả").click()
    page.get_by_label("Lời đăng kèm").fill("Mỗi người một cây.")
    author.look("02-upload")
    page.locator("[data-upload-send]").click()
    page.wait_for_url(re.compile(r"/clips/CLIP-"))
    author.look("02-processing")


def _submit(author: Visitor) -> None:
    author.panel("Gửi duyệt")
    author.page.locator("#panel-submit").get_by_role("button", name="Gửi duyệt").click()
    expect(author.page.locator("#labels")).to_contain_text("Chờ Biên tập viên duyệt")


def _approve(person: Visitor, following: str, look: str = "") -> None:
    person.open_clip(TITLE)
    if look:
        person.look(look)
    person.panel("Đồng ý, trình")
    person.page.locator("#panel-approve button[type=submit]").click()
    expect(person.page.locator("#labels")).to_contain_text(f"Chờ {following} duyệt")


def _return(chief: Visitor) -> None:
    chief.open_clip(TITLE)
    chief.look("05-level-desk")
    chief.panel("Trả lại")
    panel = chief.page.locator("#panel-return")
    panel.get_by_label("Lý do").select_option("wrong_place")
    panel.locator("[data-insert-time]").click()
    note = panel.get_by_label("Cần sửa gì")
    expect(note).to_have_value(re.compile(r"\[00:0\d\]"))
    note.press_sequentially("là Chợ Chu")
    panel.get_by_role("button", name="Trả lại").first.click()
    expect(chief.page.locator("#labels")).to_contain_text("Trả lại để sửa")


def _sign(head: Visitor) -> str:
    head.open_clip(TITLE)
    page = head.page
    for part in (page.locator("#player"), page.locator("#actions"), page.locator(".sign-labels")):
        box = part.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= PHONE["height"], "the head has to scroll to act"
    assert page.locator("#actions > *").count() == 3
    buttons = page.locator("#actions > .btn, #actions > .panel > summary")
    cut = buttons.evaluate_all("all => all.filter(e => e.scrollWidth > e.clientWidth).length")
    assert (buttons.count(), cut) == (3, 0), "a button is narrower than its words"
    head.look("07-sign-phone")
    page.get_by_role("link", name="Xác nhận duyệt").click()
    page.get_by_role("button", name="Đủ cả bốn").click()
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    head.look("08-statement")
    page.get_by_role("button", name="Xác nhận duyệt").click()
    expect(page.get_by_text("Đã xác nhận duyệt")).to_be_visible()
    head.look("09-signed")
    return page.locator(".facts .hash").inner_text()


def _post(manager: Visitor, stack: Stack, folder: Path) -> None:
    page = manager.page
    page.goto("/posting")
    manager.look("10-posting")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Tải tệp đã duyệt").first.click()
    saved = folder / "signed.mp4"
    waiting.value.save_as(saved)
    assert saved.stat().st_size > 10_000
    row = page.locator(".post-row").first
    row.get_by_label("Liên kết bài đã đăng").fill("https://www.facebook.com/dinhhoa/videos/1")
    row.get_by_role("button", name="Xác nhận đã đăng").click()
    expect(page.get_by_text("https://www.facebook.com/dinhhoa/videos/1")).to_be_visible()
    assert hashlib.sha256(saved.read_bytes()).hexdigest() == _signed_hash(stack)


def _signed_hash(stack: Stack) -> str:
    with stack.sampler.here.database.read() as session:
        signed = json.loads(session.scalars(select(SignOff)).one().manifest)
    return str(signed["renditions"]["publication"])


def _log_and_sheet(head: Visitor, digest: str) -> None:
    page = head.page
    page.goto("/log")
    expect(page.locator("main")).to_contain_text("sai địa danh")
    head.look("11-log")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    head.look("11-log")
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    page.locator("#actions summary").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="CSV").click()
    exported = Path(waiting.value.path()).read_bytes()
    assert exported.startswith(b"\xef\xbb\xbf")
    assert "Phạm Thu Hà" in exported.decode("utf-8-sig")
    page.goto("/?tab=done")
    page.get_by_role("link", name=TITLE).click()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="In phiếu duyệt").first.click()
    sheet = opened.value
    sheet.wait_for_load_state()
    assert digest in sheet.content()
    assert sheet.locator(".watermark").count() == 0
    sheet.screenshot(path=SHOTS / "12-sheet.png", full_page=True)
