"""Exchanges through their pages: forms with files, hostile files, who sees and who may write."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, encode_multipart

from media.limits import DOCUMENT_MAX_BYTES
from review.operations.clip_access import ClipRef
from review.queries.exchanges import exchanges_of
from review.web.parts import NAME
from tests import papers
from tests.web.site import Browser, Site

FORM = {
    "body": "Phòng Báo chí - Xuất bản",
    "person": "Dương Văn Bảy",
    "means": "Điện thoại",
    "question": "Thứ tự đại biểu đã đúng chưa?",
    "asked_at": "2026-03-05T09:12",
}


def send(browser: Browser, path: str, *files: tuple[bytes, str], **fields: object) -> TestResponse:
    """The form as a browser sends it: always in parts, the token first, the files last."""
    chosen = [FileStorage(io.BytesIO(data), name) for data, name in files]
    form = MultiDict({"csrf_token": browser.token()} | fields)
    for file in chosen or [FileStorage(io.BytesIO(b""), "")]:
        form.add("files", file)
    boundary, body = encode_multipart(form)
    kind = f"multipart/form-data; boundary={boundary}"
    return browser.client.post(path, data=body, content_type=kind, headers=browser.headers)


def ask(
    site: Site, clip: ClipRef, *files: tuple[bytes, str], by: str = "vanthu", **fields: object
) -> TestResponse:
    """A question on the head's order."""
    head = site.world["giamdoc"].person_id
    values = {**FORM, "ordered_by": str(head)} | fields
    return send(site.log_in(by), f"/clips/{clip.code}/exchanges/new", *files, **values)


def kept(site: Site) -> set[Path]:
    """Everything that lies behind the gate to files."""
    root = site.app.extensions[NAME].storage.root
    return {path for path in root.rglob("*") if path.is_file()}


def number_of(site: Site, clip: ClipRef) -> tuple[int, list[int]]:
    """The one exchange about a clip, and the documents of its question."""
    with site.world.db.read() as session:
        (one,) = exchanges_of(session, clip.id)
        return one.id, [file.id for file in one.documents]


def test_asked_answered_added_to(site: Site) -> None:
    """The way through the pages, with a file at each step; the label comes and goes."""
    clip = site.world.submitted()
    made = ask(site, clip, (papers.PDF, "cong-van.pdf"), (papers.docx(), "phu-luc.docx"))
    assert made.status_code == 303
    browser = site.log_in("truongphong")
    page = browser.get(f"/clips/{clip.code}?tab=exchanges").text
    assert "Đang xin ý kiến" in page
    assert "05/03/2026 09:12" in page  # the wall clock of Vietnam, as it was typed
    assert "phu-luc.docx" in page
    assert "Đang xin ý kiến" in site.log_in("bientap").get("/?consulting=1").text
    number, _ = number_of(site, clip)
    own = f"/clips/{clip.code}/exchanges/{number}"
    told = {"person": "Dương Văn Bảy", "text": "Đúng rồi.", "said_at": "2026-03-05T10:00"}
    answer = send(browser, f"{own}/reply", (papers.PNG, "anh.png"), **told)
    assert answer.status_code == 303
    assert send(browser, f"{own}/note", text="Gọi lúc 10 giờ.").status_code == 303
    page = browser.get(own).text
    assert "Dương Văn Bảy trả lời" in page
    assert "Gọi lúc 10 giờ." in page
    assert "anh.png" in page
    assert "Ghi trả lời" not in page
    assert "Đang xin ý kiến" not in browser.get(f"/clips/{clip.code}").text
    assert "Đúng rồi." in browser.get("/exchanges?state=answered&q=dung+roi").text
    assert clip.code not in browser.get("/exchanges?state=open").text
    late = send(browser, f"{own}/reply", **told)
    assert late.status_code == 409
    assert "đã được trả lời" in late.text


