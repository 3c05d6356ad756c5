"""The pages on which people decide, sign, post and read the log: shown to whom, refused how."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from review.operations.clip_access import ClipRef
from tests.web.site import Browser, Site
from tests.world import PASSWORD

FOUR = ("political", "ideological", "humane", "guiding")
POST = "https://www.facebook.com/dinhhoa/videos/7"


def hidden(html: str, name: str) -> str:
    """The value of a hidden field of the page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found is not None, name
    return found[1]


def statement(head: Browser, clip: ClipRef) -> dict[str, object]:
    """The form of the statement, as the page hands it out."""
    html = head.get(f"/clips/{clip.code}/sign/confirm").text
    return {
        "version": hidden(html, "version"),
        "digest": hidden(html, "digest"),
        "political": "no",
        "assessments": list(FOUR),
        "password": PASSWORD,
    }


def confirm(head: Browser, clip: ClipRef, **changes: object) -> TestResponse:
    """The answer to the one button."""
    return head.post(f"/clips/{clip.code}/sign", statement(head, clip) | changes)


# ── the sign-off ──────────────────────────────────────────────────────────────────────────────────


def test_the_head_signs_and_sees_the_receipt(site: Site) -> None:
    """Then her page, the statement and the receipt each lead on."""
    clip, following = site.world.at_head(), site.world.at_head()
    head = site.log_in("giamdoc")
    assert f"/clips/{clip.code}/sign/confirm" in head.get(f"/clips/{clip.code}/sign").text
    answer = confirm(head, clip)
    assert answer.location == f"/clips/{clip.code}/sign/done"
    receipt = head.get(answer.location).text
    assert "Đã xác nhận duyệt" in receipt
    assert f"/clips/{following.code}/sign" in receipt
    assert head.get(f"/clips/{clip.code}/sign").location == f"/clips/{clip.code}"


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"password": "sai hoàn toàn"}, 403, "Mật khẩu"),
        ({"password": ""}, 403, "mật khẩu"),
        ({"assessments": list(FOUR[:3])}, 422, "bốn"),
        ({"version": "1"}, 409, "tải lại"),
        ({"digest": "0" * 64}, 409, ""),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_signed(
    site: Site, changes: dict[str, object], status: int, words: str
) -> None:
    """The statement comes back with the reason; the clip still waits."""
    clip = site.world.at_head()
    head = site.log_in("giamdoc")
    answer = confirm(head, clip, **changes)
    assert answer.status_code == status
    assert words in answer.text
    assert site.world.row(clip).state == "in_review"


@pytest.mark.parametrize("who", ["phongvien", "bientap", "truongphong", "kenh", "quantri"])
def test_nobody_else_is_shown_the_statement(site: Site, who: str) -> None:
    """Whatever they try, the answer is a page, and the clip waits for the head."""
    clip = site.world.at_head()
    head, other = site.log_in("giamdoc"), site.log_in(who)
    form = statement(head, clip)
    assert other.get(f"/clips/{clip.code}/sign").location == f"/clips/{clip.code}"
    assert other.get(f"/clips/{clip.code}/sign/confirm").status_code == 403
    assert other.post(f"/clips/{clip.code}/sign", form).location == f"/clips/{clip.code}"
    assert site.world.row(clip).state == "in_review"


# ── posting ───────────────────────────────────────────────────────────────────────────────────────


def publication(manager: Browser) -> str:
    """The address of the one publication that waits."""
    found = re.search(r'action="(/posting/\d+)/confirm', manager.get("/posting").text)
    assert found is not None
    return found[1]


def test_a_post_is_confirmed_with_its_address(site: Site) -> None:
    """A wrong address comes back as it was typed; the right one closes the row."""
    clip, _act = site.world.signed()
    manager = site.log_in("kenh")
    row = publication(manager)
    wrong = manager.post(f"{row}/confirm", {"url": "javascript:alert(1)"})
    assert (wrong.status_code, "javascript:alert(1)" in wrong.text) == (422, True)
    assert manager.post(f"{row}/confirm", {"url": POST}).status_code == 303
    assert site.world.row(clip).state == "posted"
    assert clip.code not in manager.get("/posting").text
    assert POST in manager.get("/posting?all=1").text
    assert clip.code in manager.get(row).text


def test_nothing_is_offered_before_the_sign_off(site: Site) -> None:
    """The page says what will come."""
    clip = site.world.at_head()
    page = site.log_in("kenh").get("/posting")
    assert (page.status_code, clip.code in page.text) == (200, False)


def test_only_who_posts_may_confirm(site: Site) -> None:
    """The others read the page without the form, and their posts change nothing."""
    clip, _act = site.world.signed()
    row = publication(site.log_in("kenh"))
    author = site.log_in("phongvien")
    assert f"{row}/confirm" not in author.get("/posting").text
    assert author.post(f"{row}/confirm", {"url": POST}).status_code == 403
    assert author.get(f"{row}/file/publication.mp4").status_code == 403
    assert site.world.row(clip).state == "approved"


