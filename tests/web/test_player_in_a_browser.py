"""Under the player, in the distribution's Chromium: preview, light copy, the choice of a cover."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from media import pictures, products
from media.profiles import SPRITE
from media.results import StoredFile
from review import clock
from review.models import Clip, Rendition, Revision
from review.models import StoredFile as StoredRow
from review.operations import ordering
from tests.covers import lease, made
from tests.web.caption_stage import DESK, PHONE, Editor, Stage
from tests.web.test_caption_editor import chromium, stage, video
from tests.workers.conftest import PROBE

__all__ = ["chromium", "stage", "video"]

pytestmark = [
    pytest.mark.browser,
    # A browser drops a file half-way as soon as it has enough of it.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

# Of the video that the stage plays.
FACTS = replace(PROBE, duration_ms=8_000, width=180, height=320, fps_num=10, fps_den=1)


def keep(stage: Stage, kind: str, file: StoredFile, media_type: str) -> None:
    """Puts a file beside the clip's video, in place of what the world only says is there."""
    with stage.parts.database.transaction() as unit:
        row = StoredRow(
            key=file.key,
            sha256=file.sha256,
            size=file.size,
            media_type=media_type,
            created_at=clock.now(),
        )
        unit.session.add(row)
        unit.session.flush()
        clip = unit.session.get_one(Clip, stage.clip.id)
        unit.session.query(Rendition).filter_by(revision_id=clip.revision_id, kind=kind).delete()
        made = Rendition(
            revision_id=clip.revision_id, kind=kind, file_id=row.id, created_at=row.created_at
        )
        unit.session.add(made)


@pytest.fixture
def dressed(stage: Stage, video: Path, tmp_path: Path) -> Stage:
    """The clip with its poster, its sprite and a light copy half its size."""
    with stage.parts.database.transaction() as unit:
        clip = unit.session.get_one(Clip, stage.clip.id)
        unit.session.get_one(Revision, clip.revision_id).facts = FACTS.to_json()
    sprite, poster, light = (tmp_path / name for name in ("s.jpg", "p.jpg", "l.webm"))
    products.make_sheet(video, FACTS, sprite, SPRITE)
    pictures.make_poster(video, FACTS, poster)
    smaller = ("-vf", "scale=90:160", "-c:v", "libvpx", "-b:v", "100k")
    subprocess.run(["ffmpeg", "-v", "error", "-i", video, *smaller, light], check=True)
    for kind, path, media_type in (
        ("sprite", sprite, "image/jpeg"),
        ("poster", poster, "image/jpeg"),
        ("light", light, "video/webm"),
    ):
        keep(stage, kind, stage.parts.storage.adopt(path), media_type)
    return stage


def test_the_preview_follows_the_pointer_over_the_bar(chromium: Browser, dressed: Stage) -> None:
    """Another tile further on, none once the pointer has left."""
    editor = Editor(chromium, dressed, DESK)
    page = editor.page
    page.goto(editor.path)
    strip, preview = page.locator("[data-strip]"), page.locator("[data-scrub]")
    expect(preview).to_be_hidden()
    box = strip.bounding_box()
    assert box is not None
    places = []
    for share in (0.05, 0.8):
        page.mouse.move(box["x"] + share * box["width"], box["y"] + box["height"] / 2)
        expect(preview).to_be_visible()
        places.append(preview.evaluate("place => place.style.backgroundPosition"))
    assert places == ["0px 0px", "-540px 0px"]
    assert "/sprite?" in preview.evaluate("place => place.style.backgroundImage")
    page.mouse.move(5, 5)
    expect(preview).to_be_hidden()
    editor.done()


def test_the_light_copy_goes_on_where_the_full_one_stood(chromium: Browser, dressed: Stage) -> None:
    """And back again; the words beside the button say which one plays."""
    editor = Editor(chromium, dressed, PHONE)
    page, player = editor.page, editor.page.locator("#player")
    page.goto(editor.path)
    expect(player).to_have_js_property("readyState", 4)
    player.evaluate("video => { video.currentTime = 3 }")
    for button, wide, words in (
        ("Xem bản nhẹ", 90, "Bản nhẹ, dành cho đường truyền yếu"),
        ("Xem bản đầy đủ", 180, "Bản đầy đủ"),
    ):
        page.get_by_role("button", name=button).click()
        expect(page.locator("[data-light-note]")).to_have_text(words)
        expect(player).to_have_js_property("videoWidth", wide)
        expect(player).to_have_js_property("currentTime", 3)
    editor.done()


