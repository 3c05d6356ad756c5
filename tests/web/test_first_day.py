"""From an empty installation to a working login, through the pages alone."""

from __future__ import annotations

import html
import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from review.app import create_app
from review.db import Database
from review.operations import accounts, setup
from review.settings import Settings
from tests.world import PASSWORD, World

SECRET = "k3y-for-tests-only-0123456789-abcdefgh"


@pytest.fixture
def settings(database: Database, tmp_path: Path) -> Settings:
    """The test's own database and folder; Redis away, which no page may mind."""
    return Settings(
        secret_key=SECRET,
        database_url=database.engine.url.render_as_string(hide_password=False),
        upload_dir=tmp_path / "uploads",
        redis_url="unix:///nonexistent/redis.sock",
    )


@pytest.fixture
def app(settings: Settings) -> Flask:
    """The site."""
    return create_app(settings)


def token(client: FlaskClient, path: str = "/login") -> str:
    """The CSRF token of a page."""
    found = re.search(r'name="csrf-token" content="([^"]+)"', client.get(path).text)
    assert found
    return found[1]


def log_in(app: Flask, name: str, password: str = PASSWORD) -> FlaskClient:
    """A browser with the person logged in."""
    client = app.test_client()
    form = {"csrf_token": token(client), "username": name, "password": password}
    assert client.post("/login", data=form).status_code == 303
    return client


def test_the_whole_first_day(app: Flask, database: Database) -> None:
    """Link, form, activation links, passwords by their owners, the list of work."""
    secret = setup.issue_setup_link(database)
    client = app.test_client()
    assert "chưa có cơ quan" in client.get("/login").text
    path = f"/setup/{secret}"
    form = {
        "csrf_token": token(client, path),
        "name": "Trung tâm Định Hóa",
        "kind": "culture_centre",
        "profile": "nha_nuoc",
        "person0_full_name": "Phạm Thu Hà",
        "person0_post": "Giám đốc",
        "person0_username": "giamdoc",
        "person0_role": "head",
        "person0_administrator": "1",
        "person1_full_name": "Lê Thị Mai",
        "person1_post": "Phóng viên",
        "person1_username": "phongvien",
        "person1_role": "reporter",
        "level3_role": "head",
        "level3_label": "Giám đốc",
        "level3_due_hours": "8",
    }
    made = client.post(path, data=form)
    links = re.findall(r"/activate/([\w-]+)", made.text)
    assert (made.status_code, len(links)) == (200, 2)
    assert client.get(path).status_code == 404
    activation = f"/activate/{links[1]}"
    assert "Lê Thị Mai" in client.get(activation).text
    weak = {"csrf_token": token(client, activation), "password": "12345"}
    assert client.post(activation, data=weak).status_code == 422
    good = {"csrf_token": token(client, activation), "password": PASSWORD}
    assert client.post(activation, data=good).status_code == 303
    assert "Việc cần xử lý" in client.get("/").text
    assert client.get(activation).status_code == 404


def test_nothing_is_posted_without_its_token(app: Flask, database: Database) -> None:
    """A form from elsewhere is refused before anything happens."""
    World.first(database)
    client = log_in(app, "quantri")
    assert client.post("/logout").status_code == 403
    assert client.get("/").status_code == 200
    upload = {"title": "x", "file": (io.BytesIO(b"x" * 100), "a.mp4")}
    assert log_in(app, "phongvien").post("/upload", data=upload).status_code == 403


def test_an_upload_is_kept_only_with_a_good_form(
    app: Flask, database: Database, tmp_path: Path
) -> None:
    """The plain form works; a fault answers in words and leaves no byte behind."""
    World.first(database)
    client = log_in(app, "phongvien")
    form = {"csrf_token": token(client, "/upload"), "title": "Hội xuân", "category": "xa_hoi"}

    def file() -> dict[str, object]:
        return {"file": (io.BytesIO(b"x" * 5_000), "Hội xuân.mp4")}

    refused = client.post("/upload", data=form | {"title": "x" * 201} | file())
    assert refused.status_code == 422
    assert "Tiêu đề" in refused.text
    assert "200" in refused.text
    stored = [path for path in (tmp_path / "uploads").rglob("*") if path.is_file()]
    assert stored == []
    taken = client.post("/upload", data=form | file())
    assert taken.status_code == 303
    assert "CLIP-" in taken.headers["Location"]


