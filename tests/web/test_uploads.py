"""Uploads as the pages use them: the session, the header, the form, the administrator's limit."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace

import pytest
from werkzeug.test import TestResponse

from media.limits import GIB
from media.storage import Storage
from review.models import Agency, Clip, Revision
from review.operations import identity
from review.web.parts import NAME
from tests.web.site import Browser, Site

TUS = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}
ROOT = "/api/v1/uploads"
FIELDS = {"title": "Hội xuân", "category": "xa_hoi", "political": "no"}


def ask(browser: Browser, method: str, path: str = ROOT, **options: object) -> TestResponse:
    """What the page's script sends: the cookie goes by itself, the token in a header."""
    headers = TUS | {"X-CSRFToken": browser.token()} | options.pop("headers", {})  # type: ignore[operator]
    return browser.client.open(path, method=method, headers=headers, **options)  # type: ignore[arg-type]


def sent(browser: Browser, content: bytes = b"x" * 3_000) -> str:
    """A finished upload; its key."""
    length = {"Upload-Length": str(len(content))}
    made = ask(browser, "POST", headers=length, data=content)
    assert made.status_code == 201, made.text
    return str(made.headers["Location"]).rsplit("/", 1)[1]


def send_form(browser: Browser, path: str, **fields: str) -> TestResponse:
    """The dossier by script, without a file."""
    headers = {"X-Requested-With": "XMLHttpRequest", "X-CSRFToken": browser.token()}
    form = {"csrf_token": browser.token()} | fields
    return browser.client.post(path, data=form, headers=headers, content_type="multipart/form-data")


def test_a_page_sends_with_its_header_and_no_other_page_does(site: Site) -> None:
    """The cookie alone is not enough; a token in the body is not looked for; a stranger is 401."""
    browser = site.log_in("phongvien")
    length = {"Upload-Length": "10"}
    good = ask(browser, "POST", headers=length)
    path = good.headers["Location"]
    assert good.status_code == 201
    for token in ("", "x", good.headers["X-Request-Id"]):
        more = {"X-CSRFToken": token, "Upload-Offset": "0"}
        for method, where in (("POST", ROOT), ("PATCH", path), ("DELETE", path)):
            answer = ask(browser, method, where, headers=length | more)
            assert (answer.status_code, answer.json["error"]["code"]) == (403, "csrf_failed")
            assert answer.headers["Tus-Resumable"] == "1.0.0"
    stranger = site.browser()
    for method, where in (("POST", ROOT), ("PATCH", path), ("DELETE", path), ("HEAD", path)):
        assert ask(stranger, method, where, headers=length).status_code == 401


def test_the_form_names_the_upload(site: Site) -> None:
    """A clip, then a new version of it, each from an upload; pressing twice changes nothing."""
    browser = site.log_in("phongvien")
    key = sent(browser)
    places = [
        send_form(browser, "/upload", **FIELDS, upload_id=key).json["location"] for _ in range(2)
    ]
    assert len(set(places)) == 1
    code = places[0].rsplit("/", 1)[1]
    version = {"version": "1", "note": "sửa tiếng", "upload_id": sent(browser)}
    for _ in range(2):
        answer = send_form(browser, f"/clips/{code}/upload", **version)
        assert (answer.status_code, answer.json["location"]) == (201, places[0])
    with site.world.db.read() as session:
        assert session.query(Clip).count() == 1
        assert [row.number for row in session.query(Revision).order_by(Revision.number)] == [1, 2]


@pytest.mark.parametrize(
    ("key", "status"),
    [("", 422), ("../../etc/passwd", 404), ("0" * 32, 404), ("x" * 5_000, 404)],
)
def test_a_form_with_no_such_upload(site: Site, key: str, status: int) -> None:
    """Refused with a sentence; no dossier is begun."""
    browser = site.log_in("phongvien")
    answer = send_form(browser, "/upload", **FIELDS, upload_id=key)
    assert answer.status_code == status
    assert answer.json["message"].endswith(".")
    with site.world.db.read() as session:
        assert session.query(Clip).count() == 0


def test_a_faulty_dossier_keeps_the_upload(site: Site) -> None:
    """The script is told the field, mends it and sends again."""
    browser = site.log_in("phongvien")
    key = sent(browser)
    bad = send_form(browser, "/upload", **(FIELDS | {"title": "x" * 201}), upload_id=key)
    assert (bad.status_code, bad.json["field"]) == (422, "title")
    assert send_form(browser, "/upload", **FIELDS, upload_id=key).status_code == 201


