"""The log page: entries as sentences, newest first, bound to one agency."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from review.audit.reading import LogFilter, lines, speaks_of
from review.log_lines import LogLine, what, who
from review.models import Person

PAGE_SIZE = 50
# A search by text reads entries one by one; after this many the page shows what it has and offers
# to go on from there, rather than keeping somebody waiting.
SCAN_LIMIT = 5_000


@dataclass(frozen=True)
class LogRow:
    """One line of the page. `at` is UTC; the page shows it as Vietnamese time."""

    position: int
    at: datetime
    who: str
    what: str
    clip_code: str
    action: str
    leaf: str


@dataclass(frozen=True)
class LogPage:
    """Lines, and the position beyond which older ones follow; None at the beginning of time."""

    rows: tuple[LogRow, ...]
    older: int | None


def log_page(
    session: Session,
    agency_id: int,
    wanted: LogFilter,
    *,
    beyond: int | None = None,
    limit: int = PAGE_SIZE,
    locale: str = "vi",
) -> LogPage:
    """One page of an agency's log, before the position `beyond` if that is given."""
    found: list[LogRow] = []
    last: int | None = None
    newest = _newest(session, agency_id, wanted, beyond)
    for seen, line in enumerate(islice(newest, SCAN_LIMIT + 1)):
        if len(found) == limit or seen == SCAN_LIMIT:
            return LogPage(tuple(found), last)
        last = line.position
        if not wanted.text.strip() or speaks_of(line, wanted.text, locale):
            found.append(_row(line, locale))
    return LogPage(tuple(found), None)


def log_people(session: Session, agency_id: int) -> tuple[tuple[int, str], ...]:
    """The agency's people as (id, full name), for choosing one to filter by."""
    found = (
        select(Person.id, Person.full_name)
        .where(Person.agency_id == agency_id)
        .order_by(Person.full_name, Person.id)
    )
    return tuple((row.id, row.full_name) for row in session.execute(found))


def _newest(
    session: Session, agency_id: int, wanted: LogFilter, beyond: int | None
) -> Iterator[LogLine]:
    return lines(session, agency_id, wanted, newest_first=True, beyond=beyond)


def _row(line: LogLine, locale: str) -> LogRow:
    return LogRow(
        position=line.position,
        at=line.at,
        who=who(line, locale),
        what=what(line, locale),
        clip_code=line.clip_code,
        action=line.action,
        leaf=line.leaf,
    )
