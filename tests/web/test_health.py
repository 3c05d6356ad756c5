"""What a supervisor and a gauge are told."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from review import migrations
from review.app import create_app
from review.operations import identity
from review.settings import Settings
from review.web.parts import NAME
from tests.services import RedisServer
from tests.web.site import Site


def parts_of(app: Flask) -> tuple[int, dict[str, str]]:
    """The status of /readyz and what it says of each part."""
    answer = app.test_client().get("/readyz")
    return answer.status_code, (answer.json or {})["parts"]


def test_alive_needs_nothing(settings: Settings) -> None:
    """Also without a database: restarting the web would not bring it back."""
    app = create_app(replace(settings, database_url="sqlite:////nowhere/at/all.sqlite3"))
    assert app.test_client().get("/healthz").status_code == 200


def test_ready_names_the_part_that_is_away(settings: Settings, redis_server: RedisServer) -> None:
    """Redis away is told and does not count; a schema of yesterday does."""
    app = create_app(settings)
    database = app.extensions[NAME].database
    assert parts_of(app) == (503, {"database": "away", "storage": "ok", "redis": "ok"})
    migrations.upgrade(database.engine)
    assert parts_of(app) == (200, {"database": "ok", "storage": "ok", "redis": "ok"})
    redis_server.kill()
    assert parts_of(app) == (200, {"database": "ok", "storage": "ok", "redis": "away"})


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("192.0.2.1", {}, 401),
        ("127.0.0.1", {"X-Forwarded-For": "192.0.2.1"}, 401),
        ("127.0.0.1", {"Authorization": "Bearer x"}, 401),
    ],
)
def test_figures_are_for_this_machine(
    site: Site, address: str, headers: dict[str, str], status: int
) -> None:
    """Not for the network, and not for whoever comes through a proxy on this machine."""
    client = site.app.test_client()
    client.environ_base["REMOTE_ADDR"] = address
    assert client.get("/metrics", headers=headers).status_code == status


@pytest.mark.parametrize(("who", "status"), [("quantri", 200), ("phongvien", 403)])
def test_figures_are_for_an_administrators_token(site: Site, who: str, status: int) -> None:
    """A gauge on another machine brings a token."""
    _, secret = identity.issue_token(site.world.db, site.world[who], "đo lường")
    client = site.app.test_client()
    client.environ_base["REMOTE_ADDR"] = "192.0.2.1"
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == status


def test_figures_count_answers_and_waiting_work(site: Site) -> None:
    """By view, not by address; work by queue and state."""
    site.world.draft_clip()
    client = site.app.test_client()
    client.get("/healthz")
    client.open("/whatever/anybody/invents", method="GET")
    client.open("/healthz", method="ANYTHING")
    text = client.get("/metrics").text
    assert 'duyetclip_work{queue="media",state="due"} 1.0' in text
    assert 'duyetclip_requests_total{method="GET",status="200",view="health.alive"} 1.0' in text
    assert 'method="-",status="404",view="none"' in text
    assert "invents" not in text
    assert "ANYTHING" not in text
