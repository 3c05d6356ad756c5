"""The register and the clip's own list through their pages."""

from __future__ import annotations

import pytest

from review.queries.directives import register
from tests import papers
from tests.web.site import Site
from tests.web.test_exchanges import kept, send

LETTER = {
    "issuer": "Ban Tuyên giáo Tỉnh ủy",
    "number": "3270-CV/BTGTU",
    "issued_on": "2024-04-02",
    "subject": "Tăng cường sản xuất video clip ngắn",
}


def enter(site: Site, *files: tuple[bytes, str], by: str = "vanthu", **fields: object) -> int:
    """A directive entered through the form; its number."""
    answer = send(site.log_in(by), "/directives/new", *files, **(LETTER | fields))
    assert answer.status_code == 303, answer.text
    return int(answer.location.rsplit("/", 1)[1])


def test_entered_put_right_retired(site: Site) -> None:
    """The clerk's way through the pages."""
    number = enter(site, (papers.PDF, "cong-van.pdf"))
    clerk = site.log_in("vanthu")
    page = clerk.get(f"/directives/{number}").text
    assert "3270-CV/BTGTU ngày 02/04/2024" in page
    assert "cong-van.pdf" in page
    right = {**LETTER, "number": "3271-CV/BTGTU", "version": "1", "removed": "1"}
    changed = send(clerk, f"/directives/{number}", (papers.docx(), "phu-luc.docx"), **right)
    assert changed.status_code == 303
    page = clerk.get(f"/directives/{number}").text
    assert "3271-CV/BTGTU" in page
    assert "phu-luc.docx" in page
    assert "cong-van.pdf" not in page
    late = send(clerk, f"/directives/{number}", **right)
    assert late.status_code == 409
    assert clerk.post(f"/directives/{number}/retire", {"version": "2"}).status_code == 303
    assert "3271" not in clerk.get("/directives").text
    assert "3271" in clerk.get("/directives?retired=1").text
    again = {"version": "3", "restore": "1"}
    assert clerk.post(f"/directives/{number}/retire", again).status_code == 303
    assert "3271" in clerk.get("/directives?q=tang+cuong").text


def test_the_same_letter_twice_is_told(site: Site) -> None:
    """What was typed stays, no file does."""
    enter(site)
    before = kept(site)
    answer = send(site.log_in("quantri"), "/directives/new", (papers.PDF, "a.pdf"), **LETTER)
    assert answer.status_code == 422
    assert "đã có trong sổ" in answer.text
    assert LETTER["subject"] in answer.text
    assert kept(site) == before


@pytest.mark.parametrize("file", [(papers.HTML, "a.pdf"), (papers.SVG, "a.svg"), (b"", "a.pdf")])
def test_what_is_not_taken(site: Site, file: tuple[bytes, str]) -> None:
    """The same door as everywhere."""
    before = kept(site)
    answer = send(site.log_in("vanthu"), "/directives/new", file, **LETTER)
    assert answer.status_code == 422
    assert LETTER["subject"] in answer.text
    assert kept(site) == before
    with site.world.db.read() as session:
        assert register(session, 1).rows == ()


@pytest.mark.parametrize("who", ["phongvien", "giamdoc", "kiemtra", "kenh"])
def test_who_only_reads_the_register(site: Site, who: str) -> None:
    """Everybody may read it and open its files; nobody else may touch it."""
    number = enter(site, (papers.PDF, "a.pdf"))
    before = kept(site)
    browser = site.log_in(who)
    assert browser.get("/directives").status_code == 200
    page = browser.get(f"/directives/{number}")
    assert page.status_code == 200
    assert "Sửa văn bản này" not in page.text
    assert browser.get(f"/directives/{number}/documents/1").data == papers.PDF
    assert browser.get("/directives/new").status_code == 403
    for path in ("/directives/new", f"/directives/{number}"):
        assert send(browser, path, (papers.PDF, "b.pdf"), **LETTER).status_code == 403
    assert browser.post(f"/directives/{number}/retire", {"version": "1"}).status_code == 403
    assert kept(site) == before


def test_a_clip_cites_through_its_page(site: Site) -> None:
    """Typed without accents, found, chosen, shown, filtered by, dropped; the part and the page."""
    number = enter(site)
    other = enter(site, number="227/KH-UBND", subject="Kế hoạch tuyên truyền")
    clip = site.world.submitted()
    browser = site.log_in("phongvien")
    find = f"/clips/{clip.code}/directives?q=ke+hoach"
    whole = browser.get(find).text
    browser.headers["HX-Request"] = "true"
    part = browser.get(find).text
    del browser.headers["HX-Request"]
    for text in (whole, part):
        assert "227/KH-UBND" in text
        assert "3270" not in text
    assert "<html" in whole
    assert "<html" not in part
    chosen = {"directive": str(other)}
    assert browser.post(f"/clips/{clip.code}/directives", chosen).status_code == 303
    assert "227/KH-UBND" in browser.get(f"/clips/{clip.code}?tab=fields").text
    assert clip.code in site.log_in("bientap").get(f"/?directive={other}").text
    assert clip.code not in site.log_in("bientap").get(f"/?directive={number}").text
    assert "227/KH-UBND" in browser.get(f"/clips/{clip.code}/sheet").text
    again = browser.post(f"/clips/{clip.code}/directives", chosen)
    assert again.status_code == 409
    drop = f"/clips/{clip.code}/directives/{other}/drop"
    assert browser.post(drop).status_code == 303
    assert browser.post(drop).status_code == 404
    assert browser.post(f"/clips/{clip.code}/directives", {"directive": "x"}).status_code == 404


@pytest.mark.parametrize("who", ["giamdoc2", "vanthu2", "kiemtra2", "quantri2", "phongvien2"])
def test_another_agencys_numbers_are_not_there(site: Site, who: str) -> None:
    """Every address with their real numbers, also for citing in a clip of one's own."""
    number = enter(site, (papers.PDF, "a.pdf"))
    own = site.world.second().submitted()
    browser, before = site.log_in(who), kept(site)
    assert browser.get(f"/directives/{number}").status_code == 404
    assert browser.get(f"/directives/{number}/documents/1").status_code == 404
    touched = send(browser, f"/directives/{number}", (papers.PDF, "b.pdf"), **LETTER)
    assert touched.status_code in (403, 404)
    gone = browser.post(f"/directives/{number}/retire", {"version": "1"})
    assert gone.status_code in (403, 404)
    cited = browser.post(f"/clips/{own.code}/directives", {"directive": str(number)})
    assert cited.status_code in (403, 404)
    assert "3270" not in browser.get("/directives").text
    assert kept(site) == before
