"""The first day in the distribution's Chromium: set-up, activation, account, administration."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect, sync_playwright
from werkzeug.serving import make_server

from review import migrations
from review.app import create_app
from review.operations import setup
from review.settings import ROOT, Settings
from review.web.parts import NAME
from tests.journeys.stack import free_port
from tests.services import RedisServer
from tests.web.conftest import KEY

pytestmark = pytest.mark.browser

DESK, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
AXE = next((ROOT / "tests" / "vendor" / "axe-core").glob("**/axe.min.js"))
CHOSEN = "một con vịt xòe 2 cái cánh"


@dataclass
class Served:
    """The application behind a real address."""

    app: Flask
    url: str


@pytest.fixture
def served(tmp_path: Path, clean_redis: RedisServer) -> Iterator[Served]:
    """An empty installation, served by threads of this process."""
    url = f"http://127.0.0.1:{free_port()}"
    app = create_app(
        Settings(
            secret_key=KEY,
            database_url=f"sqlite:///{tmp_path / 'site.sqlite3'}",
            redis_url=clean_redis.url,
            upload_dir=tmp_path / "uploads",
            base_url=url,
        )
    )
    migrations.upgrade(app.extensions[NAME].database.engine)
    server = make_server("127.0.0.1", int(url.rsplit(":", 1)[1]), app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Served(app, url)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def chromium(chromium_path: str) -> Iterator[Browser]:
    """The browser, told to keep quiet on the network."""
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium_path, args=quiet)
        yield started
        started.close()


class Screen:
    """One window; keeps what the browser complained of, content policy included."""

    def __init__(self, chromium: Browser, served: Served, size: dict[str, int]) -> None:
        context = chromium.new_context(viewport=size, base_url=served.url, locale="vi")  # type: ignore[arg-type]
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on(
            "console",
            lambda said: self.complaints.append(said.text) if said.type == "error" else None,
        )

    def judge(self) -> None:
        """axe-core finds no serious fault, and nothing has to be scrolled sideways."""
        self.page.evaluate(AXE.read_text("utf-8"))
        found = self.page.evaluate("async () => (await axe.run()).violations")
        serious = [
            (one["id"], [node["html"][:120] for node in one["nodes"]][:3])
            for one in found
            if one["impact"] in ("serious", "critical")
        ]
        assert serious == [], self.page.url
        assert not self.page.evaluate("document.documentElement.scrollWidth > innerWidth")


def fill_person(page: Page, number: int, name: str, post: str, username: str) -> None:
    """One row of the first page."""
    row = page.get_by_role("group", name=f"Người thứ {number}", exact=True)
    row.get_by_label("Họ và tên").fill(name)
    row.get_by_label("Chức vụ").fill(post)
    row.get_by_label("Tên đăng nhập").fill(username)


def set_up(page: Page, served: Served) -> None:
    """From the link to the messages, with a sixth person in a row of their own."""
    secret = setup.issue_setup_link(served.app.extensions[NAME].database)
    page.goto(f"/setup/{secret}")
    page.get_by_label("Tên cơ quan").fill("Trung tâm Văn hóa Định Hóa")
    page.get_by_label("Địa danh").fill("Định Hóa")
    fill_person(page, 1, "Phạm Thu Hà", "Giám đốc", "thu.ha")
    page.get_by_role("button", name="Thêm dòng").click()
    fill_person(page, 6, "Trần Văn Nam", "Biên tập viên", "van.nam")
    last = page.get_by_role("group", name="Người thứ 6", exact=True)
    last.get_by_label("Vai trò").select_option("editor")
    page.get_by_role("button", name="Tạo cơ quan").click()
    expect(page.get_by_role("heading", name="Đã thiết lập xong")).to_be_visible()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_first_day(chromium: Browser, served: Served, size: dict[str, int]) -> None:
    """Every page on the way is sound, and the browser complains of nothing."""
    screen = Screen(chromium, served, size)
    page = screen.page
    page.goto("/")
    screen.judge()
    set_up(page, served)
    screen.judge()
    messages = [box.input_value() for box in page.get_by_role("textbox").all()]
    assert len(messages) == 2
    link = messages[0].rsplit(" ", 1)[1]
    page.goto(link)
    screen.judge()
    field = page.get_by_label("Mật khẩu mới")
    field.fill(CHOSEN)
    page.get_by_role("button", name="Hiện chữ đang gõ").click()
    expect(field).to_have_attribute("type", "text")
    page.get_by_role("button", name="Đặt mật khẩu và vào").click()
    expect(page.get_by_role("heading", name="Việc cần xử lý")).to_be_visible()
    for path in ("/account", "/admin", "/admin/people/new", "/admin/people/1", "/admin/route"):
        page.goto(path)
        screen.judge()
    for path in ("/admin/channels", "/admin/channels/1", "/admin/channels/new"):
        page.goto(path)
        screen.judge()
    assert screen.complaints == []


def test_english_by_a_click(chromium: Browser, served: Served) -> None:
    """Before anybody is logged in, and back again."""
    screen = Screen(chromium, served, PHONE)
    screen.page.goto("/login")
    screen.page.get_by_role("button", name="English").click()
    expect(screen.page.locator("html")).to_have_attribute("lang", "en")
    screen.page.get_by_role("button", name="Tiếng Việt").click()
    expect(screen.page.locator("html")).to_have_attribute("lang", "vi")
    assert screen.complaints == []


def test_the_first_page_works_without_script(chromium: Browser, served: Served) -> None:
    """Five rows, one button; nothing that needs a script is shown."""
    context = chromium.new_context(base_url=served.url, java_script_enabled=False)
    page = context.new_page()
    secret = setup.issue_setup_link(served.app.extensions[NAME].database)
    page.goto(f"/setup/{secret}")
    expect(page.get_by_role("button", name="Thêm dòng")).to_be_hidden()
    page.get_by_label("Tên cơ quan").fill("Trung tâm Văn hóa Định Hóa")
    fill_person(page, 1, "Phạm Thu Hà", "Giám đốc", "thu.ha")
    page.get_by_role("button", name="Tạo cơ quan").click()
    expect(page.get_by_role("heading", name="Đã thiết lập xong")).to_be_visible()


def test_a_lost_page_offers_a_way_on(chromium: Browser, served: Served) -> None:
    """The page of an error is as sound as the others."""
    screen = Screen(chromium, served, PHONE)
    screen.page.goto("/activate/khong-co")
    expect(screen.page.get_by_role("heading", name="Không tìm thấy")).to_be_visible()
    screen.judge()
