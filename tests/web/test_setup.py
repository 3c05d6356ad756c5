"""The first page: from an empty installation to people who can get in."""

from __future__ import annotations

import html
import re

import pytest
from flask import Flask

from review.db import Database
from review.operations import setup
from review.permissions import Role
from review.queries import agency, people
from review.queries.routes import general_route, route_of
from review.web.parts import NAME
from tests.web.site import Browser

INPUT = re.compile(r"<input[^>]*>")
OPTION = re.compile(r'<select[^>]*name="([^"]+)".*?</select>', re.S)


def attribute(tag: str, name: str) -> str:
    """The value of an attribute, unescaped; empty where it is missing."""
    found = re.search(rf'\s{name}="([^"]*)"', tag)
    return html.unescape(found[1]) if found else ""


def filled(page: str) -> dict[str, object]:
    """The form as a browser without script would send it back untouched."""
    values: dict[str, object] = {}
    for tag in INPUT.findall(page):
        kind, name = attribute(tag, "type"), attribute(tag, "name")
        if name and (kind not in ("checkbox", "radio") or " checked" in tag):
            values[name] = attribute(tag, "value")
    for box in OPTION.finditer(page):
        chosen = re.search(r'<option value="([^"]*)" selected', box[0])
        first = re.search(r'<option value="([^"]*)"', box[0])
        values[box[1]] = (chosen or first or [None, ""])[1]
    return values


PEOPLE = {
    "name": "Trung tâm Văn hóa Định Hóa",
    "place": "Định Hóa",
    "person0_full_name": "Phạm Thu Hà",
    "person0_post": "Giám đốc",
    "person0_username": "thu.ha",
    "person1_full_name": "Nguyễn Văn Hùng",
    "person1_post": "Trưởng phòng",
    "person1_username": "van.hung",
    "person2_full_name": "Trần Văn Nam",
    "person2_post": "Biên tập viên",
    "person2_username": "van.nam",
}


@pytest.fixture
def database(empty_site: Flask) -> Database:
    """The database behind the site."""
    found: Database = empty_site.extensions[NAME].database
    return found


@pytest.fixture
def browser(empty_site: Flask) -> Browser:
    """Somebody who has just opened the address."""
    return Browser(empty_site.test_client())


@pytest.fixture
def link(database: Database) -> str:
    """The address printed in the terminal."""
    secret = setup.issue_setup_link(database)
    assert secret is not None
    return f"/setup/{secret}"


def test_an_empty_installation_says_what_to_do(browser: Browser) -> None:
    """Without the link there is no form, only the way to it."""
    page = browser.client.get("/", headers=browser.headers, follow_redirects=True)
    assert page.status_code == 200
    assert "setup-link" in page.text
    assert "password" not in page.text


def test_the_proposal_needs_only_names(browser: Browser, link: str, database: Database) -> None:
    """Route, levels, hours and channels are filled in; five rows do without script."""
    page = browser.get(link).text
    answer = browser.post(link, filled(page) | PEOPLE)
    assert answer.status_code == 200, answer.text
    with database.read() as session:
        route = route_of(session, 1, general_route(session, 1) or 0).levels
        staff = {card.full_name: card for card in people.people_of(session, 1)}
        channels = agency.channels_of(session, 1)
    assert [level.role for level in route] == [Role.EDITOR, Role.SECTION_HEAD, Role.HEAD]
    assert set(staff) == {"Phạm Thu Hà", "Nguyễn Văn Hùng", "Trần Văn Nam"}
    assert set(staff["Phạm Thu Hà"].roles) == {Role.HEAD, Role.ADMINISTRATOR}
    assert [channel.kind for channel in channels] == ["facebook", "website"]


def test_each_person_gets_a_link_of_their_own(browser: Browser, link: str) -> None:
    """The message is ready to be copied, and its link opens that person's page."""
    answer = browser.post(link, filled(browser.get(link).text) | PEOPLE)
    links = re.findall(r"http://127\.0\.0\.1:8000(/activate/[\w-]+)", answer.text)
    assert len(set(links)) == 3
    assert "Kính gửi đồng chí Phạm Thu Hà" in answer.text
    assert "Phạm Thu Hà" in browser.get(links[0]).text
    assert browser.get(link).status_code == 404


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"person2_username": "van.hung"}, "đã có người dùng"),
        ({"person1_username": "tên có dấu cách"}, "chỉ gồm chữ"),
        ({"person1_post": ""}, "Chưa nhập: Chức vụ"),
        ({"person0_administrator": ""}, "quản trị hệ thống"),
        ({"level3_due_hours": "0"}, "Thời hạn"),
        ({"level3_due_hours": "²"}, "Thời hạn"),
        ({"level2_label": " "}, "Chưa nhập tên gọi"),
        ({"channel0_url": "facebook.com/x"}, "http://"),
        ({"kind": "đài"}, "loại hình"),
        ({"name": ""}, "tên cơ quan"),
    ],
)
def test_a_faulty_form_comes_back_as_it_was_typed(
    browser: Browser, link: str, change: dict[str, str], words: str
) -> None:
    """It says what is wrong, keeps every word, makes nothing; mended, it works."""
    proposal = filled(browser.get(link).text) | PEOPLE
    answer = browser.post(link, proposal | change)
    assert answer.status_code == 422
    assert words in html.unescape(answer.text)
    assert "Trần Văn Nam" in answer.text
    assert browser.post(link, proposal).status_code == 200


@pytest.mark.parametrize(("used", "levels"), [((), 1), ((2,), 2), ((0, 1, 2), 4)])
def test_a_route_has_one_to_four_levels(
    browser: Browser, link: str, database: Database, used: tuple[int, ...], levels: int
) -> None:
    """A commune has one, a newspaper four."""
    form = filled(browser.get(link).text) | PEOPLE
    for number in range(3):
        form[f"level{number}_role"] = "editor" if number in used else ""
        form[f"level{number}_label"] = f"Cấp {number}"
        form[f"level{number}_due_hours"] = "4"
    assert browser.post(link, form).status_code == 200
    with database.read() as session:
        assert len(route_of(session, 1, general_route(session, 1) or 0).levels) == levels
