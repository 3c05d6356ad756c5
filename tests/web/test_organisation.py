"""The pages of the organisation: who sees them, what they say, and what they refuse."""

from __future__ import annotations

import io
import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from review import clock
from review.models import LedgerEntry
from review.offices import Document
from review.operations import agencies, capacities, posts
from review.operations.agencies import LevelDraft
from review.operations.capacities import CapacityDraft
from review.operations.posts import PostDraft
from review.permissions import Role
from review.queries import offices
from review.queries.routes import general_route, rules_of
from review.queries.ticks import ticks_of
from review.web.access import Who
from tests.web.site import Browser, Site
from tests.web.test_every_route import path_of, routes

PAGES = (
    "/admin/agency",
    "/admin/units",
    "/admin/people/1/posts",
    "/admin/signing",
    "/admin/route",
    "/admin/route/new",
    "/admin/route/1",
    "/admin/categories",
    "/admin/ticks",
)
DAY = clock.today()
TODAY = DAY.isoformat()
LATER = (DAY + timedelta(days=30)).isoformat()
BASIS = {"basis_number": "5/QĐ", "basis_day": TODAY, "basis_issuer": "UBND xã"}


@pytest.fixture(autouse=True)
def one_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the day that the forms here are filled in with, also past midnight."""
    monkeypatch.setattr(clock, "today", lambda: DAY)


@pytest.mark.parametrize("path", PAGES)
def test_only_the_administrator_keeps_it(site: Site, path: str) -> None:
    """Each page comes out for the administrator, and for nobody else."""
    assert site.log_in("quantri").get(path).status_code == 200
    for who in ("giamdoc", "kiemtra", "phongvien"):
        assert site.log_in(who).get(path).status_code == 403


@pytest.mark.parametrize("who", ["giamdoc", "kiemtra", "phongvien", "vanthu", "quantri"])
def test_everybody_reads_who_answers_for_the_agency(site: Site, who: str) -> None:
    """The inspector reads here what the administrator keeps there."""
    page = site.log_in(who).get("/organisation")
    assert page.status_code == 200
    for words in ("Phạm Thu Hà", "Chỉ người đứng đầu trực tiếp ký duyệt", "Quy trình chung"):
        assert words in page.text


def test_an_inspector_reads_what_is_over(site: Site) -> None:
    """Posts and rights of other days with their documents, and what the levels look at."""
    world, admin = site.world, site.world["quantri"]
    editor, basis = world["bientap"].person_id or 0, Document("7/QĐ", clock.today(), "UBND xã")
    draft = PostDraft("Thư ký tòa soạn", clock.today() + timedelta(days=9), basis=basis, main=False)
    posts.give_post(world.db, admin, editor, draft)
    ahead = CapacityDraft(editor, "kt", clock.today() + timedelta(days=9), basis=basis)
    capacities.give_capacity(world.db, admin, ahead)
    page = site.log_in("kiemtra").get("/organisation").text
    for words in ("Thư ký tòa soạn", "7/QĐ", "KT. (cấp phó ký thay)", "Súc tích", "Quốc kỳ"):
        assert words in page


def test_an_inspector_changes_nothing(site: Site) -> None:
    """Every form there is, sent by them: refused, or an act on their own account.

    Whoever confirms a sign-off that is not theirs is led back to the clip's page: that is no act.
    """
    clip = site.world.submitted()
    browser = site.log_in("kiemtra")
    own = ("auth.", "account.", "setup.", "api", "notices.", "clip.present", "dossiers.drop")
    for method, rule in routes(who=Who.PERSON):
        if method == "GET" or rule.endpoint.startswith(own):
            continue
        path = path_of(rule, clip.code)
        answer = browser.client.open(
            path, method=method, headers=browser.headers, data={"csrf_token": browser.token()}
        )
        back = answer.location == f"/clips/{clip.code}"
        assert back or answer.status_code in (403, 404, 409, 422), (rule.endpoint, answer.status)
    with site.world.db.read() as session:
        bodies = [json.loads(body) for body in session.scalars(select(LedgerEntry.body))]
    did = [one["action"] for one in bodies if one["actor"]["post"] == "Cán bộ kiểm tra"]
    assert set(did) == {"person:account:activated", "person:session:opened"}


def test_a_director_is_replaced_at_the_page(site: Site) -> None:
    """Refused with the name of the present one, and what was typed stays; ticked, it is done."""
    browser, person_id = site.log_in("quantri"), site.world["truongphong"].person_id
    form = {"title": "Giám đốc", "valid_from": LATER, "lead": "head", "main": "1"}
    refused = browser.post(f"/admin/people/{person_id}/posts", form)
    assert refused.status_code == 422
    assert "Phạm Thu Hà đang giữ chức người đứng đầu" in refused.text
    assert f'value="{LATER}"' in refused.text
    done = browser.post(f"/admin/people/{person_id}/posts", form | {"replaces": "1"})
    assert done.status_code == 303
    page = browser.get("/organisation").text
    assert re.search(r"Nguyễn Văn Hùng, Giám đốc.*Phạm Thu Hà, Giám đốc", page, re.S)


def test_a_grant_with_its_scan(site: Site) -> None:
    """Kept behind the gate, handed out as a download, each reading remembered."""
    browser, deputy = site.log_in("quantri"), site.world["truongphong"].person_id
    rule = {"capacities": "kt", "valid_from": TODAY, **BASIS}
    assert browser.post("/admin/signing/rule", rule).status_code == 303
    form = {"person_id": str(deputy), "capacity": "kt", "valid_from": TODAY, **BASIS}
    scan = (io.BytesIO(b"%PDF-1.4 quyet dinh"), "quyết định 5.pdf")
    answer = give(browser, form | {"file": scan})
    assert answer == 303, answer
    page = browser.get("/admin/signing").text
    link = re.search(r'href="(/admin/signing/capacities/\d+/file)"', page)
    assert link
    got = browser.get(link[1])
    assert got.data == b"%PDF-1.4 quyet dinh"
    assert "attachment" in got.headers["Content-Disposition"]
    assert "mở văn bản căn cứ" in browser.get("/log").text
    assert site.log_in("kiemtra").get(link[1]).status_code == 200


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"basis_number": ""}, "văn bản căn cứ"),
        ({"capacity": "tuq"}, "phải có thời hạn"),
        ({"capacity": "tuq", "valid_to": LATER}, "phải có phạm vi"),
        ({"person_id": "999999"}, "không thuộc cơ quan"),
    ],
)
def test_a_grant_that_is_refused(site: Site, change: dict[str, str], words: str) -> None:
    """In words, with what was typed still there, and no file left behind."""
    browser, deputy = site.log_in("quantri"), site.world["truongphong"].person_id
    form = {"person_id": str(deputy), "capacity": "kt", "valid_from": TODAY, **BASIS} | change
    answer = browser.client.post(
        "/admin/signing/capacities",
        data={"csrf_token": browser.token(), **form, "file": (io.BytesIO(b"x"), "a.pdf")},
        headers=browser.headers,
    )
    assert answer.status_code == 422
    assert words in answer.text
    with site.world.db.read() as session:
        assert offices.grants_of(session, 1) == ()


def give(browser: Browser, form: dict[str, object]) -> int:
    """Sends the form of a grant as a browser does: in parts, the token first."""
    answer = browser.client.post(
        "/admin/signing/capacities",
        data={"csrf_token": browser.token(), **form},
        headers=browser.headers,
    )
    return answer.status_code


def test_rules_are_set_at_the_page(site: Site) -> None:
    """One more route, one line for political clips; a table without the general line is refused."""
    browser = site.log_in("quantri")
    short = {
        "name": "Tin chính trị",
        "level3_role": "head",
        "level3_label": "Giám đốc",
        "level3_due_hours": "4",
    }
    assert browser.post("/admin/route/new", short).status_code == 303
    with site.world.db.read() as session:
        general = general_route(session, 1)
        other = max(card.id for card in routes_now(session))
    line = {"rule0_political": "yes", "rule0_route": str(other), "rule0_head": "1"}
    assert browser.post("/admin/route/rules", line).status_code == 422
    rest = {"rule9_route": str(general), "rule9_head": "0"}
    assert browser.post("/admin/route/rules", line | rest).status_code == 303
    with site.world.db.read() as session:
        rules = rules_of(session, 1)
    assert [(rule.political, rule.route_id, rule.head_in_person) for rule in rules] == [
        (True, other, True),
        (None, general, False),
    ]
    retired = browser.post(f"/admin/route/{general}/retire")
    assert retired.status_code == 422
    assert "đang được dùng" in retired.text


def routes_now(session):  # type: ignore[no-untyped-def]
    """The routes that rules may name."""
    from review.queries.routes import routes_of

    return routes_of(session, 1)


def test_the_checks_are_answered_on_the_clips_page(site: Site) -> None:
    """Asked of the editor, refused without, kept when refused, shown to the head."""
    steps = (
        LevelDraft(Role.EDITOR, "Biên tập viên", 4, answers_quality=True),
        LevelDraft(Role.HEAD, "Giám đốc", 8),
    )
    agencies.set_route(site.world.db, site.world["quantri"], "Ngắn", steps)
    clip, browser = site.world.submitted(), site.log_in("bientap")
    with site.world.db.read() as session:
        asked = [tick.id for tick in ticks_of(session, 1) if tick.kind == "quality"]
    form = {"version": str(clip.version), "political": "no", f"tick_{asked[0]}": "no"}
    refused = browser.post(f"/clips/{clip.code}/approve", form)
    assert refused.status_code == 422
    assert "Còn 5 mục kiểm chưa trả lời" in refused.text
    assert re.search(rf'name="tick_{asked[0]}" value="no" checked', refused.text)
    full = form | {f"tick_{number}": "yes" for number in asked[1:]}
    assert browser.post(f"/clips/{clip.code}/approve", full).status_code == 303
    page = site.log_in("giamdoc").get(f"/clips/{clip.code}/sign").text
    assert "Chưa đạt: Kịp thời" in page
    assert 'name="tick_' not in page


def test_texts_of_checks_are_lines(site: Site) -> None:
    """One to a line; an emptied line is a check given up."""
    browser = site.log_in("quantri")
    assert (
        browser.post("/admin/ticks/legal", {"texts": "Đúng tên\n\nCó nhãn AI"}).status_code == 303
    )
    assert browser.post("/admin/ticks/khac", {"texts": "x"}).status_code == 404
    twice = browser.post("/admin/ticks/legal", {"texts": "Đúng\nĐúng"})
    assert twice.status_code == 422
    assert "Đúng\nĐúng" in twice.text.replace("\r\n", "\n")


def test_closing_is_said_before_and_after(site: Site) -> None:
    """The page counts what would stop; from the day on it says so and offers the way back."""
    site.world.submitted()
    browser = site.log_in("quantri")
    assert "Còn 1 clip chưa xong sẽ dừng tại chỗ" in browser.get("/admin/agency").text
    form = {"succession": "dissolve", "on_day": TODAY, "others": "Trung tâm mới", **BASIS}
    assert browser.post("/admin/agency/succession", form).status_code == 303
    page = site.log_in("phongvien").get("/upload")
    assert page.status_code == 403
    assert "đã thôi hoạt động" in page.text
    assert browser.post("/admin/agency/reopen", {"reason": ""}).status_code == 422
    assert browser.post("/admin/agency/reopen", {"reason": "Ghi nhầm"}).status_code == 303
    assert site.log_in("phongvien").get("/upload").status_code == 200
