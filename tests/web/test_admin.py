"""Administration: people by given name, a route, channels and their hooks."""

from __future__ import annotations

import re

import pytest

from review.operations import agencies
from review.operations.agencies import ChannelDraft
from review.permissions import Role
from review.queries import agency, people
from review.queries.routes import general_route, route_of
from review.web.parts import NAME
from review.words.collation import name_key, sort_key
from tests.web.site import Site

PAGES = ["/admin", "/admin/people/new", "/admin/route", "/admin/channels", "/admin/channels/new"]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("who", ["giamdoc", "phongvien", "kiemtra", "kenh", "vanthu"])
def test_only_the_administrator_administers(site: Site, path: str, who: str) -> None:
    """Neither the head nor an inspector gives out rights."""
    assert site.log_in(who).get(path).status_code == 403


@pytest.mark.parametrize("path", PAGES)
def test_the_administrator_sees_each_page(site: Site, path: str) -> None:
    """Each page comes out."""
    assert site.log_in("quantri").get(path).status_code == 200


def test_people_stand_in_the_order_of_their_given_names(site: Site) -> None:
    """Anh, Bình, Hà, Hùng, Lan, Mai, Nam, Thắng: the last word counts, then the whole name."""
    page = site.log_in("quantri").get("/admin").text
    names = re.findall(r'<a href="/admin/people/\d+">([^<]+)</a>', page)
    given = [name.split()[-1] for name in names]
    assert given == ["Anh", "Bình", "Hà", "Hùng", "Lan", "Mai", "Nam", "Thắng"]


def test_vietnamese_order() -> None:
    """Letters first, tones second: CLDR's order for vi, not that of code points."""
    words = ["dê", "đa", "da", "dạ", "dà", "dả", "dã", "dá", "dăm", "dâm", "ê", "e", "ơ", "ô", "o"]
    expected = ["da", "dà", "dả", "dã", "dá", "dạ", "dăm", "dâm", "dê", "đa", "e", "ê", "o", "ô"]
    assert sorted(words, key=sort_key) == [*expected, "ơ"]
    assert sorted(["Lê An", "Bùi Ân", "Đỗ An"], key=name_key) == ["Đỗ An", "Lê An", "Bùi Ân"]


def test_a_new_colleague_gets_a_message_to_copy(site: Site) -> None:
    """The link is on the answer and on no later page; it activates that account."""
    admin = site.log_in("quantri")
    form = {
        "full_name": "Ngô Thu Hà",
        "username": "Thu.Ha",
        "post": "Phóng viên",
        "roles": ["reporter", "channel_manager"],
    }
    answer = admin.post("/admin/people/new", form)
    link = re.search(r"http://127\.0\.0\.1:8000(/activate/[\w-]+)", answer.text)
    assert link
    assert "thu.ha" in answer.text
    assert site.browser().get(link[1]).status_code == 200
    assert link[1] not in admin.get("/admin").text


def test_a_newer_link_ends_the_older(site: Site) -> None:
    """Lost in a chat, the old link opens nothing any more."""
    admin = site.log_in("quantri")
    form = {"full_name": "Ngô Thu Hà", "username": "thu.ha", "post": "Phóng viên"}
    first = admin.post("/admin/people/new", form | {"roles": "reporter"}).text
    old = re.search(r"/activate/[\w-]+", first)
    number = max(_ids(site))
    new = re.search(r"/activate/[\w-]+", admin.post(f"/admin/people/{number}/invite").text)
    assert old
    assert new
    assert site.browser().get(old[0]).status_code == 404
    assert site.browser().get(new[0]).status_code == 200


def test_a_faulty_person_keeps_what_was_typed(site: Site) -> None:
    """Without a role there is no account, and the form still knows the name."""
    form = {"full_name": "Ngô Thu Hà", "username": "thu.ha", "post": "Phóng viên"}
    answer = site.log_in("quantri").post("/admin/people/new", form)
    assert answer.status_code == 422
    assert "ít nhất một vai trò" in answer.text
    assert 'value="Ngô Thu Hà"' in answer.text


def test_a_lost_role_ends_the_sessions(site: Site) -> None:
    """Rights that are gone are gone at the next click."""
    browser = site.log_in("bientap")
    person_id = site.world["bientap"].person_id
    form = {"post": "Phóng viên", "roles": "reporter"}
    assert site.log_in("quantri").post(f"/admin/people/{person_id}", form).status_code == 303
    assert browser.get("/account").status_code == 303


def test_the_last_administrator_stays(site: Site) -> None:
    """Nobody can lock the agency out of its own administration."""
    admin, person_id = site.log_in("quantri"), site.world["quantri"].person_id
    form = {"post": "Quản trị hệ thống", "roles": "editor"}
    answer = admin.post(f"/admin/people/{person_id}", form)
    assert answer.status_code == 422
    assert "người quản trị cuối cùng" in answer.text
    assert admin.post(f"/admin/people/{person_id}/disable").status_code == 409


