"""Every place that takes a password: the link, the login, the signing window, the account page."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from review import migrations
from review.app import create_app
from review.operations import accounts, identity
from review.operations.accounts import PersonDraft
from review.permissions import Role
from review.settings import Settings
from review.web.limits import storage_address
from review.web.parts import NAME
from tests.services import RedisServer
from tests.web.site import Site
from tests.world import PASSWORD, World

NEW = PersonDraft("thu.ha", "Ngô Thu Hà", "Phóng viên", frozenset({Role.REPORTER}))
GOOD = "một con vịt xòe 2 cái cánh"


@pytest.fixture
def link(site: Site) -> str:
    """The activation link of a new colleague."""
    secret = accounts.add_person(site.world.db, site.world["quantri"], NEW).secret
    return f"/activate/{secret}"


def test_looking_at_a_link_does_not_use_it_up(site: Site, link: str) -> None:
    """Chat programs fetch every link that is pasted into them, with GET and HEAD."""
    crawler = site.app.test_client()
    for _ in range(3):
        assert crawler.get(link).status_code == 200
        assert crawler.head(link).status_code == 200
    answer = site.browser().post(link, {"password": GOOD})
    assert (answer.status_code, answer.location) == (303, "/")


def test_the_preview_of_a_link_tells_nothing_of_its_owner(site: Site, link: str) -> None:
    """The product's name stands in the preview, not the person's."""
    head = site.browser().get(link).text.partition("</head>")[0]
    assert "Ngô Thu Hà" not in head
    assert "thu.ha" not in head


def test_activating_lets_the_owner_in_and_ends_the_link(site: Site, link: str) -> None:
    """One form: the password is set, the person is in, the link is gone."""
    browser = site.browser()
    browser.post(link, {"password": GOOD})
    assert "Ngô Thu Hà" in browser.get("/account").text
    assert site.browser().get(link).status_code == 404
    assert site.browser().post(link, {"password": GOOD}).status_code == 404


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("ngắn", "ít nhất 10 ký tự"),
        ("matkhau123", "quá dễ đoán"),
        ("aaaaaaaaaaaa", "quá dễ đoán"),
        ("toi la Thu.Ha 99", "không được chứa tên đăng nhập"),
    ],
)
def test_a_weak_password_leaves_the_link_as_it_was(
    site: Site, link: str, password: str, words: str
) -> None:
    """The form says why, and the next try works."""
    browser = site.browser()
    answer = browser.post(link, {"password": password})
    assert answer.status_code == 422
    assert words in answer.text
    assert browser.post(link, {"password": GOOD}).status_code == 303


def test_a_setup_link_activates_nobody_and_the_reverse(empty_site: Flask, site: Site) -> None:
    """Each link opens its own page only."""
    secret = accounts.add_person(site.world.db, site.world["quantri"], NEW).secret
    assert site.browser().get(f"/setup/{secret}").status_code == 404
    assert site.browser().get("/activate/nothing-like-it").status_code == 404


def test_the_signing_window_opens_with_the_password(site: Site) -> None:
    """On this device, for a page or for a script."""
    browser = site.log_in("giamdoc")
    wrong = browser.post("/signing-window", {"password": "không phải", "next": "/account"})
    assert wrong.status_code == 403
    assert "Mật khẩu không đúng" in wrong.text
    right = browser.post("/signing-window", {"password": PASSWORD, "next": "/account"})
    assert (right.status_code, right.location) == (303, "/account")
    browser.headers = {"Accept": "application/json"}
    assert "until" in (browser.post("/signing-window", {"password": PASSWORD}).json or {})


def test_ten_wrong_passwords_close_the_door_for_the_account(site: Site) -> None:
    """Also for the right one, and whatever case the name is typed in; other people get in."""
    browser = site.browser()
    for number in range(10):
        typed = "GiamDoc" if number % 2 else " giamdoc"
        assert browser.post("/login", {"username": typed, "password": "sai"}).status_code == 403
    closed = browser.post("/login", {"username": "giamdoc", "password": PASSWORD})
    assert closed.status_code == 429
    assert "Chờ 5 phút" in closed.text


def test_ten_wrong_passwords_close_the_door_for_the_address(site: Site) -> None:
    """Trying many names from one place is stopped too; a right password counts for nothing."""
    browser = site.browser()
    site.log_in("phongvien")
    for number in range(10):
        browser.post("/login", {"username": f"nguoi{number}", "password": "sai"})
    assert browser.post("/login", {"username": "kenh", "password": PASSWORD}).status_code == 429
    browser.client.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    assert browser.post("/login", {"username": "kenh", "password": PASSWORD}).status_code == 303


def test_the_signing_password_is_limited_too(site: Site) -> None:
    """A phone left on the table is not a place to guess; all its pages count together."""
    browser = site.log_in("giamdoc")
    for _ in range(5):
        browser.post("/signing-window", {"password": "sai"})
        browser.post("/account/password", {"old": "sai", "password": GOOD})
    assert browser.post("/signing-window", {"password": PASSWORD}).status_code == 429
    browser.client.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    assert browser.post("/signing-window", {"password": PASSWORD}).status_code == 429


def test_guesses_are_counted_while_redis_is_away(
    settings: Settings, redis_server: RedisServer
) -> None:
    """Without Redis this process counts by itself; nobody is kept out and no guess is free."""
    app = create_app(replace(settings, redis_url="unix:///nowhere/redis.sock"))
    migrations.upgrade(app.extensions[NAME].database.engine)
    site = Site(app, World.first(app.extensions[NAME].database))
    assert site.log_in("kenh").get("/account").status_code == 200
    answers = [
        site.browser().post("/login", {"username": "giamdoc", "password": "sai"}).status_code
        for _ in range(12)
    ]
    assert answers == [403] * 10 + [429] * 2


def test_a_private_redis_is_reached_through_its_socket() -> None:
    """The counting library writes socket addresses in its own way."""
    assert storage_address("unix:///run/redis.sock") == "redis+unix:///run/redis.sock"
    assert storage_address("redis://127.0.0.1:6379/0") == "redis://127.0.0.1:6379/0"


def test_one_cannot_end_somebody_elses_device_or_token(site: Site) -> None:
    """Ids of other people's rows are answered as if they were not there."""
    other = site.world["giamdoc"]
    token_id, _ = identity.issue_token(site.world.db, other, "của người khác")
    browser = site.log_in("phongvien")
    assert browser.post(f"/account/devices/{other.session_id}/end").status_code == 404
    assert browser.post(f"/account/tokens/{token_id}/revoke").status_code == 404


def test_a_token_is_shown_once(site: Site) -> None:
    """On the answer to the form, with its name; afterwards the name alone."""
    browser = site.log_in("phongvien")
    answer = browser.post("/account/tokens", {"name": "Máy dựng phim"})
    assert answer.status_code == 200
    secret = answer.text.partition('id="new-token" value="')[2].partition('"')[0]
    actor = identity.actor_of_token(site.world.db, secret, "r", "127.0.0.1")
    assert actor is not None
    later = browser.get("/account").text
    assert "Máy dựng phim" in later
    assert secret not in later


def test_an_inspector_has_no_tokens(site: Site) -> None:
    """Who may only look gives no program the right to look for them."""
    browser = site.log_in("kiemtra")
    assert browser.post("/account/tokens", {"name": "x"}).status_code == 403
    assert "/account/tokens" not in browser.get("/account").text
