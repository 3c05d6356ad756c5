"""Triggers that keep history append-only and publication behind the sign-off, for both databases.

SQLite: UPDATE and DELETE triggers are bypassed by INSERT OR REPLACE through the key or any UNIQUE
column unless `recursive_triggers` is on, which only our own connections promise; so an INSERT that
would replace a row is refused as well. PostgreSQL: row triggers do not see TRUNCATE, and
`session_replication_role = replica` skips ordinary ones; so a statement trigger stands beside
them and all are ENABLE ALWAYS.
"""

from __future__ import annotations

from alembic import op

SQLITE = "sqlite"


def make_append_only(table: str, keys: tuple[tuple[str, ...], ...]) -> None:
    """Refuses UPDATE, DELETE, TRUNCATE and replacing INSERT on `table`.

    `keys` are its primary key and every unique key, each a tuple of column names.
    """
    if op.get_bind().dialect.name == SQLITE:
        _sqlite_append_only(table, keys)
    else:
        _postgres_append_only(table)


def release_append_only(table: str) -> None:
    """Takes the guards of `make_append_only` away, for a downgrade."""
    if op.get_bind().dialect.name == SQLITE:
        for name in ("no_update", "no_delete", "no_replace"):
            op.execute(f"DROP TRIGGER IF EXISTS {table}_{name}")
    else:
        for name in ("no_change", "no_truncate"):
            op.execute(f"DROP TRIGGER IF EXISTS {table}_{name} ON {table}")


def _sqlite_append_only(table: str, keys: tuple[tuple[str, ...], ...]) -> None:
    for event in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{event} BEFORE {event.upper()} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
    taken = " OR ".join(
        f"EXISTS (SELECT 1 FROM {table} WHERE "
        + " AND ".join(f"{column} = NEW.{column}" for column in key)
        + ")"
        for key in keys
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {taken} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    )


def _postgres_append_only(table: str) -> None:
    op.execute(
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME "
        "USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    for name in ("no_change", "no_truncate"):
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_{name}")


UNSIGNED = (
    "NOT EXISTS (SELECT 1 FROM sign_offs s WHERE s.id = NEW.sign_off_id "
    "AND s.clip_id = NEW.clip_id AND s.digest = NEW.digest) "
    "OR EXISTS (SELECT 1 FROM sign_off_voids v WHERE v.sign_off_id = NEW.sign_off_id)"
)
MOVED = (
    "NEW.sign_off_id <> OLD.sign_off_id OR NEW.clip_id <> OLD.clip_id OR NEW.digest <> OLD.digest"
)


def guard_publications() -> None:
    """No publication without a standing sign-off of that digest, nor one moved to another."""
    if op.get_bind().dialect.name == SQLITE:
        op.execute(
            f"CREATE TRIGGER publications_signed BEFORE INSERT ON publications WHEN {UNSIGNED} "
            "BEGIN SELECT RAISE(ABORT, 'a publication needs a standing sign-off'); END"
        )
        op.execute(
            f"CREATE TRIGGER publications_fixed BEFORE UPDATE ON publications WHEN {MOVED} "
            "BEGIN SELECT RAISE(ABORT, 'a publication keeps its sign-off'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION publication_guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'INSERT' AND ({UNSIGNED}) THEN "
        "RAISE EXCEPTION 'a publication needs a standing sign-off' "
        "USING ERRCODE = 'integrity_constraint_violation'; END IF; "
        f"IF TG_OP = 'UPDATE' AND ({MOVED}) THEN "
        "RAISE EXCEPTION 'a publication keeps its sign-off' "
        "USING ERRCODE = 'integrity_constraint_violation'; END IF; "
        "RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER publications_guard BEFORE INSERT OR UPDATE ON publications "
        "FOR EACH ROW EXECUTE FUNCTION publication_guard()"
    )
    op.execute("ALTER TABLE publications ENABLE ALWAYS TRIGGER publications_guard")


def release_publications() -> None:
    """Takes `guard_publications` away, for a downgrade."""
    if op.get_bind().dialect.name == SQLITE:
        op.execute("DROP TRIGGER IF EXISTS publications_signed")
        op.execute("DROP TRIGGER IF EXISTS publications_fixed")
    else:
        op.execute("DROP TRIGGER IF EXISTS publications_guard ON publications")
        op.execute("DROP FUNCTION IF EXISTS publication_guard()")


def release_refusal() -> None:
    """Drops the function behind the append-only triggers, once no table uses it."""
    if op.get_bind().dialect.name != SQLITE:
        op.execute("DROP FUNCTION IF EXISTS refuse_change()")