def test_disabling_and_enabling(site: Site) -> None:
    """Closed, the account cannot log in; opened, it can, with the password it had."""
    admin, person_id = site.log_in("quantri"), site.world["phongvien"].person_id
    admin.post(f"/admin/people/{person_id}/disable")
    assert "Đã khóa" in admin.get("/admin").text
    with pytest.raises(AssertionError):
        site.log_in("phongvien")
    admin.post(f"/admin/people/{person_id}/enable")
    assert site.log_in("phongvien").get("/account").status_code == 200


def test_another_agencys_rows_are_not_there(site: Site) -> None:
    """Not to be seen, not to be changed, not to be told from a row that never was."""
    other = site.world.second()
    person_id = other["phongvien"].person_id
    channel_id = agencies.add_channel(
        site.world.db, other["quantri"], ChannelDraft("website", "Trang của đài")
    )
    admin = site.log_in("quantri")
    form = {"post": "x", "roles": "editor"}
    for path in (f"/admin/people/{person_id}", f"/admin/channels/{channel_id}"):
        assert admin.get(path).status_code == 404
        assert admin.post(path, form | {"kind": "website", "name": "x"}).status_code == 404
    for path in ("disable", "enable", "invite"):
        assert admin.post(f"/admin/people/{person_id}/{path}").status_code == 404
    hook = {"hook_url": "https://example.vn/hook"}
    assert admin.post(f"/admin/channels/{channel_id}/hook", hook).status_code == 404
    assert "Trang của đài" not in admin.get("/admin/channels").text


def test_a_new_route_is_in_force_at_once(site: Site) -> None:
    """Two levels in place of three; the page then shows the new one."""
    admin = site.log_in("quantri")
    form = {
        "level0_role": "",
        "level1_role": "",
        "level2_role": "section_head",
        "level2_label": "Trưởng phòng",
        "level2_due_hours": "6",
        "level3_role": "head",
        "level3_label": "Tổng biên tập",
        "level3_due_hours": "12",
    }
    assert admin.post("/admin/route/1", form).status_code == 303
    with site.world.db.read() as session:
        route = route_of(session, 1, general_route(session, 1) or 0).levels
    assert [(level.role, level.due_hours) for level in route] == [
        (Role.SECTION_HEAD, 6),
        (Role.HEAD, 12),
    ]
    assert "Tổng biên tập" in admin.get("/admin/route").text


def test_a_level_that_nobody_holds_is_pointed_out(site: Site) -> None:
    """Before the first clip is stuck there, not after."""
    admin = site.log_in("quantri")
    agencies.set_route(
        site.world.db,
        site.world["quantri"],
        "thử",
        (
            agencies.LevelDraft(Role.DEPUTY, "Phó Giám đốc", 4),
            agencies.LevelDraft(Role.HEAD, "Giám đốc", 4),
        ),
    )
    assert "Phó Giám đốc chưa có ai giữ" in admin.get("/admin/route").text


def test_a_channel_is_registered_changed_and_closed(site: Site) -> None:
    """With a manager of the agency's own."""
    admin, manager = site.log_in("quantri"), site.world["kenh"].person_id
    form = {"kind": "zalo_group", "name": "Nhóm xóm Nà Lang", "manager_id": manager, "active": "1"}
    assert admin.post("/admin/channels/new", form).status_code == 303
    with site.world.db.read() as session:
        card = next(c for c in agency.channels_of(session, 1) if c.kind == "zalo_group")
    assert card.manager_name == "Đỗ Minh Anh"
    form.pop("active")
    assert admin.post(f"/admin/channels/{card.id}", form).status_code == 303
    assert "đã đóng" in admin.get("/admin/channels").text
    huge = form | {"manager_id": "9" * 30}
    assert admin.post(f"/admin/channels/{card.id}", huge).status_code in (303, 422)


def test_a_hooks_secret_is_shown_once(site: Site) -> None:
    """On the answer that set it; kept sealed; taken away on request."""
    admin = site.log_in("quantri")
    answer = admin.post("/admin/channels/1/hook", {"hook_url": "https://cms.example.vn/nhan"})
    secret = re.search(r'value="(whsec_[A-Za-z0-9+/=]+)"', answer.text)
    assert secret
    later = admin.get("/admin/channels/1").text
    assert secret[1] not in later
    assert "cms.example.vn" in later
    assert secret[1].removeprefix("whsec_").encode() not in _database_bytes(site)
    assert admin.post("/admin/channels/1/hook", {"remove": "1"}).status_code == 303
    assert "cms.example.vn" not in admin.get("/admin/channels").text


@pytest.mark.parametrize("url", ["", "   ", "ftp://x.vn/", "javascript:alert(1)"])
def test_a_hook_needs_an_address(site: Site, url: str) -> None:
    """An empty or odd address changes nothing and says so."""
    answer = site.log_in("quantri").post("/admin/channels/1/hook", {"hook_url": url})
    assert answer.status_code == 422
    assert "http://" in answer.text


def _ids(site: Site) -> list[int]:
    with site.world.db.read() as session:
        return [card.id for card in people.people_of(session, 1)]


def _database_bytes(site: Site) -> bytes:
    database = site.app.extensions[NAME].database
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    found = database.engine.url.database
    assert found
    with open(found, "rb") as file:
        return file.read()