HOSTILE = {
    "a page named .pdf": ((papers.HTML, "cong-van.pdf"), "không phải loại văn bản"),
    "a drawing": ((papers.SVG, "anh.svg"), "không phải loại văn bản"),
    "a drawing named .png": ((papers.SVG, "anh.png"), "không phải loại văn bản"),
    "nothing at all": ((b"", "trong.pdf"), "tệp rỗng"),
    "with a program": (
        (papers.packed("word/document.xml", "word/vbaProject.bin"), "mau.docx"),
        "macro",
    ),
    "too large": ((papers.PDF + b"0" * DOCUMENT_MAX_BYTES, "to.pdf"), "tệp lớn hơn 20 MB"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_not_taken(site: Site, what: str) -> None:
    """Refused in words, what was typed still there, nothing kept: not of the good file either."""
    clip = site.world.submitted()
    before = kept(site)
    file, words = HOSTILE[what]
    answer = ask(site, clip, (papers.PDF, "tot.pdf"), file)
    assert answer.status_code in (413, 422), answer.text
    assert words in answer.text
    assert FORM["question"] in answer.text
    assert kept(site) == before
    with site.world.db.read() as session:
        assert exchanges_of(session, clip.id) == ()


def test_more_files_than_one_letter_has(site: Site) -> None:
    """Six at once are too many, and none of them stays."""
    clip, before = site.world.submitted(), kept(site)
    answer = ask(site, clip, *[(papers.PDF, f"{number}.pdf") for number in range(6)])
    assert answer.status_code == 422
    assert "5 tệp" in answer.text
    assert kept(site) == before


def test_what_is_mistyped_keeps_no_file(site: Site) -> None:
    """A form that fails takes its files with it."""
    clip, before = site.world.submitted(), kept(site)
    answer = ask(site, clip, (papers.PDF, "a.pdf"), question=" ")
    assert answer.status_code == 422
    assert FORM["body"] in answer.text
    assert kept(site) == before


def test_without_the_token_nothing_is_kept(site: Site) -> None:
    """Another site's form brings the cookie and not the token: refused before the first byte."""
    clip, before = site.world.submitted(), kept(site)
    answer = ask(site, clip, (papers.PDF, "a.pdf"), csrf_token="wrong")
    assert answer.status_code == 403
    assert kept(site) == before


@pytest.mark.parametrize("who", ["kiemtra", "kenh", "bientap", "quantri"])
def test_who_only_reads(site: Site, who: str) -> None:
    """They see what was asked, are offered no form, and their files are not kept."""
    clip = site.world.submitted()
    ask(site, clip, (papers.PDF, "a.pdf"))
    number, (file,) = number_of(site, clip)
    before = kept(site)
    browser = site.log_in(who)
    own = f"/clips/{clip.code}/exchanges/{number}"
    page = browser.get(own)
    assert FORM["question"] in page.text
    assert 'method="post" enctype' not in page.text
    assert browser.get(f"{own}/documents/{file}").data == papers.PDF
    assert browser.get(f"/clips/{clip.code}/exchanges/new").status_code == 403
    # Refused as a person, before anybody looks at the file.
    assert ask(site, clip, (papers.HTML, "a.pdf"), by=who).status_code == 403
    for act in ("reply", "note"):
        assert send(browser, f"{own}/{act}", (papers.HTML, "b.pdf"), text="x").status_code == 403
    assert browser.post(f"{own}/withdraw", {"text": "x"}).status_code == 403
    assert kept(site) == before


@pytest.mark.parametrize(
    ("file", "shown"),
    [
        ((papers.PDF, "cong-van.pdf"), "application/pdf"),
        ((papers.PNG, "anh.html"), "image/png"),
        ((papers.bomb(), "no.docx"), None),
        ((papers.LETTER, "thu.eml"), None),
    ],
    ids=["pdf", "picture", "packed", "letter"],
)
def test_how_a_file_goes_out(site: Site, file: tuple[bytes, str], shown: str | None) -> None:
    """As a download of exactly its bytes; to be looked at only where a browser can do no harm."""
    clip = site.world.submitted()
    assert ask(site, clip, file).status_code == 303
    number, (document,) = number_of(site, clip)
    address = f"/clips/{clip.code}/exchanges/{number}/documents/{document}"
    browser = site.log_in("kiemtra")
    taken, looked = browser.get(address), browser.get(f"{address}?view=1")
    assert taken.data == file[0]
    assert taken.mimetype == "application/octet-stream"
    assert taken.headers["Content-Disposition"].startswith("attachment")
    if shown is None:
        assert looked.headers["Content-Disposition"].startswith("attachment")
    else:
        assert looked.mimetype == shown
        assert looked.headers["Content-Disposition"].startswith("inline")
    for answer in (taken, looked):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'")
        assert "script-src" not in policy
        assert ("sandbox" in policy) == (shown != "application/pdf")


def test_a_file_that_changed_on_the_disk_is_not_handed_out(site: Site) -> None:
    """The hash of the day it came is looked at every time."""
    clip = site.world.submitted()
    before = kept(site)
    ask(site, clip, (papers.PDF, "a.pdf"))
    number, (document,) = number_of(site, clip)
    (path,) = kept(site) - before
    path.chmod(0o600)
    path.write_bytes(papers.PDF.replace(b"1.7", b"1.4"))
    address = f"/clips/{clip.code}/exchanges/{number}/documents/{document}"
    assert site.log_in("vanthu").get(address).status_code == 409


@pytest.mark.parametrize("who", ["giamdoc2", "vanthu2", "kiemtra2", "quantri2", "phongvien2"])
def test_another_agencys_numbers_are_not_there(site: Site, who: str) -> None:
    """Every address with their real numbers, under their code and under one of one's own."""
    clip = site.world.submitted()
    ask(site, clip, (papers.PDF, "a.pdf"))
    number, (document,) = number_of(site, clip)
    own = site.world.second().submitted()
    browser, before = site.log_in(who), kept(site)
    for code in (clip.code, own.code):
        path = f"/clips/{code}/exchanges/{number}"
        assert browser.get(path).status_code == 404
        assert browser.get(f"{path}/documents/{document}").status_code == 404
        for act in ("reply", "note"):
            answer = send(browser, f"{path}/{act}", (papers.PDF, "b.pdf"), text="x", person="y")
            assert answer.status_code in (403, 404)
        assert browser.post(f"{path}/withdraw", {"text": "x"}).status_code in (403, 404)
    listed = browser.get("/exchanges")
    assert FORM["body"] not in listed.text
    assert kept(site) == before


@pytest.mark.parametrize(
    "address",
    [
        "/exchanges?before=x&state=secret&from=hôm+qua&to=9999-12-31",
        "/exchanges?from=0001-01-01&to=0001-01-01",
        "/exchanges?q=" + "a" * 5_000,
        "/exchanges?q=%00%25&body=%00",
        "/directives?q=%00%25&before=-1",
        "/directives?retired=2&before=99999999999999999999",
        "/?directive=99999999999999999999999&consulting=2",
    ],
)
def test_what_an_address_may_hold(site: Site, address: str) -> None:
    """Addresses are typed and cut off: what makes no sense is left out."""
    assert site.log_in("vanthu").get(address).status_code == 200


def test_everybody_of_the_agency_has_the_list(site: Site) -> None:
    """Each of the sample roles opens it; who may not is in tests/review/test_permissions.py."""
    for name in site.world.actors:
        assert site.log_in(name).get("/exchanges").status_code == 200


def test_the_sign_page_and_the_sheet_show_it(site: Site) -> None:
    """The head sees question and reply before signing, and they are printed."""
    clip = site.world.at_head()
    ask(site, clip, (papers.PDF, "a.pdf"))
    head = site.log_in("giamdoc")
    for path in (f"/clips/{clip.code}/sign", f"/clips/{clip.code}/sheet"):
        page = head.get(path).text
        assert FORM["question"] in page, path
        assert FORM["body"] in page, path
    assert "Chưa có trả lời." in page
