"""Names, posts, heads and routes of an installation in use become dated rows, and go back."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, text

from review import migrations
from review.audit.ledger import append
from review.db import Database

MOMENT = "2026-06-30 18:30:00+00:00"  # half past one on 1 July in Vietnam
BEFORE, AFTER = "0004", "0005"


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
    _run(
        made,
        "INSERT INTO agencies (id, kind, name, parent_name, place, profile, created_at) VALUES "
        f"(1, 'radio', 'Đài huyện', 'UBND huyện', 'Đại Từ', 'nha_nuoc', '{MOMENT}')",
        *(
            "INSERT INTO people (id, agency_id, username, full_name, post, locale, created_at) "
            f"VALUES ({number}, 1, 'u{number}', 'Người {number}', '{post}', 'vi', '{MOMENT}')"
            for number, post in enumerate(("Giám đốc", "Phó Giám đốc", "Biên tập viên"), 1)
        ),
        "INSERT INTO person_roles (person_id, role) VALUES (1,'head'), (2,'head'), (3,'editor')",
        "INSERT INTO routes (id, agency_id, name, active, created_at) VALUES "
        f"(1, 1, 'Cũ', false, '{MOMENT}'), (2, 1, 'Nay', true, '{MOMENT}')",
        "INSERT INTO route_levels (id, route_id, position, role, label, due_hours) VALUES "
        "(1, 2, 1, 'head', 'Giám đốc', 8)",
    )
    yield made
    made.dispose()


def _run(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


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
    _run(engine, "UPDATE posts SET title = 'Giám đốc Trung tâm' WHERE person_id = 1")
    migrations.downgrade(engine, BEFORE)
    assert _rows(engine, "SELECT kind, name, profile FROM agencies") == [
        ("radio", "Đài huyện", "nha_nuoc")
    ]
    assert _rows(engine, "SELECT post FROM people ORDER BY id")[0] == ("Giám đốc Trung tâm",)
    assert (1, "head") in _rows(engine, "SELECT person_id, role FROM person_roles")
    assert _rows(engine, "SELECT id FROM routes WHERE active") == [(2,)]
    migrations.upgrade(engine, AFTER)
    assert len(_rows(engine, "SELECT id FROM posts WHERE lead = 'head'")) == 1
