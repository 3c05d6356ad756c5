"""Alembic's entry: one transaction a run, on the engine that the caller brings."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from sqlalchemy import Connection, Engine

import review.models
from review.db import Base

assert review.models  # importing it fills Base.metadata
engine: Engine = context.config.attributes["engine"]


@contextmanager
def _keys_resting(connection: Connection) -> Iterator[None]:
    """On SQLite a table cannot be dropped or rebuilt while rows point at it; the pragma only
    works outside a transaction. What the run leaves behind is checked before it is switched on.
    """
    raw = connection.connection.driver_connection
    if engine.dialect.name != "sqlite" or raw is None:
        yield
        return
    raw.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
        loose = raw.execute("PRAGMA foreign_key_check").fetchall()
        if loose:
            raise RuntimeError(f"rows point at nothing after the migration: {loose[:3]}")
    finally:
        raw.execute("PRAGMA foreign_keys = ON")


with engine.connect() as plain, _keys_resting(plain):
    # A migration writes from its first statement, so it takes the write lock at once.
    connection = plain.execution_options(immediate=True)
    context.configure(connection=connection, target_metadata=Base.metadata, compare_type=True)
    with connection.begin(), context.begin_transaction():
        context.run_migrations()
