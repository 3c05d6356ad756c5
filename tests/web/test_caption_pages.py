"""The words of a clip as pages: forms without script, files in and out, the check, the names."""

from __future__ import annotations

import io
import json
import re

import pytest

from media.results import Line
from review.operations import agencies, glossary, transcripts
from review.operations.agencies import LevelDraft
from review.operations.glossary import TermDraft
from review.permissions import Role
from review.queries.routes import route_of
from review.web.caption_form import EditLine, lines_from, rows_from
from review.web.rows import Form
from review.words.folding import find
from tests.web.site import Site
from tests.words import HEARD, current, heard

TAB = "?tab=captions"


def form_of(lines: tuple[Line, ...], version: int, **more: str) -> dict[str, object]:
    """The editor's form as a browser without script would send it back."""
    form: dict[str, object] = {"version": str(version), "base": "2"}
    for index, line in enumerate(lines):
        unsure = ",".join(f"{start}-{end}" for start, end in line.unsure)
        form |= {
            f"line{index}_start": f"00:0{line.start_ms / 1000:.3f}",
            f"line{index}_end": f"00:0{line.end_ms / 1000:.3f}",
            f"line{index}_text": line.text,
            f"line{index}_before": line.text,
            f"line{index}_doubt": line.doubt or "",
            f"line{index}_unsure": unsure,
        }
    return form | more


def test_the_page_tells_what_goes_out_and_why_not(site: Site) -> None:
    """Struck lines with their reason, unsure words underlined, the count in words."""
    clip = site.world.ready_clip()
    heard(site.world, clip)
    page = site.log_in("phongvien").get(f"/clips/{clip.code}{TAB}").text
    assert re.search(r"<s data-find-in>\s*Hãy đăng ký kênh", page)
    assert "Nghi máy tự thêm, cần nghe lại · không đăng ra" in page
    assert '<u class="unsure" title="Máy nghe chưa chắc">bình</u>' in page.replace("\n", "")
    assert "1 dòng còn nghi ngờ sẽ không đăng ra" in page
    assert "2 dòng sẽ đăng ra" in page


@pytest.mark.parametrize(
    ("more", "kept", "published"),
    [
        ({"line1_kept": "1"}, [False, True, False], 3),
        ({"line1_drop": "1"}, [False, False], 2),
        ({"line1_kept": "1", "line1_drop": "1"}, [False, False], 2),
        ({"line1_text": "Hãy đến hội xuân."}, [False, True, False], 3),
        ({"line1_text": "Hãy đăng ký kênh\r\nđể không bỏ lỡ.", "line0_start": "0,1"}, None, 2),
        ({"line0_text": "Kính thưa bà con xã Bình Yên."}, [False, False, False], 2),
    ],
)
def test_a_form_settles_what_is_in_doubt(
    site: Site, more: dict[str, str], kept: list[bool] | None, published: int
) -> None:
    """Kept, left out or typed anew; a line broken elsewhere is still the machine's."""
    clip = site.world.ready_clip()
    heard(site.world, clip)
    browser = site.log_in("phongvien")
    answer = browser.post(f"/clips/{clip.code}/captions", form_of(HEARD, clip.version, **more))
    assert answer.status_code == 303, answer.text
    saved = [Line.from_json(line) for line in current(site.world, clip).lines]
    assert kept is None or [line.kept for line in saved] == kept
    assert sum(line.published for line in saved) == published
    untouched = saved[0].text == HEARD[0].text
    assert saved[0].unsure == (HEARD[0].unsure if untouched else ())


def test_lines_typed_at_the_end_find_their_place(site: Site) -> None:
    """Without a script there is no inserting: the times put them in order."""
    clip = site.world.ready_clip()
    late = (Line(4000, 5000, "Hết."), Line(1000, 2000, "Xin chào."))
    browser = site.log_in("phongvien")
    assert (
        browser.post(f"/clips/{clip.code}/captions", form_of(late, clip.version)).status_code == 303
    )
    assert [line["text"] for line in current(site.world, clip).lines] == ["Xin chào.", "Hết."]


