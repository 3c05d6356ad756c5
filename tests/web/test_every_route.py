"""Every route there is, walked: by a stranger, without the token, from another agency."""

from __future__ import annotations

import pytest
from werkzeug.routing import Rule

from review.app import create_app
from review.settings import Settings
from review.web import access
from review.web.access import Who
from tests.web.conftest import KEY
from tests.web.site import HTML, Site

APP = create_app(Settings(secret_key=KEY))
READING = {"GET", "HEAD", "OPTIONS"}
SAMPLE = {"secret": "x", "kind": "video", "name": "publication.mp4", "filename": "css/app.css"}
NUMBERS = ("session_id", "token_id", "person_id", "channel_id", "publication_id", "term_id")
NUMBERS += ("remark_id",)
NUMBERS += ("unit_id", "post_id", "grant_id", "route_id", "category_id")
NUMBERS += ("exchange_id", "document_id", "directive_id")
NUMBERS += ("series_id", "number")
# What the declaration says may be called by anybody; a new one has to be added here by hand.
OPEN = {
    "auth.login_page",
    "auth.log_in",
    "auth.activation_page",
    "auth.activate",
    "auth.choose_language",
    "setup.form_page",
    "setup.create",
    "health.alive",
    "health.ready",
    "health.figures",
}


def routes(*, who: Who | None = None) -> list[tuple[str, Rule]]:
    """Every pair of method and route whose declaration asks for `who`."""
    found = []
    for rule in APP.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            declared = access.rule_of(APP.view_functions[rule.endpoint], method)
            if declared is not None and (who is None or declared.who is who):
                found.append((method, rule))
    return found


def path_of(rule: Rule, code: str = "CLIP-2026-000001", number: int = 1) -> str:
    """An address of the route."""
    values: dict[str, object] = {}
    for name in rule.arguments:
        values[name] = (
            code if name == "code" else number if name in NUMBERS else SAMPLE.get(name, "x")
        )
    built = rule.build(values)
    assert built is not None
    return built[1]


def test_only_these_are_open_to_everybody() -> None:
    """A door more is a decision, not an accident."""
    found = {rule.endpoint for _, rule in routes(who=Who.PUBLIC)}
    assert {name for name in found if not name.startswith("api")} == OPEN


def test_a_stranger_gets_nowhere(site: Site) -> None:
    """Pages lead to the login, everything else is 401; nothing of the page comes along."""
    client = site.app.test_client()
    for method, rule in routes(who=Who.PERSON):
        page = client.open(path_of(rule), method=method, headers=HTML)
        assert page.status_code == 303, (method, rule)
        assert page.location.startswith("/login"), (method, rule)
        part = client.open(path_of(rule), method=method, headers={"HX-Request": "true"})
        assert part.status_code == 401, (method, rule)


def test_a_program_without_a_token_gets_nowhere(site: Site) -> None:
    """Neither without a token nor with one that was never issued."""
    client = site.app.test_client()
    for method, rule in routes(who=Who.TOKEN):
        for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Basic eDp5"}):
            answer = client.open(path_of(rule), method=method, headers=headers)
            assert answer.status_code == 401, (method, rule)


# Forms that the administrator may not even open; everybody may open those of a clip.
WHO_MAY = dict.fromkeys(("upload.create", "upload.create_version", "dossiers.create"), "phongvien")
WHO_MAY |= {"assignments.give": "giamdoc"}


def test_no_form_works_without_the_token(site: Site) -> None:
    """A form sent by another site's page carries the cookie and not the token."""
    browsers = {name: site.log_in(name) for name in ("quantri", *set(WHO_MAY.values()))}
    clip = site.world.draft_clip()
    programs = routes(who=Who.TOKEN)
    for method, rule in routes():
        if method in READING or (method, rule) in programs:
            continue
        browser = browsers[WHO_MAY.get(rule.endpoint, "quantri")]
        answer = browser.client.open(
            path_of(rule, clip.code), method=method, headers=HTML, data={"file": (b"", "")}
        )
        assert answer.status_code in (403, 422), (method, rule, answer.text)
        assert "Tải lại trang" in answer.text, (method, rule)


@pytest.mark.parametrize("where", ["/notices?before=", "/log?beyond=", "/clips/{}?at="])
def test_no_number_is_too_large_to_be_answered(site: Site, where: str) -> None:
    """A number that no row can have is no number; nothing breaks over it."""
    clip = site.world.submitted()
    browser = site.log_in("giamdoc")
    for number in (10**30, -(10**30), 2**63, 2**63 - 1):
        assert browser.get(f"{where.format(clip.code)}{number}").status_code in (200, 404), number
