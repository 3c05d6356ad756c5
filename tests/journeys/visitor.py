"""One person in front of one screen of the running product."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from review.settings import ROOT
from tests.journeys.stack import PASSWORD, Stack

DESK, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
AXE = next((ROOT / "tests" / "vendor" / "axe-core").glob("**/axe.min.js"))
SHOTS = ROOT / "test-results"


@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    """The distribution's Chromium, told to keep quiet on the network."""
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium_path, args=quiet)
        yield started
        started.close()


class Visitor:
    """One person in front of one screen; keeps what the browser complained of."""

    def __init__(self, browser: Browser, stack: Stack, name: str, size: dict[str, int]) -> None:
        context = browser.new_context(viewport=size, base_url=stack.url, locale="vi")  # type: ignore[arg-type]
        self.page: Page = context.new_page()
        self.name, self.complaints = name, list[str]()
        self.page.on("console", self._hear)
        self.page.goto("/login")
        self.page.get_by_label("Tên đăng nhập").fill(name)
        self.page.get_by_label("Mật khẩu").fill(PASSWORD)
        self.page.locator("main").get_by_role("button", name="Đăng nhập").click()
        expect(self.page.get_by_role("heading", name="Việc cần xử lý")).to_be_visible()

    def _hear(self, message: object) -> None:
        if message.type == "error":  # type: ignore[attr-defined]
            self.complaints.append(message.text)  # type: ignore[attr-defined]

    def look(self, label: str) -> None:
        """Keeps a picture and lets axe-core judge the page."""
        SHOTS.mkdir(exist_ok=True)
        width = self.page.viewport_size["width"]  # type: ignore[index]
        self.page.screenshot(path=SHOTS / f"{label}-{width}.png")
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate("async () => (await axe.run()).violations")
        serious = [
            (one["id"], [node["html"][:120] for node in one["nodes"]][:3])
            for one in found
            if one["impact"] in ("serious", "critical")
        ]
        assert serious == [], (label, serious)
        wide = self.page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not wide, f"{label} scrolls sideways"

    def open_clip(self, title: str) -> None:
        """From the list of work to the clip."""
        self.page.goto("/")
        self.page.get_by_role("link", name=title).click()

    def panel(self, label: str) -> None:
        """Opens a panel of the action bar."""
        self.page.locator("#actions summary").filter(has_text=label).click()

    def done(self) -> None:
        """Nothing may have gone wrong in the console; then the screen goes dark."""
        assert self.complaints == []
        self.page.context.close()
