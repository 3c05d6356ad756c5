"""Getting in, staying in, and being put out."""

from __future__ import annotations

import pytest

from review.operations import accounts, identity
from review.permissions import Role
from review.web.devices import device_name
from review.web.sessions import COOKIE, safe_next
from tests.web.site import Site
from tests.world import PASSWORD


def test_a_stranger_is_sent_to_the_login_and_back(site: Site) -> None:
    """The page that was asked for waits behind the login."""
    browser = site.browser()
    sent = browser.get("/account?x=1")
    assert (sent.status_code, sent.location) == (303, "/login?next=/account%3Fx%3D1")
    back = browser.post(
        "/login", {"username": "giamdoc", "password": PASSWORD, "next": "/account?x=1"}
    )
    assert back.location == "/account?x=1"
    assert "Phạm Thu Hà" in browser.get("/account").text


def test_the_cookie_holds_a_month_and_stays_out_of_scripts(site: Site) -> None:
    """HttpOnly, Lax, thirty days; Secure only where the site is reached by https."""
    browser = site.browser()
    answer = browser.post("/login", {"username": "giamdoc", "password": PASSWORD})
    cookie = next(line for line in answer.headers.getlist("Set-Cookie") if line.startswith(COOKIE))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Max-Age=2592000" in cookie
    assert "Secure" not in cookie


@pytest.mark.parametrize(
    ("name", "password"),
    [("giamdoc", "sai mật khẩu"), ("không-có-ai", PASSWORD), ("", ""), ("chua", PASSWORD)],
)
def test_every_refusal_reads_the_same(site: Site, name: str, password: str) -> None:
    """A wrong password, an unknown name and a closed account give one answer."""
    draft = accounts.PersonDraft("chua", "Người chưa kích hoạt", "-", frozenset({Role.WATCHER}))
    accounts.add_person(site.world.db, site.world["quantri"], draft)
    answer = site.browser().post("/login", {"username": name, "password": password})
    assert answer.status_code == 403
    assert "Tên đăng nhập hoặc mật khẩu không đúng" in answer.text


def test_a_disabled_account_is_out_at_once(site: Site) -> None:
    """Not at the next login: at the next click."""
    browser = site.log_in("phongvien")
    assert browser.get("/account").status_code == 200
    person_id = site.world["phongvien"].person_id
    assert person_id is not None
    accounts.disable_person(site.world.db, site.world["quantri"], person_id)
    assert browser.get("/account").status_code == 303


def test_a_new_password_ends_the_other_devices(site: Site) -> None:
    """The device on which it was changed stays in."""
    here, there = site.log_in("phongvien"), site.log_in("phongvien")
    changed = here.post("/account/password", {"old": PASSWORD, "password": "ba con mèo đen 3"})
    assert changed.status_code == 303
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 303


def test_logging_out_ends_the_session_everywhere(site: Site) -> None:
    """A copied cookie is worth nothing after the logout."""
    browser = site.log_in("phongvien")
    stolen = browser.client.get_cookie(COOKIE)
    assert stolen is not None
    assert browser.post("/logout").status_code == 303
    thief = site.browser()
    thief.client.set_cookie(COOKIE, stolen.value)
    assert thief.get("/account").status_code == 303


def test_logging_out_needs_a_post_with_the_token(site: Site) -> None:
    """A picture on another page cannot log anybody out."""
    browser = site.log_in("phongvien")
    assert browser.get("/logout").status_code == 405
    assert browser.client.post("/logout", headers=browser.headers).status_code == 403
    assert browser.get("/account").status_code == 200


def test_the_token_changes_with_the_login(site: Site) -> None:
    """A token planted before the login is of no use after it."""
    browser = site.browser()
    before = browser.token()
    browser.post("/login", {"username": "phongvien", "password": PASSWORD})
    late = browser.client.post("/logout", data={"csrf_token": before}, headers=browser.headers)
    assert late.status_code == 403


def test_a_bearer_token_opens_no_page(site: Site) -> None:
    """Tokens are for the API alone."""
    _, secret = identity.issue_token(site.world.db, site.world["phongvien"], "máy dựng")
    browser = site.browser()
    browser.headers["Authorization"] = f"Bearer {secret}"
    assert browser.get("/account").status_code == 303


@pytest.mark.parametrize(
    ("target", "goes"),
    [
        ("/log?q=1", "/log?q=1"),
        (None, "/"),
        ("", "/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("//[", "/"),
        ("/\\evil.example", "/"),
        ("\\\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nSet-Cookie: x=1", "/"),
        ("/\t/evil.example", "/"),
    ],
)
def test_no_redirect_leaves_the_site(target: str | None, goes: str) -> None:
    """Whatever is asked for, the way leads to a path here."""
    assert safe_next(target) == goes


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/126.0 Mobile Safari/537.36",
            "Chrome · Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Zalo/1.0",
            "Zalo · iPhone",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/128.0", "Firefox · Windows"),
        ("curl/8.0", ""),
    ],
)
def test_devices_are_called_as_people_call_them(agent: str, name: str) -> None:
    """Browser and system, nothing more."""
    assert device_name(agent) == name