def test_a_disabled_account_is_out_at_once(app: Flask, database: Database) -> None:
    """The very next request finds the login page."""
    world = World.first(database)
    client = log_in(app, "bientap")
    person = world["bientap"].person_id
    assert person is not None
    accounts.disable_person(database, world["quantri"], person)
    answer = client.get("/", headers={"Accept": "text/html"})
    assert answer.status_code in (302, 303)
    assert "/login" in answer.headers["Location"]


def test_the_eleventh_guess_waits(app: Flask, database: Database) -> None:
    """Ten attempts in five minutes for one account, then words and 429."""
    World.first(database)
    client = app.test_client()
    form = {"csrf_token": token(client), "username": "giamdoc", "password": "đoán mò lần nữa"}
    statuses = [client.post("/login", data=form).status_code for _ in range(11)]
    assert statuses == [403] * 10 + [429]


def test_cookies_and_headers_follow_the_address(settings: Settings, database: Database) -> None:
    """HttpOnly and SameSite always; Secure and HSTS with https."""
    World.first(database)
    for base_url, secure in (("http://may-chu:8000", False), ("https://duyet.example.vn", True)):
        app = create_app(replace(settings, base_url=base_url))
        client = app.test_client()
        form = {"csrf_token": token(client), "username": "giamdoc", "password": PASSWORD}
        where = "https://localhost" if secure else "http://localhost"
        client = app.test_client()
        page = client.get("/login", base_url=where)
        form["csrf_token"] = re.search(r'csrf-token" content="([^"]+)"', page.text)[1]  # type: ignore[index]
        headers = {"Referer": f"{where}/login"}
        answer = client.post("/login", data=form, base_url=where, headers=headers)
        cookie = next(
            one for one in answer.headers.getlist("Set-Cookie") if one.startswith("duyetclip_login")
        )
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert ("Secure" in cookie) is secure
        assert ("Strict-Transport-Security" in answer.headers) is secure
        policy = page.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize("path", ["", "/sign", "/sheet", "/status", "/upload"])
def test_the_neighbours_clip_does_not_exist(app: Flask, database: Database, path: str) -> None:
    """Every page and file of another agency's clip is a plain 404."""
    world = World.first(database)
    clip = world.submitted()
    world.second()
    for name in ("phongvien2", "giamdoc2", "quantri2"):
        client = log_in(app, name)
        assert client.get(f"/clips/{clip.code}{path}").status_code == 404
        assert client.get(f"/files/{clip.code}/video").status_code == 404


def test_an_old_page_is_told_so(app: Flask, database: Database) -> None:
    """409 with the sentence, and the clip unharmed."""
    world = World.first(database)
    clip = world.submitted()
    client = log_in(app, "bientap")
    form = {
        "csrf_token": token(client, f"/clips/{clip.code}"),
        "version": str(clip.version - 1),
        "political": "no",
    }
    answer = client.post(f"/clips/{clip.code}/approve", data=form)
    assert answer.status_code == 409
    assert "Hồ sơ đã có người xử lý" in answer.text
    assert world.row(clip).level == 1


def test_undecided_sheets_say_so(app: Flask, database: Database) -> None:
    """The watermark stands until the sign-off, and goes with it."""
    world = World.first(database)
    clip = world.at_head()
    client = log_in(app, "giamdoc")
    assert "CHƯA DUYỆT" in client.get(f"/clips/{clip.code}/sheet").text
    world.sign(clip)
    assert "CHƯA DUYỆT" not in client.get(f"/clips/{clip.code}/sheet").text


def test_english_is_one_click_away(app: Flask, database: Database) -> None:
    """The choice stays with the person."""
    World.first(database)
    client = log_in(app, "giamdoc")
    form = {"csrf_token": token(client, "/account"), "locale": "en", "next": "/"}
    client.post("/language", data=form)
    page = client.get("/").text
    assert '<html lang="en"' in page
    assert "To do" in page


def test_progress_is_shown_while_machines_work(app: Flask, database: Database) -> None:
    """The part that the page asks for again and again stands on its own."""
    world = World.first(database)
    clip = world.draft_clip()
    client = log_in(app, "phongvien")
    page = client.get(f"/clips/{clip.code}").text
    polled = re.search(r'hx-get="([^"]+/status[^"]*)"', page)
    assert polled
    answer = client.get(html.unescape(polled[1]))
    assert answer.status_code == 200
    assert "Kiểm tra tệp" in page
    assert "Kiểm tra tệp" in answer.text
