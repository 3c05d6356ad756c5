"""The API as programs meet it."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from media.storage import Storage
from review import grants
from review.app import create_app
from review.db import Database
from review.models import Clip, Publication, Rendition, SignOff, StoredFile
from review.operations import identity
from review.operations.clip_access import ClipRef
from review.settings import Settings
from tests.world import World

SECRET = "k3y-for-tests-only-0123456789-abcdefgh"


@pytest.fixture
def app(database: Database, tmp_path: Path) -> Flask:
    """The site over the test's own database and folder."""
    url = database.engine.url.render_as_string(hide_password=False)
    return create_app(
        Settings(
            secret_key=SECRET,
            database_url=url,
            upload_dir=tmp_path / "uploads",
            redis_url="unix:///nonexistent/redis.sock",
        )
    )


@pytest.fixture
def world(database: Database) -> World:
    """An agency of eight people."""
    return World.first(database)


def fetched(client: FlaskClient, path: str, headers: dict[str, str] | None = None):  # type: ignore[no-untyped-def]
    """An answer read to its end, its file closed."""
    answer = client.get(path, headers=headers or {})
    answer.get_data()
    answer.close()
    return answer


class Program:
    """A program with the token of one person."""

    def __init__(self, app: Flask, world: World, name: str) -> None:
        _, secret = identity.issue_token(world.db, world[name], "thử")
        self.client: FlaskClient = app.test_client()
        self.headers = {"Authorization": f"Bearer {secret}"}

    def get(self, path: str, **headers: str):  # type: ignore[no-untyped-def]
        """GET under /api/v1."""
        return fetched(self.client, f"/api/v1{path}", self.headers | headers)

    def post(self, path: str, **options):  # type: ignore[no-untyped-def]
        """POST under /api/v1."""
        return self.client.post(f"/api/v1{path}", headers=self.headers, **options)


FORM = {"title": "Hội xuân", "category": "xa_hoi", "political": "no"}


def with_file(**fields: str) -> dict[str, object]:
    """A form with a small file in it."""
    return {**FORM, **fields, "file": (io.BytesIO(b"x" * 5_000), "hội xuân.mp4")}


def test_a_clip_is_taken_in_and_read(app: Flask, world: World) -> None:
    """Created with its file stored and hashed, listed and read by its maker."""
    program = Program(app, world, "phongvien")
    made = program.post("/clips", data=with_file())
    assert made.status_code == 201, made.text
    assert re.fullmatch(r"CLIP-\d{4}-\d{6}", made.json["code"])
    read = program.get(f"/clips/{made.json['code']}").json
    assert (read["title"], read["state"], read["file_state"]) == ("Hội xuân", "draft", "received")
    listed = program.get("/clips?list=waiting").json
    assert [clip["code"] for clip in listed["clips"]] == [made.json["code"]]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"title": ""}, 422, "title_missing"),
        ({"category": "la"}, 422, "category_unknown"),
        ({"political": "maybe"}, 422, "field_missing"),
    ],
)
def test_a_faulty_form_stores_nothing(
    app: Flask, world: World, tmp_path: Path, change: dict[str, str], status: int, code: str
) -> None:
    """The answer names the fault, and no byte of the file stays."""
    answer = Program(app, world, "phongvien").post("/clips", data=with_file(**change))
    assert (answer.status_code, answer.json["error"]["code"]) == (status, code)
    assert [path for path in (tmp_path / "uploads").rglob("*") if path.is_file()] == []


def test_without_a_good_token_nothing(app: Flask, world: World) -> None:
    """No token, a wrong one, a revoked one: 401 each time."""
    client = app.test_client()
    for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic YTpi"}):
        for path in ("/clips", "/clips/CLIP-2026-000001", "/audit"):
            assert client.get(f"/api/v1{path}", headers=headers).status_code == 401
    token, secret = identity.issue_token(world.db, world["phongvien"], "thử")
    identity.revoke_token(world.db, world["phongvien"], token)
    headers = {"Authorization": f"Bearer {secret}"}
    assert client.get("/api/v1/clips", headers=headers).status_code == 401


def test_roles_hold_for_programs_too(app: Flask, world: World) -> None:
    """A clerk's program uploads nothing, a reporter's exports nothing."""
    assert Program(app, world, "vanthu").post("/clips", data=with_file()).status_code == 403
    assert Program(app, world, "phongvien").get("/audit").status_code == 403