def test_sending_again_is_for_hooks(site: Site) -> None:
    """A row posted by hand has nothing to send."""
    site.world.signed()
    manager = site.log_in("kenh")
    assert manager.post(f"{publication(manager)}/resend").status_code == 409


# ── the log ───────────────────────────────────────────────────────────────────────────────────────


def test_the_log_is_narrowed_by_its_address(site: Site) -> None:
    """By clip, group, person and day; what no row can match says so."""
    clip, _act = site.world.signed()
    head = site.log_in("giamdoc")
    assert "xác nhận duyệt" in head.get(f"/log?clip={clip.code}").text
    assert "xác nhận duyệt" in head.get(f"/log?clip={clip.code}&as=table").text
    assert "Không có" in head.get("/log?q=khongcogi").text
    person = site.world["phongvien"].person_id
    mine = head.get(f"/log?person={person}").text
    assert "gửi duyệt" in mine
    assert "<strong>Giám" not in mine
    assert "xác nhận duyệt" not in head.get("/log?to=2020-01-01").text
    assert head.get("/log?from=hôm qua&group=không có&beyond=x").status_code == 200


@pytest.mark.parametrize("kind", ["csv", "xlsx", "jsonl"])
def test_the_log_leaves_as_a_file_and_says_so(site: Site, kind: str) -> None:
    """With the filter of the page; the taking is an entry of its own."""
    clip = site.world.submitted()
    head = site.log_in("giamdoc")
    answer = head.get(f"/log/export/{kind}?clip={clip.code}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.data
    assert "xuất" in head.get("/log").text
    assert head.get("/log/export/exe").status_code == 404


@pytest.mark.parametrize(
    ("who", "reads", "takes"), [("phongvien", 403, 403), ("kiemtra", 200, 200)]
)
def test_who_reads_the_log(site: Site, who: str, reads: int, takes: int) -> None:
    """Rights of the table, at the page."""
    person = site.log_in(who)
    assert person.get("/log").status_code == reads
    assert person.get("/log/export/csv").status_code == takes


# ── the clip ──────────────────────────────────────────────────────────────────────────────────────


def test_captions_are_saved_as_a_version(site: Site) -> None:
    """Lines in doubt stay in doubt until somebody listened; a bad time names its line."""
    clip = site.world.ready_clip()
    author = site.log_in("phongvien")
    html = author.get(f"/clips/{clip.code}?edit=1").text
    form: dict[str, object] = {
        "version": hidden(html, "version"),
        "line1_start": "00:00.000",
        "line1_end": "00:02.000",
        "line1_text": "Kính thưa quý vị và các bạn.",
        "line2_start": "sai",
        "line2_end": "00:04.000",
        "line2_text": "Hội xuân đã về.",
    }
    refused = author.post(f"/clips/{clip.code}/captions", form)
    assert (refused.status_code, "dòng 2" in refused.text.lower()) == (422, True)
    assert "và các bạn" in refused.text
    form["line2_start"] = "00:02.000"
    assert author.post(f"/clips/{clip.code}/captions", form).status_code == 303
    assert "và các bạn" in author.get(f"/clips/{clip.code}").text
    assert author.post(f"/clips/{clip.code}/captions", form).status_code == 409


def test_a_remark_stays_with_the_clip(site: Site) -> None:
    """An empty one is refused beside the field; a watcher may only read."""
    clip = site.world.submitted()
    editor = site.log_in("bientap")
    assert editor.post(f"/clips/{clip.code}/remarks", {"text": " "}).status_code == 422
    assert (
        editor.post(f"/clips/{clip.code}/remarks", {"text": "Xem lại [00:02]"}).status_code == 303
    )
    assert "Xem lại" in editor.get(f"/clips/{clip.code}?tab=opinions").text
    inspector = site.log_in("kiemtra")
    assert inspector.post(f"/clips/{clip.code}/remarks", {"text": "x"}).status_code == 403


def test_a_retry_of_nothing_is_refused(site: Site) -> None:
    """A step that did not fail cannot be done again."""
    clip = site.world.ready_clip()
    author = site.log_in("phongvien")
    assert author.post(f"/clips/{clip.code}/retry", {"step": "probe"}).status_code in (409, 422)


@pytest.mark.parametrize("tab", ["captions", "opinions", "fields", "versions", "history", "?"])
def test_every_tab_opens_for_a_reader(site: Site, tab: str) -> None:
    """Also one that does not exist."""
    clip, _act = site.world.signed()
    page = site.log_in("kiemtra").get(f"/clips/{clip.code}?tab={tab}")
    assert (page.status_code, clip.code in page.text) == (200, True)


def test_a_missing_file_is_a_page(site: Site, tmp_path: Path) -> None:
    """The row is there, the bytes are gone: said in words, not as a crash."""
    clip = site.world.ready_clip()
    author = site.log_in("phongvien")
    assert author.get(f"/clips/{clip.code}/files/publication.mp4").status_code == 404
    assert author.get(f"/clips/{clip.code}/files/khong-co").status_code == 404