def test_a_refused_line_keeps_everything_typed(site: Site) -> None:
    """The line is named, its words and every other stand in the page."""
    clip = site.world.ready_clip()
    browser = site.log_in("phongvien")
    form = form_of(HEARD, clip.version, line1_end="không giờ", line2_text="Chữ vừa gõ")
    answer = browser.post(f"/clips/{clip.code}/captions", form)
    assert answer.status_code == 422
    assert "Dòng 2: giờ không đọc được" in answer.text
    assert "Chữ vừa gõ" in answer.text and 'value="không giờ"' in answer.text


def test_a_stale_page_is_refused_and_loses_nothing(site: Site) -> None:
    """Who saved meanwhile and what differs; saving again is then a choice, and a new version."""
    clip = site.world.ready_clip()
    heard(site.world, clip)
    theirs = [Line(0, 1500, "Của người khác."), HEARD[2]]
    transcripts.save_captions(
        site.world.db, site.world["phongvien"], clip.code, clip.version, theirs
    )
    browser = site.log_in("phongvien")
    mine = form_of(HEARD, clip.version, line0_text="Của tôi đang gõ.")
    answer = browser.post(f"/clips/{clip.code}/captions", mine)
    assert answer.status_code == 409
    assert "Lê Thị Mai đã lưu bản 3" in answer.text
    assert "Của tôi đang gõ." in answer.text
    assert "<del>người khác</del>" in answer.text.replace("\n", "")
    version = re.search(r'name="version" value="(\d+)"', answer.text.split("data-captions")[1])
    assert version is not None
    again = form_of(HEARD, int(version[1]), line0_text="Của tôi đang gõ.")
    assert browser.post(f"/clips/{clip.code}/captions", again).status_code == 303
    assert current(site.world, clip).number == 4


def test_what_can_no_longer_be_saved_can_be_copied(site: Site) -> None:
    """The clip went up while its author was typing."""
    clip = site.world.ready_clip()
    browser = site.log_in("phongvien")
    form = form_of(HEARD, clip.version, line0_text="Chữ cần cứu")
    browser.post(f"/clips/{clip.code}/submit", {"version": str(clip.version)})
    answer = browser.post(f"/clips/{clip.code}/captions", form)
    assert answer.status_code == 403
    rescued = answer.text.split('id="rescued"')[1].split("</textarea>")[0]
    assert "Chữ cần cứu" in rescued


def test_files_come_in_and_go_out(site: Site) -> None:
    """A file is a version; what it is refused for is said by its row; both forms are offered."""
    clip = site.world.ready_clip()
    browser = site.log_in("phongvien")
    good = "1\n00:00:00,500 --> 00:00:02,000\nXin chào.\n".encode("utf-16")
    path = f"/clips/{clip.code}/captions/upload"
    wrong = {"version": str(clip.version), "file": (io.BytesIO(b"\n\n00:0x --> 1\nx"), "a.srt")}
    answer = browser.post(path, wrong, content_type="multipart/form-data")
    assert (answer.status_code, "Dòng 3 của tệp không đọc được" in answer.text) == (422, True)
    assert browser.post(path, {"version": str(clip.version)}).status_code == 422
    right = {"version": str(clip.version), "file": (io.BytesIO(good), "bản tin.srt")}
    assert browser.post(path, right, content_type="multipart/form-data").status_code == 303
    assert current(site.world, clip).origin == "uploaded"
    page = browser.get(f"/clips/{clip.code}{TAB}").text
    assert "tải lên" in page
    link = re.search(r'href="([^"]+subrip[^"]+)" download="([^"]+)"', page)
    assert link is not None
    assert link[2] == f"{clip.code}.srt"
    said = browser.get(link[1].replace("&amp;", "&"))
    assert (said.status_code, "Xin chào." in said.text) == (200, True)
    log = browser.get(f"/clips/{clip.code}?tab=history").text
    assert "tải phụ đề lên: bản 2, bản tin.srt" in log


