"""The page Tải clip lên in the distribution's Chromium, over a line that comes and goes."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from media.limits import MIB
from review.models import Clip, Revision, StoredFile, UploadRow
from review.settings import ROOT
from tests.services import wait_for
from tests.uploads.line import Line, line_to
from tests.uploads.server import Server, serving
from tests.world import PASSWORD

pytestmark = pytest.mark.browser

DESK, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
AXE = next((ROOT / "tests" / "vendor" / "axe-core").glob("**/axe.min.js"))
SHOTS = ROOT / "test-results"
# Bytes a second: so slow that nothing arrives before the test has looked at it; and an office's.
SLOW, FREE = 200_000, 50e6
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
# What the browser says by itself when the line is cut; everything else is a fault of ours.
EXPECTED = ("ERR_INTERNET_DISCONNECTED", "ERR_NETWORK_CHANGED", "ERR_FAILED", "ERR_CONNECTION_RESET")
EXPECTED += ("ERR_EMPTY_RESPONSE", "ERR_CONNECTION_CLOSED")
# A request that was given up may still crawl along the line and meet the one after it.
EXPECTED += ("409 (CONFLICT)", "423 (LOCKED)")


@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    """The browser, told to keep quiet on the network."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium_path, args=QUIET)
        yield started
        started.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of this module's own: nobody else's uploads stand on its pages."""
    with serving(tmp_path_factory.mktemp("pages")) as running:
        yield running


@pytest.fixture
def line(server: Server) -> Iterator[Line]:
    """A village's uplink to the server."""
    with line_to(server.port, SLOW) as made:
        yield made


class Visit:
    """One person's browser; tabs of it come and go."""

    def __init__(self, browser: Browser, line: Line, name: str = "phongvien") -> None:
        self.context: BrowserContext = browser.new_context(
            viewport=PHONE,  # type: ignore[arg-type]
            base_url=line.url,
            locale="vi",
        )
        self.complaints: list[str] = []
        page = self.context.new_page()
        page.goto("/login")
        page.get_by_label("Tên đăng nhập").fill(name)
        page.get_by_label("Mật khẩu").fill(PASSWORD)
        page.locator("main").get_by_role("button", name="Đăng nhập").click()
        expect(page.get_by_role("heading", name="Việc cần xử lý")).to_be_visible()
        page.close()

    def tab(self, path: str = "/upload") -> Page:
        """A new tab at a page."""
        page = self.context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto(path)
        return page

    def _hear(self, said: object) -> None:
        text = said.text  # type: ignore[attr-defined]
        if said.type == "error" and not any(known in text for known in EXPECTED):  # type: ignore[attr-defined]
            self.complaints.append(text)

    def done(self) -> None:
        """Nothing may have gone wrong in the console."""
        self.context.close()
        assert self.complaints == []


