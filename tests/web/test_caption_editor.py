"""The caption editor in the distribution's Chromium: heard, mended, split, merged, kept, saved."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from werkzeug.serving import make_server

from media import limits
from media.results import Line
from review import migrations
from review.app import create_app
from review.operations import glossary, transcripts
from review.operations.glossary import TermDraft
from review.settings import ROOT, Settings
from review.web.parts import NAME, Parts
from tests.journeys.stack import free_port
from tests.services import RedisServer
from tests.web.caption_stage import DESK, PHONE, Editor, Stage, give_pictures
from tests.web.conftest import KEY
from tests.words import HEARD, current, heard
from tests.world import World

pytestmark = [
    pytest.mark.browser,
    # A browser drops the video half-way as soon as it has enough; the server of this test then
    # leaves the file to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

SHORT, LONG = (
    HEARD[2].text,
    "Bà con các thôn bản nô nức về dự hội, ai cũng phấn khởi, vui tươi. " * 2,
)
LINES = (*HEARD, Line(4500, 6000, LONG.strip()))


@pytest.fixture(scope="module")
def chromium(chromium_path: str) -> Iterator[Browser]:
    """The browser; may play without a finger's leave, as after a tap."""
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium_path, args=quiet)
        yield started
        started.close()


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight seconds that a browser without patent codecs plays too."""
    path = tmp_path_factory.mktemp("video") / "clip.webm"
    source = ("-f", "lavfi", "-i", "testsrc2=size=180x320:rate=10:duration=8")
    subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", *source, "-c:v", "libvpx", "-b:v", "200k", str(path)],
        check=True,
    )
    return path


@pytest.fixture
def stage(tmp_path: Path, clean_redis: RedisServer, video: Path) -> Iterator[Stage]:
    """A fresh agency whose author has one clip with four lines heard."""
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
    parts: Parts = app.extensions[NAME]
    migrations.upgrade(parts.database.engine)
    world = World.first(parts.database)
    clip = world.ready_clip()
    heard(world, clip, LINES)
    give_pictures(parts, clip, video)
    server = make_server("127.0.0.1", int(url.rsplit(":", 1)[1]), app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Stage(url, parts, world, clip)
    server.shutdown()
    thread.join()
    server.server_close()


def saved(stage: Stage) -> list[Line]:
    """The lines of the version that counts."""
    return [Line.from_json(line) for line in current(stage.world, stage.clip).lines]


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_clip_is_mended_from_end_to_end(
    chromium: Browser, stage: Stage, size: dict[str, int]
) -> None:
    """Tap, mend, take a name, keep, split, merge, undo, save: a version with exactly that."""
    glossary.add_terms(stage.world.db, stage.world["bientap"], (TermDraft("place", "Bình Yên"),))
    editor = Editor(chromium, stage, size)
    editor.page.goto(editor.path)
    editor.judge("read")
    editor.open()
    editor.judge("edit")
    editor.words(3).click()
    expect(editor.page.locator("#player")).to_have_js_property("paused", False)
    assert 2.9 <= editor.place() <= 5
    expect(editor.page.locator("#player")).to_have_js_property("paused", True)
    assert editor.place() >= 4.4, "the line was not played to its end"

    editor.words(1).focus()
    editor.line(1).get_by_role("button", name="Thay bình an bằng Bình Yên").click()
    expect(editor.words(1)).to_have_value("Kính thưa bà con xã Bình Yên.")
    editor.line(2).get_by_text("Giữ lại", exact=True).click()
    expect(editor.line(2).locator("[data-line-kept]")).to_be_checked()
    expect(editor.line(2)).not_to_contain_class("line-doubt")
    expect(editor.line(4).locator("[data-line-warnings]")).to_contain_text("chữ mỗi giây")

    editor.words(4).focus()
    editor.words(4).evaluate("field => field.setSelectionRange(37, 37)")
    editor.tool(4, "split")
    assert editor.texts()[3:5] == [LONG[:37].strip(), LONG[37:].strip()]
    editor.judge("split")
    editor.tool(4, "merge")
    assert editor.texts()[3:] == [LONG.strip()]
    editor.page.keyboard.press("Control+z")
    assert len(editor.texts()) == 5
    editor.page.keyboard.press("Control+y")
    assert editor.texts()[3:] == [LONG.strip()]
    expect(editor.page.locator("[data-saved]")).to_have_text("Có thay đổi chưa lưu")

    editor.save()
    lines = saved(stage)
    assert [line.text for line in lines] == [
        "Kính thưa bà con xã Bình Yên.",
        LINES[1].text,
        SHORT,
        LONG.strip(),
    ]
    assert [(line.doubt, line.kept) for line in lines[1:3]] == [
        ("known_phrase", True),
        (None, False),
    ]
    assert [(line.start_ms, line.end_ms) for line in lines] == [
        (line.start_ms, line.end_ms) for line in LINES
    ]
    editor.done()


def test_lines_are_added_left_out_and_timed_from_the_player(
    chromium: Browser, stage: Stage
) -> None:
    """What is held back can be left out; times come from where the player stands."""
    editor = Editor(chromium, stage, DESK).open()
    editor.line(2).get_by_text("Bỏ", exact=True).first.click()
    editor.tool(4, "add")
    expect(editor.words(5)).to_be_focused()
    editor.page.keyboard.type("Hết bản tin.")
    expect(editor.line(5).locator("[data-line-start]")).to_have_value("00:06.000")
    editor.page.evaluate("document.getElementById('player').currentTime = 7.25")
    editor.line(5).get_by_role("button", name="Đặt giờ kết thúc").click()
    expect(editor.line(5).locator("[data-line-end]")).to_have_value("00:07.250")
    editor.tool(4, "drop")
    editor.save()
    assert [(line.text, line.start_ms, line.end_ms) for line in saved(stage)] == [
        (LINES[0].text, 0, 1500),
        (SHORT, 3000, 4500),
        ("Hết bản tin.", 6000, 7250),
    ]
    assert saved(stage)[0].unsure == LINES[0].unsure
    editor.done()


def test_typing_over_a_doubted_line_keeps_it_in_sight_of_all(
    chromium: Browser, stage: Stage
) -> None:
    """The tick sets itself, is undone with the words, and merging never slips a doubt through."""
    editor = Editor(chromium, stage, DESK).open()
    kept = editor.line(2).locator("[data-line-kept]")
    editor.words(2).fill("Mời bà con về dự hội.")
    expect(kept).to_be_checked()
    expect(kept).to_be_disabled()
    expect(editor.line(2).get_by_text("Đã sửa chữ, dòng này được giữ.")).to_be_visible()
    editor.words(2).fill(LINES[1].text)
    expect(kept).not_to_be_checked()
    editor.tool(2, "merge")
    expect(editor.line(2).locator("[data-line-kept]")).not_to_be_checked()
    editor.tool(2, "split")
    editor.save()
    assert [line.published for line in saved(stage)] == [True, False, False, True]
    editor.done()


def test_everything_by_keyboard(chromium: Browser, stage: Stage) -> None:
    """Tab and arrows go from line to line, Escape leaves the words, space plays and pauses."""
    editor = Editor(chromium, stage, DESK).open()
    editor.words(1).focus()
    press = editor.page.keyboard.press
    press("Tab")
    expect(editor.words(2)).to_be_focused()
    press("Shift+Tab")
    expect(editor.words(1)).to_be_focused()
    press("End")
    press("ArrowDown")
    expect(editor.words(2)).to_be_focused()
    press("ArrowUp")
    expect(editor.words(1)).to_be_focused()
    press("Escape")
    expect(editor.line(1)).to_be_focused()
    press("ArrowDown")
    press("ArrowDown")
    expect(editor.line(3)).to_be_focused()
    press("Space")
    expect(editor.page.locator("#player")).to_have_js_property("paused", False)
    press("Space")
    expect(editor.page.locator("#player")).to_have_js_property("paused", True)
    press("Enter")
    expect(editor.words(3)).to_be_focused()
    press("Control+Shift+Enter")
    assert editor.texts()[2] == f"{SHORT} {LONG.strip()}"
    press("Control+s")
    expect(editor.page.get_by_text("Đã lưu bản phụ đề mới.")).to_be_visible()
    assert len(saved(stage)) == 3
    editor.done()


def test_nothing_unsaved_is_left_without_a_word(chromium: Browser, stage: Stage) -> None:
    """Leaving asks, the tabs too; a stale save loses nothing and shows the difference."""
    editor = Editor(chromium, stage, DESK).open()
    asked: list[str] = []

    def stay(dialog: object) -> None:
        asked.append(dialog.type)  # type: ignore[attr-defined]
        dialog.dismiss()  # type: ignore[attr-defined]

    editor.page.on("dialog", stay)
    editor.words(1).click()
    editor.page.keyboard.type("A")
    editor.page.get_by_role("link", name="Thông tin", exact=True).click()
    editor.page.locator("a.brand").click()
    assert asked == ["confirm", "beforeunload"]
    theirs = [Line(0, 1500, "Của người khác.")]
    world, clip = stage.world, stage.clip
    transcripts.save_captions(world.db, world["phongvien"], clip.code, clip.version, theirs)
    mine = editor.texts()
    editor.page.get_by_role("button", name="Lưu thành bản mới").click()
    expect(editor.page.get_by_text("đã lưu bản 3")).to_be_visible()
    assert editor.texts() == mine
    editor.page.get_by_text("Bản vừa gõ khác bản 3").click()
    editor.judge("stale")
    editor.save()
    assert current(world, clip).number == 4
    editor.done()


def test_words_are_found_while_typing(chromium: Browser, stage: Stage) -> None:
    """Without accents, in the lines that are read and in the editor."""
    editor = Editor(chromium, stage, PHONE)
    editor.page.goto(editor.path)
    editor.page.get_by_role("searchbox").fill("xa binh")
    expect(editor.page.locator("mark")).to_have_text(["xã ", "bình"])
    editor.page.get_by_role("searchbox").fill("")
    expect(editor.page.locator("mark")).to_have_count(0)
    editor.open()
    editor.page.get_by_role("searchbox").fill("dinh hoa")
    expect(editor.page.locator(".line-found")).to_have_count(1)
    expect(editor.page.get_by_text("1 dòng có “dinh hoa”")).to_be_visible()
    editor.page.keyboard.press("Enter")
    chosen = editor.words(3).evaluate(
        "field => field.value.slice(field.selectionStart, field.selectionEnd)"
    )
    assert chosen == "Định Hóa"
    editor.done()


def test_the_page_and_the_server_mind_the_same(chromium: Browser, stage: Stage) -> None:
    """One set of numbers on both sides, and one way of folding."""
    script = (ROOT / "review/web/static/js/captions-judge.js").read_text("utf-8")
    for name, number in {
        "ROW_CHARS": limits.SCREEN_LINE_CHARS,
        "ROWS": limits.SCREEN_LINES,
        "CHARS_PER_SECOND": limits.READING_CHARS_PER_SECOND,
        "GRACE_MS": limits.DURATION_GRACE_MS,
    }.items():
        assert f"const {name} = {number};" in script
    editor = Editor(chromium, stage, DESK).open()
    told = editor.page.locator("[data-line-warnings]")
    by_script = [text.split() for text in told.all_inner_texts()]
    context = chromium.new_context(
        base_url=stage.url,
        java_script_enabled=False,
        storage_state=editor.page.context.storage_state(),
    )
    plain = context.new_page()
    plain.goto(f"{editor.path}&edit=1")
    by_server = [text.split() for text in plain.locator("[data-line-warnings]").all_inner_texts()]
    assert by_script == by_server
    assert any(by_server)
    plain.locator("textarea[name=line0_text]").fill("Xin chào.")
    plain.get_by_role("button", name="Lưu thành bản mới").click()
    expect(plain.get_by_text("Đã lưu bản phụ đề mới.")).to_be_visible()
    context.close()
    editor.done()
