"""The commands of the machine's keeper, run as they are typed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from review.audit import Act
from review.db import Database
from review.models import LedgerEntry, Person
from review.operations import accounts, console, identity
from review.settings import ROOT
from tests.world import World

KEY = "Zx81-mLq0-77vT-aPw3-94kd-Hs2b-QQ"
DOUBLE = "user add --username phongvien --name Hai --post X --role editor"


def typed(db: Database, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`python -m review …` on the test's database."""
    url = db.engine.url.render_as_string(hide_password=False)
    return subprocess.run(
        [sys.executable, "-m", "review", *arguments],
        cwd=ROOT,
        env=os.environ | {"SECRET_KEY": KEY, "DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def world(database: Database) -> World:
    """One agency with its people."""
    return World.first(database)


def test_an_account_is_opened_and_its_owner_activates_it(world: World) -> None:
    """The printed link is the only way in; the ledger says that the keeper made the account."""
    done = typed(
        world.db,
        *("user", "add", "--username", "moi", "--name", "Lý Văn Mới"),
        *("--post", "Phóng viên", "--role", "reporter"),
    )
    assert done.returncode == 0, done.stderr
    secret = done.stdout.strip().rpartition("/activate/")[2]
    assert accounts.activate(world.db, secret, "Con suối nhỏ 2026", "127.0.0.1") == "moi"
    with world.db.read() as session:
        bodies = [json.loads(body) for body in session.scalars(select(LedgerEntry.body))]
    made = [body for body in bodies if body["action"] == Act.PERSON_ADDED.value][-1]
    assert made["actor"]["name"] == console.KEEPER.name


def test_a_token_works_and_is_printed_once(world: World) -> None:
    """It stands for the person, by way of a token."""
    done = typed(world.db, "token", "add", "--username", "phongvien", "--name", "máy quay")
    actor = identity.actor_of_token(world.db, done.stdout.strip(), "", "127.0.0.1")
    assert actor is not None
    assert actor.person_id == world["phongvien"].person_id


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("token", "add", "--username", "ai", "--name", "x"), "ai"),
        (tuple(DOUBLE.split()), "phongvien"),
    ],
)
def test_a_refusal_is_one_sentence(world: World, arguments: tuple[str, ...], words: str) -> None:
    """On standard error, with exit status 1; nothing is changed and no traceback shown."""
    with world.db.read() as session:
        before = len(session.scalars(select(Person.id)).all())
    done = typed(world.db, *arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    with world.db.read() as session:
        assert len(session.scalars(select(Person.id)).all()) == before


@pytest.mark.parametrize("form", ["csv", "xlsx", "jsonl"])
def test_the_ledger_is_exported_and_that_is_remembered(
    world: World, tmp_path: Path, form: str
) -> None:
    """The file appears whole, and the export is an entry of its own."""
    out = tmp_path / f"log.{form}"
    done = typed(world.db, "audit", "export", "--format", form, "--out", str(out))
    assert done.returncode == 0, done.stderr
    count, sha256 = done.stdout.split()
    assert (int(count) > 0, len(sha256), out.stat().st_size > 0) == (True, 64, True)
    with world.db.read() as session:
        last = session.scalars(
            select(LedgerEntry.body).order_by(LedgerEntry.position.desc())
        ).first()
    assert last is not None
    assert json.loads(last)["action"] == Act.LOG_EXPORTED.value
    assert [path.name for path in tmp_path.glob("log*")] == [out.name]


def test_the_setup_link_is_for_an_empty_installation(world: World) -> None:
    """Once there is an agency nobody is handed the keys again."""
    done = typed(world.db, "setup-link")
    assert (done.returncode, done.stdout) == (0, "")


def test_nothing_sets_a_password_or_decides(world: World) -> None:
    """There is no such command."""
    listed = typed(world.db, "--help").stdout + typed(world.db, "user", "--help").stdout
    for word in ("password", "sign-off", "approve", "decide"):
        assert word not in listed
