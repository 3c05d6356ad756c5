"""A clip of another agency with one level: assigned, returned, mended, sent again, asked about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from review import clock
from review.operations.agencies import LevelDraft
from review.permissions import Role
from tests import services
from tests.journeys.stack import PASSWORD, Stack, running
from tests.journeys.visitor import DESK, PHONE, Visitor, browser
from tests.world import PEOPLE, World, agency_draft
from tools import make_clip

__all__ = ["browser"]
TITLE = "Khai mạc lễ hội Chợ Chu"
SPOKEN = "Đoàn thanh niên phát động phong trào trồng cây tại Chợ Chu."
WRONG = SPOKEN.replace("Chợ Chu", "Định Hóa")
READY_S = 120_000
ONE_LEVEL = (LevelDraft(Role.HEAD, "Trưởng đài", 8),)


@pytest.fixture(scope="module")
def stack(
    tmp_path_factory: pytest.TempPathFactory, redis_server: services.RedisServer
) -> Iterator[Stack]:
    """The product, running, with a second agency in which the head alone decides."""
    with running(tmp_path_factory.mktemp("second"), redis_server) as made:
        world = World(made.sampler.here.database)
        world.actors["quantri"] = world.log_in("quantri")
        people = {name: PEOPLE[name] for name in ("phongvien", "giamdoc", "kenh", "quantri")}
        world.second(agency_draft("Đài truyền thanh Chợ Chu", "2", ONE_LEVEL, people))
        yield made


def test_assigned_returned_mended_consulted_signed(
    stack: Stack, browser: Browser, tmp_path: Path
) -> None:
    """The head gives it out, sends it back, has somebody asked, and confirms; the first agency
    never sees any of it."""
    source = tmp_path / "lễ hội.mp4"
    make_clip.make(source, [SPOKEN], size=(360, 640), title=TITLE)
    head = Visitor(browser, stack, "giamdoc2", DESK)
    address = _assign(head)

    author = Visitor(browser, stack, "phongvien2", PHONE)
    _film(author, source)
    _words(author, SPOKEN, WRONG)
    _submit(author, "Gửi duyệt")

    _return_straight(head)
    author.open_clip(TITLE)
    expect(author.page.get_by_text("sửa địa danh").first).to_be_visible()
    author.look("22-returned-straight")
    _words(author, WRONG, SPOKEN)
    _submit(author, "Gửi duyệt")

    exchange = _ask(head)
    author.page.goto("/?tab=sent")
    expect(author.page.locator("main")).to_contain_text("Đang xin ý kiến")
    _answer(head, exchange)
    _sign(head)
    author.page.goto("/notices")
    expect(author.page.locator("main")).to_contain_text("đã duyệt")
    author.done()
    head.done()
    _unknown_elsewhere(browser, stack, (address, exchange))


def _assign(head: Visitor) -> str:
    """What is to be made, by whom, until when; returns the clip's address."""
    page = head.page
    page.get_by_role("link", name="Giao việc").first.click()
    page.get_by_label("Giao cho").select_option(label="Lê Thị Mai, Phóng viên")
    page.get_by_label("Tiêu đề").fill(TITLE)
    page.get_by_label("Chuyên mục").select_option("su_kien")
    page.get_by_label("Ý kiến chỉ đạo").fill("Quay phần rước và lời bí thư đoàn.")
    due = clock.local(clock.now() + timedelta(hours=6))
    page.get_by_label("Thời hạn xử lý").fill(due.strftime("%Y-%m-%dT%H:%M"))
    head.look("20-assign")
    page.locator("main").get_by_role("button", name="Giao việc").click()
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    return page.url.split("?")[0]