def judge(page: Page, label: str) -> None:
    """A picture on both screens; axe-core finds no serious fault; nothing scrolls sideways."""
    SHOTS.mkdir(exist_ok=True)
    for size in (DESK, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.screenshot(path=SHOTS / f"{label}-{size['width']}.png", full_page=True)
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("async () => (await axe.run()).violations")
    serious = [
        (one["id"], [node["html"][:120] for node in one["nodes"]][:3])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
    assert serious == [], label


def row(page: Page, name: str) -> Locator:
    """The row of one file."""
    return page.locator(".send-row").filter(has_text=name)


def moving(page: Page, name: str) -> None:
    """Waits until some of the file has travelled."""
    expect(row(page, name).locator("[data-line]")).to_contain_text("/s", timeout=15_000)


def onward(page: Page, name: str) -> None:
    """Waits until more of the file is there than now."""
    bar = row(page, name).locator("[data-bar]")
    before = bar.evaluate("bar => bar.value")
    wait_for(lambda: bar.evaluate("bar => bar.value") > before + 50, 20, what=f"{name} goes on")


def fill(page: Page, title: str) -> None:
    """The dossier of the file that is on the form."""
    page.get_by_label("Tiêu đề").fill(title)
    page.get_by_label("Chuyên mục").select_option("xa_hoi")
    page.locator("[data-upload-send]").click()


def made(server: Server, title: str, content: bytes) -> None:
    """The clip of this title holds exactly these bytes."""
    with server.world.db.read() as session:
        clip = session.query(Clip).filter_by(title=title).one()
        revision = session.get_one(Revision, clip.revision_id)
        stored = session.get_one(StoredFile, revision.file_id)
    assert stored.sha256 == hashlib.sha256(content).hexdigest()


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """Two files of a few megabytes with names as people give them."""
    found = {}
    for name, size in (("Hội xuân.mp4", 4 * MIB), ("chợ phiên.mov", 3 * MIB)):
        found[name] = tmp_path / name
        found[name].write_bytes(os.urandom(size))
    return found


def test_two_files_a_lost_line_and_a_closed_tab(
    server: Server, line: Line, browser: Browser, files: dict[str, Path]
) -> None:
    """Both travel at once; the line goes and comes back; the tab is closed and opened again; the
    files are chosen again and go on; both dossiers, filled in meanwhile, become clips."""
    first, second = files
    visit = Visit(browser, line)
    page = visit.tab()
    judge(page, "upload-empty")
    page.locator("input[type=file]").set_input_files(list(files.values()))
    moving(page, first)
    moving(page, second)
    judge(page, "upload-moving")

    visit.context.set_offline(True)
    expect(row(page, first)).to_contain_text("Mất mạng", timeout=15_000)
    judge(page, "upload-offline")
    visit.context.set_offline(False)
    moving(page, first)
    line.cut()
    onward(page, first)
    row(page, second).get_by_role("button", name="Tạm dừng").click()
    expect(row(page, second)).to_contain_text("đã tạm dừng")
    page.close(run_before_unload=False)

    page = visit.tab()
    for name in files:
        expect(row(page, name)).to_contain_text("Chọn lại")
    judge(page, "upload-again")
    page.locator("input[type=file]").set_input_files(list(files.values()))
    moving(page, first)
    share = row(page, first).locator("[data-bar]").evaluate("bar => bar.value")
    assert share > 100, "it began anew"
    fill(page, "Hội xuân ở chợ")
    expect(row(page, first)).to_contain_text("Hồ sơ đã xong")
    expect(page.locator("[data-about]")).to_contain_text(second)
    judge(page, "upload-noted")
    fill(page, "Chợ phiên ngày xuân")
    line.rate = FREE
    for name in files:
        link = row(page, name).get_by_role("link", name=re.compile("Mở CLIP-"))
        expect(link).to_be_visible(timeout=30_000)
    judge(page, "upload-made")
    made(server, "Hội xuân ở chợ", files[first].read_bytes())
    made(server, "Chợ phiên ngày xuân", files[second].read_bytes())
    visit.done()


def test_a_cancelled_file_is_gone_from_the_server(
    server: Server, line: Line, browser: Browser, files: dict[str, Path]
) -> None:
    """Hủy asks once, and neither bytes nor a promise of room stay."""
    visit = Visit(browser, line)
    page = visit.tab()
    page.locator("input[type=file]").set_input_files(files["Hội xuân.mp4"])
    moving(page, "Hội xuân.mp4")
    row(page, "Hội xuân.mp4").get_by_role("button", name="Hủy").click()
    expect(page.locator(".send-row")).to_have_count(0)

    def gone() -> bool:
        with server.world.db.read() as session:
            last = session.query(UploadRow).order_by(UploadRow.id.desc()).first()
            assert last is not None
            return last.state == "terminated" and last.cleared_at is not None

    wait_for(gone, 10)
    visit.done()


def test_a_new_version_goes_the_same_way(
    server: Server, line: Line, browser: Browser, files: dict[str, Path]
) -> None:
    """One file, sent first, becomes the next version; the page then is the clip's."""
    line.rate = FREE
    clip = server.world.draft_clip()
    visit = Visit(browser, line)
    page = visit.tab(f"/clips/{clip.code}/upload")
    page.locator("input[type=file]").set_input_files(files["Hội xuân.mp4"])
    expect(row(page, "Hội xuân.mp4")).to_contain_text("Tệp đã tới đủ", timeout=15_000)
    page.get_by_label("Đã sửa gì").fill("Sửa địa danh.")
    judge(page, "upload-version")
    page.locator("[data-upload-send]").click()
    page.wait_for_url(re.compile(rf"/clips/{clip.code}$"))
    with server.world.db.read() as session:
        last = session.query(Revision).filter_by(clip_id=clip.id, number=2).one()
        assert (last.note, last.original_name) == ("Sửa địa danh.", "Hội xuân.mp4")
    visit.done()


def test_the_page_of_room(server: Server, line: Line, browser: Browser) -> None:
    """The administrator reads what is used and sets a limit."""
    line.rate = FREE
    visit = Visit(browser, line, "quantri")
    page = visit.tab("/admin/storage")
    page.get_by_label("Hạn mức (GB)").fill("20")
    page.get_by_role("button", name="Lưu").click()
    expect(page.get_by_text("trong 20 GB")).to_be_visible()
    judge(page, "admin-storage")
    visit.done()