def test_the_page_knows_what_is_unfinished(site: Site) -> None:
    """One's own only, with how much came and the mark of the file; a used one is gone."""
    browser = site.log_in("phongvien")
    key = sent(browser)
    meta = {"Upload-Length": "100", "Upload-Metadata": "filename YS5tcDQ=,mark YWJj"}
    half = ask(browser, "POST", headers=meta, data=b"x" * 40).headers["Location"]
    send_form(browser, "/upload", **FIELDS, upload_id=key)
    page = browser.get("/upload").text
    found = re.search(r'data-waiting="([^"]*)"', page)
    assert found is not None
    rows = json.loads(found[1].replace("&#34;", '"'))
    assert rows == [{"name": "a.mp4", "size": 100, "sent": 40, "url": half, "mark": "abc"}]
    other = site.log_in("bientap").get("/upload").text
    assert 'data-waiting="[]"' in other


def test_a_program_makes_a_clip_of_an_upload(site: Site) -> None:
    """As JSON or as a form; asked twice, told the same clip."""
    _, secret = identity.issue_token(site.world.db, site.world["phongvien"], "thử")
    client, bearer = site.app.test_client(), {"Authorization": f"Bearer {secret}"}
    made = client.post(ROOT, headers=TUS | bearer | {"Upload-Length": "5"}, data=b"12345")
    body = FIELDS | {"upload": made.headers["Location"].rsplit("/", 1)[1]}
    first = client.post("/api/v1/clips", headers=bearer, json=body)
    again = client.post(
        "/api/v1/clips", headers=bearer, data=body, content_type="multipart/form-data"
    )
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json["code"] == again.json["code"]
    for wrong in ([], {"title": 5}, FIELDS | {"upload": "x"}, FIELDS):
        answer = client.post("/api/v1/clips", headers=bearer, json=wrong)
        assert answer.status_code in (404, 422), answer.text


def test_the_administrator_sets_the_limit(site: Site) -> None:
    """Seen and changed by the administrator alone; nonsense is refused in words; what is over the
    limit is refused before bytes travel, by upload and by form."""
    admin = site.log_in("quantri")
    assert "Đang dùng 0 B" in admin.get("/admin/storage").text
    assert admin.post("/admin/storage", {"quota": "2"}).status_code == 303
    assert "trong 2 GB" in admin.get("/admin/storage").text
    for nonsense in ("x", "-1", "0", "1.5", "9" * 9):
        answer = admin.post("/admin/storage", {"quota": nonsense})
        assert answer.status_code == 422
        assert "Hạn mức từ 1 GB" in answer.text
    reporter = site.log_in("phongvien")
    assert reporter.get("/admin/storage").status_code == 403
    assert reporter.post("/admin/storage", {"quota": "5"}).status_code == 403
    with site.world.db.transaction() as unit:
        unit.session.query(Agency).one().quota_bytes = 2_000
    refused = ask(reporter, "POST", headers={"Upload-Length": "2001"})
    assert (refused.status_code, refused.json["error"]["code"]) == (413, "quota_full")
    form = reporter.post("/upload", FIELDS | {"file": (io.BytesIO(b"x" * 3_000), "a")})
    assert form.status_code == 413
    assert "hạn mức" in form.text
    with site.world.db.read() as session:
        assert session.query(Agency).one().quota_bytes == 2_000 < GIB


def test_a_full_disk_is_told_before_and_during(site: Site) -> None:
    """Neither a new upload nor more bytes of an old one; what came is kept and goes on later."""
    browser = site.log_in("phongvien")
    half = {"Upload-Length": "100"}
    path = ask(browser, "POST", headers=half, data=b"x" * 40).headers["Location"]
    here = site.app.extensions[NAME]
    full = Storage(here.settings.upload_dir, min_free_bytes=2**60)
    site.app.extensions[NAME] = replace(here, storage=full)
    for method, where, more in (("POST", ROOT, half), ("PATCH", path, {"Upload-Offset": "40"})):
        refused = ask(browser, method, where, headers=more, data=b"y" * 60)
        assert (refused.status_code, refused.json["error"]["code"]) == (507, "disk_full")
    site.app.extensions[NAME] = here
    assert ask(browser, "HEAD", path).headers["Upload-Offset"] == "40"
    sent_rest = ask(browser, "PATCH", path, headers={"Upload-Offset": "40"}, data=b"y" * 60)
    assert sent_rest.headers["Upload-Offset"] == "100"
