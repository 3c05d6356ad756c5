"""Names, posts, heads and routes of an installation in use become dated rows, and go back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, column, table, text

from review import migrations
from review.audit.ledger import append
from review.db import Database
from review.models.types import UtcDateTime

# Half past one on 1 July in Vietnam.
MADE = {"created_at": datetime(2026, 6, 30, 18, 30, tzinfo=UTC)}
BEFORE, AFTER = "0005", "0006"


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Any) -> Any:
    """A database at the schema before, with an agency that has two heads and two routes."""
    url = (
        f"sqlite:///{tmp_path / 'old.sqlite3'}"
        if request.param == "sqlite"
        else request.getfixturevalue("postgres_url")
    )
    made = Database(url, append).engine
    migrations.upgrade(made, BEFORE)
    agency = {"id": 1, "kind": "radio", "name": "Đài huyện", "parent_name": "UBND huyện"}
    _insert(made, "agencies", {**agency, "place": "Đại Từ", "profile": "nha_nuoc", **MADE})
    for number, post in enumerate(("Giám đốc", "Phó Giám đốc", "Biên tập viên"), 1):
        named = {"username": f"u{number}", "full_name": f"Người {number}", "locale": "vi"}
        _insert(made, "people", {"id": number, "agency_id": 1, "post": post, **named, **MADE})
    for person, role in ((1, "head"), (2, "head"), (3, "editor")):
        _insert(made, "person_roles", {"person_id": person, "role": role})
    for number, name, active in ((1, "Cũ", False), (2, "Nay", True)):
        route = {"id": number, "agency_id": 1, "name": name, "active": active}
        _insert(made, "routes", {**route, **MADE})
    level = {"id": 1, "route_id": 2, "position": 1, "role": "head", "label": "Giám đốc"}
    _insert(made, "route_levels", {**level, "due_hours": 8})
    yield made
    made.dispose()


def _insert(engine: Engine, name: str, row: dict[str, Any]) -> None:
    made = table(name, *(column(key, _type(key)) for key in row))
    with engine.begin() as connection:
        connection.execute(made.insert().values(row))


def _type(key: str) -> UtcDateTime | None:
    return UtcDateTime() if key.endswith("_at") else None


def _rows(engine: Engine, query: str) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def test_up_with_data(engine: Engine) -> None:
    """The day is that of Vietnam; one head is left; the route in force becomes the general rule."""
    migrations.upgrade(engine, AFTER)
    period = "SELECT kind, name, parent_name, CAST(valid_from AS TEXT) FROM agency_periods"
    assert _rows(engine, period) == [("radio", "Đài huyện", "UBND huyện", "2026-07-01")]
    assert _rows(engine, "SELECT person_id, title, lead FROM posts ORDER BY id") == [
        (1, "Giám đốc", "head"),
        (2, "Phó Giám đốc", ""),
        (3, "Biên tập viên", ""),
    ]
    assert _rows(engine, "SELECT person_id, role FROM person_roles ORDER BY person_id") == [
        (2, "deputy"),
        (3, "editor"),
    ]
    rule = "SELECT route_id, category_id, political FROM route_rules WHERE ended_at IS NULL"
    assert _rows(engine, rule) == [(2, None, None)]
    assert _rows(engine, "SELECT kind, count(*) FROM tick_texts GROUP BY kind ORDER BY kind") == [
        ("legal", 8),
        ("quality", 6),
    ]


def test_down_with_data(engine: Engine) -> None:
    """What holds today stands in the columns again, and the head's post is the role."""
    migrations.upgrade(engine, AFTER)
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE posts SET title = 'Giám đốc Trung tâm' WHERE person_id = 1")
        )
    migrations.downgrade(engine, BEFORE)
    assert _rows(engine, "SELECT kind, name, profile FROM agencies") == [
        ("radio", "Đài huyện", "nha_nuoc")
    ]
    assert _rows(engine, "SELECT post FROM people ORDER BY id")[0] == ("Giám đốc Trung tâm",)
    assert (1, "head") in _rows(engine, "SELECT person_id, role FROM person_roles")
    assert _rows(engine, "SELECT id FROM routes WHERE active") == [(2,)]
    migrations.upgrade(engine, AFTER)
    assert len(_rows(engine, "SELECT id FROM posts WHERE lead = 'head'")) == 1
