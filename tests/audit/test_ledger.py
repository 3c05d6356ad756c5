"""The ledger: one form, no gaps, no way back."""

from __future__ import annotations

import hashlib
import json
import threading
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from review.audit import Act, Entry
from review.audit.export import export_to, neutral
from review.audit.ledger import leaf_hash, text_hash
from review.db import Database
from review.models import LedgerEntry, LedgerText
from review.permissions import SYSTEM
from tests.world import World

WRITERS = 16


def entry() -> Entry:
    """Any entry."""
    return Entry(Act.SETUP_LINK_ISSUED, SYSTEM, None, "installation")


def rows(database: Database) -> list[LedgerEntry]:
    """All entries in order."""
    with database.read() as session:
        return list(session.scalars(select(LedgerEntry).order_by(LedgerEntry.position)))


def test_the_leaf_is_that_of_rfc_6962() -> None:
    """SHA-256 over a zero byte and the entry; the empty leaf is a published value."""
    assert leaf_hash(b"") == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


def test_every_row_says_what_was_hashed(any_database: Database) -> None:
    """Bytes, leaf, position and texts agree; names stand inside as they were."""
    World.first(any_database).signed(title="Hội xuân có “chữ lạ”")
    found = rows(any_database)
    assert [row.position for row in found] == list(range(len(found)))
    for row in found:
        body = json.loads(row.body)
        assert row.leaf == hashlib.sha256(b"\x00" + row.body).hexdigest()
        assert (body["position"], body["action"]) == (row.position, row.action)
        assert body["form"] == "duyet-clip/ledger/1"
    with any_database.read() as session:
        for kept in session.scalars(select(LedgerText)):
            body = json.loads(found[kept.position].body)
            assert body["texts"][kept.name] == text_hash(kept.salt, kept.text)
    signed = json.loads(next(row.body for row in found if row.action == Act.SIGNED))
    assert (signed["actor"]["name"], signed["actor"]["post"]) == ("Phạm Thu Hà", "Giám đốc")


def test_a_rolled_back_change_leaves_no_entry(any_database: Database) -> None:
    """Entry and change commit together or not at all."""
    with pytest.raises(RuntimeError), any_database.transaction() as unit:  # noqa: PT012
        unit.record(entry())
        raise RuntimeError("không thành")
    assert rows(any_database) == []


def test_many_writers_leave_no_gap_and_no_fork(any_database: Database) -> None:
    """Sixteen at once: every entry has its own number, in one line."""
    start = threading.Barrier(WRITERS)
    faults: list[Exception] = []

    def write() -> None:
        start.wait()
        try:
            for _ in range(5):
                with any_database.transaction() as unit:
                    unit.record(entry())
        except Exception as fault:
            faults.append(fault)

    threads = [threading.Thread(target=write) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert [row.position for row in rows(any_database)] == list(range(WRITERS * 5))


BYPASSES = {
    "sqlite": (
        "UPDATE ledger SET action = 'x'",
        "DELETE FROM ledger",
        "INSERT OR REPLACE INTO ledger SELECT * FROM ledger LIMIT 1",
        "REPLACE INTO ledger SELECT * FROM ledger LIMIT 1",
        "INSERT INTO ledger SELECT * FROM ledger WHERE position = 0 "
        "ON CONFLICT (position) DO UPDATE SET action = 'x'",
        "UPDATE OR REPLACE ledger SET position = 1 WHERE position = 0",
        "INSERT OR REPLACE INTO ledger_texts SELECT * FROM ledger_texts LIMIT 1",
        "INSERT OR REPLACE INTO sign_offs SELECT 999, clip_id, round, revision_id, captions_id, "
        "digest, manifest, statement, assessments, note, person_id, person_name, person_post, "
        "capacity, method, agency_name, created_at FROM sign_offs",
        "DELETE FROM sign_offs",
        "UPDATE decisions SET kind = 'approved'",
    ),
    "postgresql": (
        "UPDATE ledger SET action = 'x'",
        "DELETE FROM ledger",
        "TRUNCATE ledger CASCADE",
        "SET session_replication_role = replica; DELETE FROM ledger",
        "SET session_replication_role = replica; TRUNCATE ledger CASCADE",
        "SET session_replication_role = replica; UPDATE decisions SET kind = 'approved'",
        "INSERT INTO ledger SELECT * FROM ledger WHERE position = 0 "
        "ON CONFLICT (position) DO UPDATE SET action = 'x'",
        "DELETE FROM sign_offs",
        "SET session_replication_role = replica; DELETE FROM sign_offs",
    ),
}


@pytest.mark.parametrize("guarded", [True, False])
def test_every_known_way_around_is_closed(any_database: Database, guarded: bool) -> None:
    """Tried with the connection's own guards and, on SQLite, with those switched off."""
    World.first(any_database).signed()
    before = [(row.position, row.leaf) for row in rows(any_database)]
    for statement in BYPASSES[any_database.engine.dialect.name]:
        with any_database.engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            if any_database.is_sqlite and not guarded:
                raw.execute("PRAGMA recursive_triggers = OFF")
                raw.execute("PRAGMA foreign_keys = OFF")
            with pytest.raises(DatabaseError), connection.begin():  # noqa: PT012
                for part in statement.split("; "):
                    connection.execute(text(part))
            connection.invalidate()
    assert [(row.position, row.leaf) for row in rows(any_database)] == before


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(start: str) -> None:
    """What a spreadsheet would run is made plain text."""
    assert neutral(start + "1+1").startswith("'")
    assert neutral("bình thường") == "bình thường"


def test_the_exports_can_be_read(database: Database, tmp_path: Path) -> None:
    """JSON lines prove themselves, CSV has its mark, XLSX opens with real dates."""
    World.first(database).signed(title="=HYPERLINK(1)")
    made = {
        form: export_to(database, tmp_path / f"a.{form}", form) for form in ("jsonl", "csv", "xlsx")
    }
    assert {manifest.count for manifest in made.values()} == {len(rows(database))}
    for line in (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()[:-1]:
        one = json.loads(line)
        assert leaf_hash(one["body"].encode()) == one["leaf"]
    csv = (tmp_path / "a.csv").read_bytes()
    assert csv.startswith(b"\xef\xbb\xbf")
    book = load_workbook(tmp_path / "a.xlsx", read_only=True)
    cells = [cell for row in book.worksheets[0].iter_rows(min_row=2) for cell in row]
    assert any(cell.is_date for cell in cells)
    assert all(cell.data_type != "f" for cell in cells)
    book.close()
    assert [path.name for path in tmp_path.glob(".*")] == []