def cut(stage: Stage, video: Path, out: Path) -> None:
    """Does what a worker does."""
    held = lease(stage.world, "cover")
    wanted = ordering.begin(stage.world.db, held)
    assert wanted is not None
    pictures.make_cover(video, FACTS, out, int(wanted.key))
    assert ordering.record(stage.world.db, held, stage.parts.storage.adopt(out))


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_picture_on_the_screen_becomes_the_cover(
    chromium: Browser, dressed: Stage, video: Path, tmp_path: Path, size: dict[str, int]
) -> None:
    """The field follows the player, frame by frame too; the page shows what was cut, by itself."""
    editor = Editor(chromium, dressed, size)
    page, player = editor.page, editor.page.locator("#player")
    page.goto(editor.path)
    expect(player).to_have_js_property("readyState", 4)
    page.get_by_text("Chọn ảnh bìa").click()
    field = page.get_by_label("Thời điểm (phút:giây)")
    player.evaluate("video => { video.currentTime = 2.35 }")
    expect(field).to_have_value("00:02.300")
    page.get_by_role("button", name="Tới một khung hình").click()
    expect(field).to_have_value("00:02.400")
    page.get_by_role("button", name="Lùi một khung hình").click()
    expect(field).to_have_value("00:02.300")
    editor.judge(f"cover-open-{size['width']}")
    page.get_by_role("button", name="Đặt làm ảnh bìa").click()
    expect(page.get_by_text("Đã chọn ảnh bìa.")).to_be_visible()
    expect(page.get_by_text("Máy đang cắt ảnh bìa.")).to_be_visible()
    cut(dressed, video, tmp_path / "cover.jpg")
    picture = page.locator("#cover-area img")
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("naturalWidth", 180)
    assert 2.2 < editor.place() < 2.4
    editor.judge(f"cover-made-{size['width']}")
    page.get_by_text("Đổi ảnh bìa").click()
    page.get_by_role("button", name="Dùng ảnh tự động").click()
    expect(page.locator("#cover-area")).to_contain_text("Ảnh tự động")
    editor.done()


def test_a_cover_is_chosen_by_keyboard_alone(chromium: Browser, dressed: Stage) -> None:
    """Opened, typed over, sent; what is typed is not overwritten by the player."""
    editor = Editor(chromium, dressed, DESK)
    page = editor.page
    page.goto(editor.path)
    page.locator("[data-cover] > summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    field = page.get_by_label("Thời điểm (phút:giây)")
    expect(field).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("0:05,5")
    page.locator("#player").evaluate("video => { video.currentTime = 1 }")
    expect(page.locator("#player")).to_have_js_property("seeking", False)
    expect(field).to_have_value("0:05,5")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Hình lúc 00:05.500")).to_be_visible()
    editor.done()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_captioned_copy_is_asked_for_at_the_page(
    chromium: Browser, dressed: Stage, size: dict[str, int]
) -> None:
    """One press; the place beside the words tells by itself when it is there, and lets it go."""
    editor = Editor(chromium, dressed, size)
    page = editor.page
    page.goto(editor.path)
    place = page.locator("#captioned-area")
    place.scroll_into_view_if_needed()
    editor.judge(f"captioned-ask-{size['width']}")
    page.get_by_role("button", name="Tạo bản gắn phụ đề").click()
    expect(place).to_contain_text("Máy đang gắn phụ đề vào hình.")
    place.scroll_into_view_if_needed()
    editor.judge(f"captioned-wait-{size['width']}")
    sha = made(dressed.world, "captioned")
    expect(place).to_contain_text(sha)
    place.scroll_into_view_if_needed()
    editor.judge(f"captioned-made-{size['width']}")
    page.get_by_role("button", name="Bỏ bản này").click()
    expect(page.get_by_role("button", name="Tạo bản gắn phụ đề")).to_be_visible()
    editor.done()