def _film(author: Visitor, source: Path) -> None:
    """From the list of work to a file that the machines have finished."""
    author.open_clip(TITLE)
    page = author.page
    expect(page.get_by_text("Quay phần rước")).to_be_visible()
    author.look("21-assigned-phone")
    page.locator("#actions").get_by_role("link", name="Tải tệp lên").click()
    page.locator("input[type=file]").set_input_files(source)
    page.locator("[data-upload-send]").click()
    page.wait_for_url(re.compile(r"/clips/CLIP-"))
    page.get_by_role("link", name="Sửa lời").wait_for(timeout=READY_S)
    page.goto(f"{page.url.split('?')[0]}?tab=fields&edit=1")
    for question in ("political", "ai_label"):
        page.locator(f"input[name={question}][value=no]").check()
    page.get_by_label("Nguồn, bản quyền").fill("Hình và tiếng do đài tự thực hiện.")
    page.locator("select[name=people]").select_option("none")
    page.get_by_role("button", name="Lưu", exact=True).click()


def _words(author: Visitor, before: str, after: str) -> None:
    page = author.page
    page.goto(f"{page.url.split('?')[0]}?tab=captions&edit=1")
    line = page.get_by_label("Lời dòng 1")
    expect(line).to_have_value(re.compile(r"\s+".join(before.split())))  # cut for the screen
    line.fill(after)
    page.get_by_role("button", name="Lưu thành bản mới").click()
    expect(page.get_by_text("Đã lưu bản phụ đề mới.")).to_be_visible()


def _submit(author: Visitor, label: str) -> None:
    author.panel(label)
    author.page.locator("#panel-submit").get_by_role("button", name=label).click()
    expect(author.page.locator("#labels")).to_contain_text("Chờ Trưởng đài duyệt")


def _return_straight(head: Visitor) -> None:
    head.open_clip(TITLE)
    head.panel("Trả lại")
    panel = head.page.locator("#panel-return")
    panel.get_by_label("Lý do").select_option("wrong_place")
    panel.get_by_label("Cần sửa gì").fill("sửa địa danh thành Chợ Chu")
    panel.get_by_label("Trả cho").select_option("straight")
    panel.get_by_role("button", name="Trả lại").first.click()
    expect(head.page.locator("#labels")).to_contain_text("Trả lại để sửa")


def _ask(head: Visitor) -> str:
    """Somebody outside is asked while the clip waits; returns the exchange's address."""
    head.open_clip(TITLE)
    page = head.page
    head.panel("Ý kiến")
    page.get_by_role("link", name="Ghi việc xin ý kiến").click()
    page.get_by_label("Cơ quan được hỏi").fill("Phòng Văn hóa xã")
    page.get_by_label("Nội dung xin ý kiến").fill("Tên lễ hội viết thế này đúng chưa?")
    page.get_by_label("Hình thức").fill("điện thoại")
    head.look("23-ask")
    page.locator("main").get_by_role("button", name="Ghi việc xin ý kiến").click()
    expect(page.locator("main")).to_contain_text("Chờ trả lời")
    return page.url


def _answer(head: Visitor, exchange: str) -> None:
    page = head.page
    page.goto(exchange)
    page.get_by_label("Nội dung trả lời").fill("Đúng tên.")
    page.get_by_label("Người trả lời, chức vụ").fill("ông Ma Văn Tú")
    page.locator("#reply button[type=submit]").click()
    expect(page.locator("main")).to_contain_text("Đúng tên.")


def _sign(head: Visitor) -> None:
    head.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    head.open_clip(TITLE)
    page = head.page
    expect(page.locator("main")).to_contain_text("Phòng Văn hóa xã")
    head.look("24-sign-one-level")
    page.get_by_role("link", name="Xác nhận duyệt").click()
    page.get_by_role("button", name="Đủ cả bốn").click()
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Xác nhận duyệt").click()
    expect(page.get_by_text("Đã xác nhận duyệt")).to_be_visible()


def _unknown_elsewhere(browser: Browser, stack: Stack, addresses: tuple[str, ...]) -> None:
    """The head of the first agency has no such clip, whatever address she was sent."""
    stranger: Page = Visitor(browser, stack, "giamdoc", PHONE).page
    for address in addresses:
        answer = stranger.goto(address)
        assert answer is not None
        assert answer.status == 404
    stranger.goto("/?q=lễ+hội")
    expect(stranger.get_by_role("link", name=TITLE)).to_have_count(0)
