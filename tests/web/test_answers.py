"""What every answer carries, and what is said when something goes wrong."""

from __future__ import annotations

import gzip
import re
from dataclasses import replace

import pytest
from flask import Flask

from media import errors as media
from review import errors
from review.app import create_app
from review.settings import Settings
from review.web import access, error_pages
from review.web.parts import NAME
from tests.web.site import HTML, Site
from tests.world import PASSWORD

NUMBER = re.compile(r"[0-9a-f]{32}")


def test_no_page_can_be_framed_scripted_or_kept(site: Site) -> None:
    """The headers stand on pages, refusals and static files alike."""
    browser = site.log_in("phongvien")
    for path in ("/account", "/nothing", "/static/css/app.css", "/healthz"):
        headers = browser.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "Strict-Transport-Security" not in headers
        assert NUMBER.fullmatch(headers["X-Request-Id"])
    assert browser.get("/account").headers["Cache-Control"] == "no-store"


def test_https_brings_secure_cookies_and_hsts(settings: Settings, site: Site) -> None:
    """Only where the site is reached by https: on plain http both would lock people out."""
    app = create_app(replace(settings, base_url="https://clip.example.vn", trusted_proxies=1))
    browser = Site(app, site.world).browser()
    browser.headers |= {"X-Forwarded-Proto": "https", "Referer": "https://localhost/login"}
    token = re.search(
        r'csrf-token" content="([^"]+)"', browser.get("/login", base_url="https://localhost").text
    )
    assert token
    form = {"csrf_token": token[1], "username": "kenh", "password": PASSWORD}
    answer = browser.client.post(
        "/login", data=form, headers=browser.headers, base_url="https://localhost"
    )
    assert answer.status_code == 303, answer.text
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    cookies = answer.headers.getlist("Set-Cookie")
    assert cookies
    assert all("Secure" in cookie for cookie in cookies)


def test_only_trusted_proxies_may_name_the_caller(settings: Settings) -> None:
    """Without a proxy in front, the header is what anybody likes to write."""
    for hops, seen in ((0, "127.0.0.1"), (1, "198.51.100.9")):
        app = create_app(replace(settings, trusted_proxies=hops))
        caught: list[str] = []

        def look(caught: list[str] = caught) -> str:
            from review.web.sessions import address

            caught.append(address())
            return ""

        app.add_url_rule("/look", "look", access.public("a test")(look))
        app.test_client().get("/look", headers={"X-Forwarded-For": "198.51.100.9"})
        assert caught == [seen]


def all_kinds(root: type[Exception]) -> list[type[Exception]]:
    """A class of failures and everything below it."""
    return [root, *(kind for child in root.__subclasses__() for kind in all_kinds(child))]


@pytest.mark.parametrize(
    "kind", [*all_kinds(errors.Fault), *all_kinds(media.MediaError)], ids=lambda kind: kind.__name__
)
def test_every_kind_of_failure_has_a_status(kind: type[Exception]) -> None:
    """A new class without a line of its own takes its parent's, never nothing."""
    assert 400 <= error_pages.status_of(kind("x")) < 600  # type: ignore[arg-type]


STATUSES = [
    (errors.Invalid("title_missing", field="title"), 422),
    (errors.NotFound("not_found"), 404),
    (errors.Forbidden("own_clip"), 403),
    (errors.NeedsPassword("signing_closed"), 403),
    (errors.Conflict("already_done"), 409),
    (errors.Stale("stale_page"), 409),
    (errors.TooMany("too_many_attempts"), 429),
    (errors.Unavailable("database_busy"), 503),
    (media.TooLarge("upload_too_large", max_bytes=2 * 1024**3), 413),
    (media.DiskFull("disk_full", free_bytes=0), 507),
    (media.FileMissing("file_missing", key="k"), 404),
]


@pytest.mark.parametrize(("fault", "status"), STATUSES, ids=lambda value: str(value))
def test_a_failure_is_told_as_it_was_asked_for(
    empty_site: Flask, fault: Exception, status: int
) -> None:
    """A whole page, a part for htmx, or data: the same sentence, the same status."""

    def fail() -> str:
        raise fault

    empty_site.add_url_rule("/fail", "fail", access.public("a test")(fail))
    client = empty_site.test_client()
    page = client.get("/fail", headers=HTML)
    part = client.get("/fail", headers=HTML | {"HX-Request": "true"})
    data = client.get("/fail", headers={"Accept": "application/json"})
    assert {page.status_code, part.status_code, data.status_code} == {status}
    said = data.json or {}
    words = said["error"]["message"]
    assert said["error"]["code"] == fault.code  # type: ignore[attr-defined]
    assert words != fault.code  # type: ignore[attr-defined]
    assert words in page.text
    assert "vẫn còn nguyên" in page.text
    assert "<html" not in part.text
    assert words in part.text
    assert part.headers["HX-Retarget"] == "#notices"


