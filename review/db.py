"""The database: the sole owner of BEGIN and COMMIT.

`read()` sees one consistent state and cannot write. `transaction()` is a writer from its first
statement (BEGIN IMMEDIATE on SQLite: a deferred read that turns into a write fails at once with
"database is locked", whatever the timeout). Audit entries are collected while it runs and handed
to the ledger last, just before COMMIT, so that the ledger's lock is held as short as possible.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session

from review.errors import Conflict, Unavailable
from review.settings import Settings

# A writer waits this long for the other writers of an office before it gives up, in seconds.
BUSY_TIMEOUT_S = 15
# Connections kept open per process: the web's threads plus a margin.
POOL_SIZE = 20


class Base(DeclarativeBase):
    """The parent of every table."""


Seal = Callable[[Session, list[Any]], None]


class Transaction:
    """One unit of work: a session and the audit entries that commit with it."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.entries: list[Any] = []

    def record(self, entry: Any) -> None:
        """Adds an audit entry; it is numbered and written just before COMMIT."""
        self.entries.append(entry)


class Database:
    """An engine and the two ways to use it. `seal` writes the collected audit entries."""

    def __init__(self, url: str, seal: Seal) -> None:
        self.engine = _engine(url)
        self._seal = seal

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the one-file database of a single machine."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for reading; whatever was changed in it is thrown away."""
        with self._answering(), self.engine.connect() as connection, connection.begin() as begun:
            session = Session(bind=connection, autoflush=False, expire_on_commit=False)
            try:
                yield session
            finally:
                session.close()
                begun.rollback()

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """A unit of work that commits whole or not at all.

        Raises Unavailable('database_busy') when the lock cannot be had in time, and
        Conflict('already_done') when a rule kept by the database refuses the change.
        """
        with self._answering(), self.engine.connect() as plain:
            connection = plain.execution_options(immediate=True)
            with connection.begin(), Session(bind=connection, expire_on_commit=False) as session:
                unit = Transaction(session)
                yield unit
                session.flush()
                if unit.entries:
                    self._seal(session, unit.entries)
                    session.flush()

    @contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError as error:
            raise Conflict("already_done") from error
        except OperationalError as error:
            raise Unavailable("database_busy") from error

    def after_fork(self) -> None:
        """Forgets the parent's connections without closing them; call first in a forked child."""
        self.engine.dispose(close=False)


def open_database(settings: Settings, seal: Seal) -> Database:
    """The database that `settings` name."""
    return Database(settings.database_url, seal)


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(
            url.replace("postgresql://", "postgresql+psycopg://", 1),
            pool_size=POOL_SIZE,
            pool_pre_ping=True,
        )
    engine = create_engine(
        url, pool_size=POOL_SIZE, connect_args={"timeout": BUSY_TIMEOUT_S}, pool_timeout=30
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(raw: sqlite3.Connection, _record: object) -> None:
    # The driver's own idea of when to begin is switched off: BEGIN is ours.
    raw.isolation_level = None
    cursor = raw.cursor()
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",  # a power cut must not lose an acknowledged sign-off
        "foreign_keys = ON",
        "recursive_triggers = ON",  # or INSERT OR REPLACE slips past the append-only triggers
        f"busy_timeout = {BUSY_TIMEOUT_S * 1000}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