def test_versions_show_the_difference_and_come_back(site: Site) -> None:
    """Word by word; restoring is one button and a new version."""
    clip = site.world.ready_clip()
    heard(site.world, clip)
    browser = site.log_in("phongvien")
    form = form_of(HEARD, clip.version, line2_text="Hội xuân đã về với Chợ Chu.")
    browser.post(f"/clips/{clip.code}/captions", form)
    page = browser.get(f"/clips/{clip.code}?tab=versions").text.replace("\n", "")
    assert "<del>Định Hóa</del><ins>Chợ Chu</ins>" in page
    assert page.count("Khôi phục bản này") == 2
    chosen = re.search(r'name="captions_id" value="(\d+)"', page)
    assert chosen is not None
    restored = {"version": str(site.world.now(clip).version), "captions_id": chosen[1]}
    assert browser.post(f"/clips/{clip.code}/captions/restore", restored).status_code == 303
    assert current(site.world, clip).number == 4


def test_words_are_found_without_accents(site: Site) -> None:
    """On the server too, for whoever has no script."""
    clip = site.world.ready_clip()
    heard(site.world, clip)
    browser = site.log_in("phongvien")
    page = browser.get(f"/clips/{clip.code}{TAB}&q=dinh hoa").text
    assert "<mark>Định Hóa</mark>" in page and "1 dòng có “dinh hoa”" in page
    assert "Không có dòng nào" in browser.get(f"/clips/{clip.code}{TAB}&q=hà nội").text


@pytest.mark.parametrize(
    ("text", "words", "hits"),
    [
        ("Xã Định Hóa", "dinh hoa", ["Định Hóa"]),
        ("Đường đến Đu", "đ", ["Đ", "đ", "Đ"]),
        ("Đi\u0323nh Ho\u0301a", "định hóa", ["Đi\u0323nh Ho\u0301a"]),
        ("bình  yên\nvà Bình Yên", "binh yen", ["bình  yên", "Bình Yên"]),
        ("abc", "", []),
        ("abc", "abcd", []),
    ],
)
def test_finding_points_at_the_words_as_they_stand(text: str, words: str, hits: list[str]) -> None:
    """Ranges are of the text itself, composed or not."""
    assert [text[start:end] for start, end in find(text, words)] == hits


def test_a_check_by_one_tap(site: Site) -> None:
    """The name stands there afterwards; doubted lines come first."""
    clip = site.world.submitted()
    browser = site.log_in("bientap")
    page = browser.get(f"/clips/{clip.code}{TAB}").text
    assert "Tôi đã nghe cả clip" in page
    captions_id = str(current(site.world, clip).id)
    check = f"/clips/{clip.code}/captions/check"
    assert browser.post(check, {"captions_id": captions_id}).status_code == 303
    page = browser.get(f"/clips/{clip.code}{TAB}").text
    assert "Trần Văn Nam, Biên tập viên, đã kiểm tra lời" in page
    assert "Tôi đã nghe cả clip" not in page
    assert browser.post(check, {"captions_id": captions_id}).status_code == 409
    heard(site.world, clip)
    page = browser.get(f"/clips/{clip.code}{TAB}").text
    assert "đã kiểm tra lời" not in page and "Tôi đã nghe cả clip" not in page


def test_the_administrator_ticks_which_level_needs_it(site: Site) -> None:
    """The tick is kept, and the clip's page says what is missing."""
    admin = site.log_in("quantri")
    form = {
        "level1_role": "editor",
        "level1_label": "Biên tập viên",
        "level1_due_hours": "4",
        "level1_needs_checked": "1",
        "level3_role": "head",
        "level3_label": "Giám đốc",
        "level3_due_hours": "8",
    }
    assert admin.post("/admin/route/1", form).status_code == 303
    with site.world.db.read() as session:
        levels = route_of(session, 1, 2).levels
    assert [level.needs_checked_captions for level in levels] == [True, False]
    ticked = re.findall(
        r'name="level(\d)_needs_checked"[^>]* checked', admin.get("/admin/route/2").text
    )
    assert ticked == ["2"]
    clip = site.world.ready_clip()
    author = site.log_in("phongvien")
    assert "Cấp Biên tập viên cần lời đã kiểm tra." in author.get(f"/clips/{clip.code}{TAB}").text
    answer = author.post(f"/clips/{clip.code}/submit", {"version": str(clip.version)})
    assert answer.status_code == 409
    assert "Cấp Biên tập viên chỉ nhận clip đã kiểm tra lời" in answer.text


