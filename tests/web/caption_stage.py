"""A clip that plays, the editor around it, and one person in front of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect

from review.models import Clip, Rendition, Revision, StoredFile
from review.operations.clip_access import ClipRef
from review.settings import ROOT
from review.web.parts import Parts
from tests.world import PASSWORD, World

DESK, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
AXE = next((ROOT / "tests" / "vendor" / "axe-core").glob("**/axe.min.js"))
SHOTS = ROOT / "test-results"


@dataclass
class Stage:
    """The application behind a real address, with a clip that plays."""

    url: str
    parts: Parts
    world: World
    clip: ClipRef


def give_pictures(parts: Parts, clip: ClipRef, video: Path) -> None:
    """Puts a real file behind the picture that the world only says is there."""
    copy = parts.storage.root / "copy.webm"
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.write_bytes(video.read_bytes())
    kept = parts.storage.adopt(copy)
    with parts.database.transaction() as unit:
        revision = unit.session.get_one(Revision, unit.session.get_one(Clip, clip.id).revision_id)
        rows = (
            unit.session.query(StoredFile)
            .join(Rendition)
            .filter(Rendition.revision_id == revision.id, Rendition.kind == "publication")
        )
        stored = rows.one()
        stored.key, stored.sha256, stored.size = kept.key, kept.sha256, kept.size
        revision.facts = {"duration_ms": 8000, "width": 180, "height": 320}


class Editor:
    """One person at the editor; keeps what the browser complained of."""

    def __init__(self, chromium: Browser, stage: Stage, size: dict[str, int]) -> None:
        context = chromium.new_context(
            viewport=size,  # type: ignore[arg-type]
            base_url=stage.url,
            locale="vi",
            has_touch=size is PHONE,
        )
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto("/login")
        self.page.get_by_label("Tên đăng nhập").fill("phongvien")
        self.page.get_by_label("Mật khẩu").fill(PASSWORD)
        self.page.locator("main").get_by_role("button", name="Đăng nhập").click()
        expect(self.page.get_by_role("heading", name="Việc cần xử lý")).to_be_visible()
        self.path = f"/clips/{stage.clip.code}?tab=captions"

    def open(self) -> Editor:
        """The editor of the clip."""
        self.page.goto(f"{self.path}&edit=1")
        expect(self.page.locator("[data-saved]")).to_be_visible()
        return self

    def line(self, number: int) -> Locator:
        """A row, counted from 1."""
        return self.page.locator("[data-lines-edit] > [data-line]").nth(number - 1)

    def words(self, number: int) -> Locator:
        """The words of a row."""
        return self.line(number).locator("[data-line-text]")

    def texts(self) -> list[str]:
        """All words that stand in the rows."""
        return [
            text
            for text in self.page.locator("[data-lines-edit]").evaluate(
                "list => [...list.querySelectorAll('[data-line-text]')].map(field => field.value)"
            )
            if text
        ]

    def tool(self, number: int, name: str) -> None:
        """Presses a tool for a row: beside it at a desk, at the bottom of a phone."""
        self.words(number).focus()
        shared = self.page.locator(f"[data-shared] [data-line-do={name}]")
        beside = self.line(number).locator(f"[data-line-do={name}]")
        (shared if shared.is_visible() else beside).click()

    def place(self) -> float:
        """Where the player is, in seconds."""
        return float(self.page.evaluate("document.getElementById('player').currentTime"))

    def save(self) -> None:
        """One version more."""
        self.page.get_by_role("button", name="Lưu thành bản mới").click()
        expect(self.page.get_by_text("Đã lưu bản phụ đề mới.")).to_be_visible()

    def judge(self, label: str) -> None:
        """A picture for the eye, axe-core for the rest, nothing sideways, targets for a thumb."""
        SHOTS.mkdir(exist_ok=True)
        width = self.page.viewport_size["width"]  # type: ignore[index]
        self.page.evaluate("new Promise(done => requestAnimationFrame(() => done(0)))")
        self.page.screenshot(path=SHOTS / f"captions-{label}-{width}.png")
        self.page.evaluate(AXE.read_text("utf-8"))
        found = self.page.evaluate("async () => (await axe.run()).violations")
        serious = [
            (one["id"], [node["html"][:120] for node in one["nodes"]][:3])
            for one in found
            if one["impact"] in ("serious", "critical")
        ]
        assert serious == []
        assert not self.page.evaluate("document.documentElement.scrollWidth > innerWidth")
        small = self.page.evaluate(
            "[...document.querySelectorAll('.cap button, .cap input, .cap .tick, .find-words *')]"
            ".filter(one => one.checkVisibility() && !one.closest('.visually-hidden')"
            " && one.matches('button, .tick, .form-control') && one.offsetHeight < 43)"
            ".map(one => one.outerHTML.slice(0, 90))"
        )
        assert small == []

    def done(self) -> None:
        """Nothing may have gone wrong underneath."""
        assert self.complaints == []
        self.page.context.close()