def test_another_agency_meets_nothing(app: Flask, world: World) -> None:
    """Clips, files and publications of the neighbours do not exist."""
    clip, _ = world.signed()
    with world.db.read() as session:
        publication = session.query(Publication).one().id
    stranger = Program(app, world.second(), "kenh")
    assert stranger.get(f"/clips/{clip.code}").status_code == 404
    assert stranger.get(f"/clips/{clip.code}/files/publication.mp4").status_code == 404
    result = {"status": "posted", "url": "https://www.facebook.com/x"}
    answer = stranger.post(f"/publications/{publication}/result", json=result)
    assert answer.status_code == 404


def store_for_real(app: Flask, world: World, clip: ClipRef, content: bytes) -> None:
    """Puts real bytes behind the publication file of a clip that is not signed yet."""
    storage: Storage = app.extensions["duyetclip"].storage
    stored = storage.receive(io.BytesIO(content), max_bytes=10_000_000)
    with world.db.transaction() as unit:
        revision = unit.session.get_one(Clip, clip.id).revision_id
        for made in unit.session.query(Rendition).filter_by(revision_id=revision):
            row = unit.session.get_one(StoredFile, made.file_id)
            if made.kind == "publication":
                row.key, row.sha256, row.size = stored.key, stored.sha256, stored.size


def test_signed_files_by_range_and_by_grant(app: Flask, world: World) -> None:
    """A receiver gets exactly the signed bytes, in pieces too, with the link of the hook alone."""
    content = bytes(range(256)) * 40
    clip = world.at_head()
    store_for_real(app, world, clip, content)
    world.sign(clip)
    program = Program(app, world, "kenh")
    path = f"/clips/{clip.code}/files/publication.mp4"
    assert program.get(path).data == content
    part = program.get(path, Range="bytes=100-199")
    assert (part.status_code, part.data) == (206, content[100:200])
    assert program.get(path, Range="bytes=999999-").status_code == 416
    with world.db.read() as session:
        publication = session.query(Publication).one()
        sha256 = json.loads(session.query(SignOff).one().manifest)["renditions"]
    grant = grants.Grant(publication.id, "publication.mp4", sha256["publication"])
    link = f"/api/v1{path}?grant={grants.issue(SECRET, grant)}"
    client = app.test_client()
    assert fetched(client, link).data == content
    assert client.get(link[:-3] + "abc").status_code == 404
    assert client.get(link.replace("publication.mp4?", "poster.jpg?")).status_code == 404


def test_a_result_is_reported_once(app: Flask, world: World) -> None:
    """The same report twice is one posting; the clip is posted."""
    clip, _ = world.signed()
    with world.db.read() as session:
        publication = session.query(Publication).one().id
    program = Program(app, world, "kenh")
    result = {"status": "posted", "url": "https://www.facebook.com/dinhhoa/videos/7"}
    for _ in range(2):
        assert program.post(f"/publications/{publication}/result", json=result).status_code == 204
    assert world.row(clip).state == "posted"


def test_no_way_to_decide(app: Flask) -> None:
    """The document lists every operation, and none of them decides or signs."""
    document = app.test_client().get("/api/v1/openapi.json").json
    operations = {
        (method.upper(), path)
        for path, item in document["paths"].items()
        for method in item
        if method != "parameters"
    }
    assert operations == {
        ("POST", "/api/v1/clips"),
        ("OPTIONS", "/api/v1/uploads"),
        ("POST", "/api/v1/uploads"),
        ("OPTIONS", "/api/v1/uploads/{key}"),
        ("HEAD", "/api/v1/uploads/{key}"),
        ("PATCH", "/api/v1/uploads/{key}"),
        ("DELETE", "/api/v1/uploads/{key}"),
        ("POST", "/api/v1/uploads/{key}"),
        ("GET", "/api/v1/clips"),
        ("GET", "/api/v1/clips/{code}"),
        ("GET", "/api/v1/clips/{code}/files/{name}"),
        ("GET", "/api/v1/audit"),
        ("POST", "/api/v1/publications/{publication_id}/result"),
    }


def test_the_ledger_as_evidence(app: Flask, world: World) -> None:
    """JSON lines with the manifest last; the export is itself in the ledger afterwards."""
    world.signed()
    inspector = Program(app, world, "vanthu")
    lines = [json.loads(line) for line in inspector.get("/audit").text.splitlines()]
    assert lines[-1]["manifest"]["count"] == len(lines) - 1
    again = inspector.get("/audit").text
    assert "ledger:export:made" in again