def test_names_by_page(site: Site) -> None:
    """Pasted, shown by kind, mended, closed; the editor reaches it without being administrator."""
    browser = site.log_in("bientap")
    assert "/admin/names" in browser.get("/").text
    assert "Tài khoản và quyền" not in browser.get("/admin/names").text
    pasted = {"kind": "place", "lines": "Bình Yên; xã\nĐịnh Hóa"}
    assert browser.post("/admin/names", pasted).status_code == 303
    page = browser.get("/admin/names").text
    assert "Đã thêm 2 tên" in page and "Bình Yên" in page and "Địa danh" in page
    assert browser.post("/admin/names", {"kind": "", "lines": "x"}).status_code == 422
    number = re.search(r"/admin/names/(\d+)", page)
    assert number is not None
    change = {"kind": "person", "text": "Trần Bình Yên", "note": ""}
    assert browser.post(f"/admin/names/{number[1]}", change).status_code == 303
    page = browser.get("/admin/names").text
    assert "Trần Bình Yên" in page and "thôi dùng" in page
    assert site.log_in("kiemtra").get("/admin/names").status_code == 403


def test_a_name_is_suggested_beside_its_line(site: Site) -> None:
    """Only suggested: the text stays the machine's."""
    clip = site.world.ready_clip()
    heard(site.world, clip)
    glossary.add_terms(site.world.db, site.world["bientap"], (TermDraft("place", "Bình Yên"),))
    page = site.log_in("phongvien").get(f"/clips/{clip.code}{TAB}&edit=1").text
    assert "Có phải Bình Yên?" in page
    assert 'data-found="bình an" data-name="Bình Yên"' in page


def test_a_hostile_form_is_only_odd() -> None:
    """Unknown marks hold a line back; ranges beyond the text and huge numbers do nothing."""
    form = Form(
        {
            "line0_start": "0",
            "line0_end": "1",
            "line0_text": "x",
            "line0_before": "x",
            "line0_doubt": "<script>",
            "line0_unsure": "0-1,5-9,3-2,9999-99999",
            "line99999_text": "y",
            "line1_wrong": "z",
        }
    )
    (line,) = lines_from(rows_from(form))
    assert (line.published, line.doubt, line.unsure) == (False, "low_confidence", ((0, 1),))
    assert lines_from((EditLine(text=" "), EditLine(text="x", drop=True))) == []


def test_the_api_says_which_lines_go_out(site: Site) -> None:
    """Programs see the doubted lines and that they are not published."""
    from review.operations import identity

    clip = site.world.submitted()
    heard(site.world, clip)
    _, secret = identity.issue_token(site.world.db, site.world["bientap"], "thử")
    answer = site.app.test_client().get(
        f"/api/v1/clips/{clip.code}", headers={"Authorization": f"Bearer {secret}"}
    )
    lines = json.loads(answer.text)["captions"]
    assert [line["published"] for line in lines] == [True, False, True]


def test_a_level_without_the_tick_is_as_before(site: Site) -> None:
    """The route's entry in the log still reads."""
    agencies.set_route(
        site.world.db,
        site.world["quantri"],
        "Một cấp",
        (LevelDraft(Role.HEAD, "Giám đốc", 8, needs_checked_captions=True),),
    )
    assert "đổi quy trình duyệt: Một cấp, Giám đốc" in site.log_in("quantri").get("/log").text


def test_a_form_that_is_open_is_not_swapped_away(site: Site) -> None:
    """When the machine is done the picture is fetched; words that are being typed stay."""
    clip = site.world.ready_clip()
    browser = site.log_in("phongvien")
    path = f"/clips/{clip.code}/status?tab=captions&seen=old"
    assert "#tab-body" in browser.get(path).text
    changed = browser.get(f"{path}&edit=1").text
    assert "#tab-body" not in changed and "edit=1" in changed