def test_sizes_are_told_in_their_usual_form(empty_site: Flask) -> None:
    """2 GB, not 2147483648."""
    with empty_site.test_request_context("/"):
        fault = media.TooLarge("upload_too_large", max_bytes=2 * 1024**3)
        assert "2 GB" in error_pages.sentence(fault, "vi")


@pytest.mark.parametrize(
    ("method", "path", "status"), [("get", "/nothing", 404), ("get", "/logout", 405)]
)
def test_the_routers_refusals_are_pages_too(
    site: Site, method: str, path: str, status: int
) -> None:
    """With a way on, and the number of the request."""
    answer = site.log_in("phongvien").get(path)
    assert answer.status_code == status
    assert "Việc cần xử lý" in answer.text
    assert NUMBER.search(answer.text)


def test_a_form_that_is_far_too_large_is_refused(site: Site) -> None:
    """Pages take text; five megabytes of it are a mistake or an attack."""
    browser = site.log_in("phongvien")
    answer = browser.post("/account/password", {"old": "x" * 5_000_000, "password": "y"})
    assert answer.status_code == 413
    assert "quá lớn" in answer.text


def test_a_crash_is_a_page_with_a_number_and_no_secrets(site: Site) -> None:
    """The stack stays in the log."""

    def crash() -> str:
        raise RuntimeError("mật khẩu của cơ sở dữ liệu")

    site.app.add_url_rule("/crash", "crash", access.public("a test")(crash))
    site.app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = site.browser().get("/crash")
    assert answer.status_code == 500
    assert "mật khẩu của" not in answer.text
    assert answer.headers["X-Request-Id"] in answer.text


def test_a_broken_database_still_gives_a_page(site: Site) -> None:
    """The page that says so needs no database."""
    browser = site.log_in("phongvien")
    database = site.app.extensions[NAME].database
    database.engine.dispose()
    with database.engine.connect() as connection:
        connection.exec_driver_sql("DROP TABLE person_roles")
        connection.commit()
    answer = browser.get("/account")
    assert answer.status_code == 503
    assert "Hệ thống đang bận" in answer.text


@pytest.mark.parametrize("value", ["999999999999999999999", "-1", "x"])
def test_numbers_that_no_row_can_have_are_not_there(site: Site, value: str) -> None:
    """An address with an absurd number is a page that does not exist, not a crash."""
    assert site.log_in("quantri").get(f"/admin/people/{value}").status_code == 404


def test_text_travels_compressed(site: Site) -> None:
    """Pages and scripts, where the browser takes it; pictures and small answers as they are."""
    client = site.app.test_client()
    packed = client.get("/login", headers=HTML | {"Accept-Encoding": "gzip"})
    plain = client.get("/login", headers=HTML)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert b"</html>" in gzip.decompress(packed.data)
    assert int(packed.headers["Content-Length"]) == len(packed.data)
    for path in ("/static/vendor/be-vietnam-pro/be-vietnam-pro-latin-400-normal.woff2", "/healthz"):
        answer = client.get(path, headers={"Accept-Encoding": "gzip"}, buffered=True)
        assert "Content-Encoding" not in answer.headers


def test_static_files_are_kept_for_ever_under_their_stamp(site: Site) -> None:
    """The page names each file with its content's stamp; without it the browser asks again."""
    page = site.browser().get("/login").text
    assets = re.findall(r'(?:href|src)="(/static/[^"#]+)"', page)
    assert len(assets) > 4
    client = site.app.test_client()
    for path in assets:
        assert "?v=" in path
        assert "immutable" in client.get(path, buffered=True).headers["Cache-Control"]
    plain = client.get("/static/css/app.css", buffered=True)
    assert plain.headers["Cache-Control"] == "no-cache"


def test_scripts_and_styles_weigh_little(site: Site) -> None:
    """At most 150 kB compressed on a page: a second or two of a 3G line."""
    page = site.log_in("phongvien").get("/account").text
    assets = set(re.findall(r'(?:href|src)="(/static/[^"#]+\.(?:js|css)[^"#]*)"', page))
    client = site.app.test_client()
    weight = sum(
        len(client.get(path, headers={"Accept-Encoding": "gzip"}, buffered=True).data)
        for path in assets
    )
    assert 0 < weight < 150_000


@pytest.mark.parametrize("who", [None, "phongvien"])
def test_a_click_changes_the_language_and_it_stays(site: Site, who: str | None) -> None:
    """On the person, and for strangers in the browser; Vietnamese until somebody says otherwise."""
    browser = site.log_in(who) if who else site.browser()
    path = "/account" if who else "/login"
    assert '<html lang="vi"' in browser.get(path).text
    sent = browser.post("/language", {"locale": "en", "next": path})
    assert (sent.status_code, sent.location) == (303, path)
    assert '<html lang="en"' in browser.get(path).text
    if who:
        assert '<html lang="en"' in site.log_in(who).get(path).text
    browser.post("/language", {"locale": "klingon", "next": "https://evil.example"})
    assert '<html lang="vi"' in browser.get(path).text
