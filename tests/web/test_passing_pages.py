"""Return, hand over, take back, skip: as forms of the clip's page, refused and done."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from review.models import Clip
from review.operations import accounts, intake, levels
from review.operations.returning import Back
from tests.web.site import Site


def form(site: Site, code: str, **fields: object) -> dict[str, object]:
    """What a form of a fresh page sends."""
    with site.world.db.read() as session:
        version = session.scalar(select(Clip.version).where(Clip.code == code))
    return {"version": version, **fields}


def test_the_head_sends_it_to_be_mended_and_gets_the_difference(site: Site) -> None:
    """From the form of the return to the page on which only the difference stands."""
    clip = site.world.at_head()
    head = site.log_in("giamdoc")
    page = head.get(f"/clips/{clip.code}/sign").text
    assert "Sửa xong trình thẳng tôi" in page and "Cấp Trưởng phòng" in page
    answer = head.post(
        f"/clips/{clip.code}/return",
        form(site, clip.code, reason="sound", note="[00:02] rè", back="straight"),
    )
    assert answer.status_code == 303
    author = site.log_in("phongvien")
    page = author.get(f"/clips/{clip.code}").text
    assert "Sửa xong gửi lại là lên thẳng Giám đốc Phạm Thu Hà." in page
    assert author.post(f"/clips/{clip.code}/submit", form(site, clip.code)).status_code == 303
    page = head.get(f"/clips/{clip.code}/sign").text
    assert "Thay đổi từ" in page


def test_returned_to_a_level_and_what_was_wrong_is_shown_there(site: Site) -> None:
    """Whoever gets it again reads why, above the clip."""
    clip = site.world.at_head()
    head = site.log_in("giamdoc")
    sent = form(site, clip.code, reason="wrong_name", note="[00:03] họ tên", back="level-1")
    assert head.post(f"/clips/{clip.code}/return", sent).status_code == 303
    page = site.log_in("bientap").get(f"/clips/{clip.code}").text
    assert "sai tên hoặc chức danh" in page and "họ tên" in page


@pytest.mark.parametrize("back", ["level-3", "level-x", "level-", "level-99"])
def test_a_level_that_cannot_get_it_is_refused_in_words(site: Site, back: str) -> None:
    """What was typed stays in the form."""
    clip = site.world.at_head()
    head = site.log_in("giamdoc")
    sent = form(site, clip.code, reason="sound", note="giữ lại chữ này", back=back)
    answer = head.post(f"/clips/{clip.code}/return", sent)
    assert answer.status_code == 422
    assert "Không trả về cấp này được" in answer.text and "giữ lại chữ này" in answer.text


def test_past_the_levels_needs_a_reason(site: Site) -> None:
    """The head's own form; without a reason it says what is missing."""
    clip = site.world.submitted()
    head = site.log_in("giamdoc")
    assert "Đưa thẳng lên người đứng đầu" in head.get(f"/clips/{clip.code}").text
    answer = head.post(f"/clips/{clip.code}/skip", form(site, clip.code, note=" "))
    assert answer.status_code == 422 and "Chưa nhập lý do bỏ qua cấp dưới" in answer.text
    answer = head.post(f"/clips/{clip.code}/skip", form(site, clip.code, note="lũ về"))
    assert answer.status_code == 303
    assert "Phạm Thu Hà bỏ qua" in head.get(f"/clips/{clip.code}").text
    story = head.get(f"/clips/{clip.code}?tab=history").text
    assert all(
        words in story for words in ("đưa clip qua các cấp", "Biên tập viên, Trưởng phòng", "lũ về")
    )


def test_a_dossier_changes_hands_at_the_page(site: Site) -> None:
    """By who directs the work; the log names who has it now."""
    clip = site.world.ready_clip()
    chief = site.log_in("truongphong")
    assert "Bàn giao hồ sơ" in chief.get(f"/clips/{clip.code}").text
    taker = site.world["bientap"].person_id
    sent = form(site, clip.code, person=taker, note="nghỉ phép")
    assert chief.post(f"/clips/{clip.code}/hand-over-dossier", sent).status_code == 303
    story = chief.get(f"/clips/{clip.code}?tab=history").text
    assert all(
        words in story
        for words in ("bàn giao hồ sơ", "cho Biên tập viên Trần Văn Nam", "nghỉ phép")
    )
    assert "bàn giao hồ sơ" in site.log_in("bientap").get("/notices").text


def test_a_short_cut_is_said_in_the_log(site: Site) -> None:
    """Which level it came straight back to."""
    world = site.world
    clip = world.at_head()
    clip = levels.return_clip(
        world.db, world["giamdoc"], clip.code, clip.version, "sound", "rè", Back(straight=True)
    )
    levels.submit(world.db, world["phongvien"], clip.code, clip.version)
    story = site.log_in("giamdoc").get(f"/clips/{clip.code}?tab=history").text
    assert "lên thẳng Giám đốc" in story


def test_the_head_flags_a_clip_where_she_signs_it(site: Site) -> None:
    """One fold on her page; refused without an answer, done with one, and the author is told."""
    clip = site.world.at_head()
    head = site.log_in("giamdoc")
    assert "Gắn nhãn chính trị" in head.get(f"/clips/{clip.code}/sign").text
    answer = head.post(f"/clips/{clip.code}/political", form(site, clip.code, note="x"))
    assert answer.status_code == 422 and "Chưa chọn clip có liên quan" in answer.text
    sent = form(site, clip.code, political="yes", note="có lãnh đạo", **{"from": "sign"})
    answer = head.post(f"/clips/{clip.code}/political", sent)
    assert answer.location == f"/clips/{clip.code}/sign"
    said = site.log_in("phongvien").get("/notices").text
    assert "sửa trực tiếp trên clip: liên quan vấn đề chính trị" in said


def test_what_a_skipped_level_did_not_answer_is_said_where_one_signs(site: Site) -> None:
    """The head sees what is missing before she signs."""
    clip = site.world.submitted()
    head = site.log_in("giamdoc")
    head.post(f"/clips/{clip.code}/skip", form(site, clip.code, note="lũ về"))
    page = head.get(f"/clips/{clip.code}/sign").text
    for label in ("Biên tập viên", "Trưởng phòng"):
        assert f"{label} bị bỏ qua: chưa trả lời câu hỏi chính trị" in page


def test_the_authors_page_shows_what_a_level_mended(site: Site) -> None:
    """Above the tabs, with the way to the difference."""
    world = site.world
    clip = world.submitted()
    draft = intake.ClipDraft("Hội xuân Phú Đình", "xa_hoi", post_text="Hội xuân đã về.")
    intake.edit_fields(world.db, world["bientap"], clip.code, clip.version, draft)
    page = site.log_in("phongvien").get(f"/clips/{clip.code}").text
    assert "changed-line" in page and "tab=versions" in page


def test_an_empty_level_is_shown_as_empty(site: Site) -> None:
    """Nobody is left to decide: the line of levels says so."""
    world = site.world
    clip = world.submitted()
    accounts.disable_person(world.db, world["quantri"], world["bientap"].person_id or 0)
    assert "chưa có người duyệt" in site.log_in("phongvien").get(f"/clips/{clip.code}").text
