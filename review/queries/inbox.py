"""What waits for a person, what is on its way, what is done: the home page's three lists.

The first two are made of what is open, which is little however large the archive grows: overdue
first, then by time limit, then what has none. The third is the archive, newest dossier first.
Each page begins where the last one ended (a key, not a number), so that the hundredth page costs
what the first does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, and_, func, literal, or_, select
from sqlalchemy.orm import Session

from review import clock
from review.models import Clip
from review.models.types import UtcDateTime
from review.permissions import Actor
from review.queries import queue_rules as rules
from review.queries import search
from review.queries.inbox_archive import archive
from review.queries.inbox_rows import PAGE_ROWS, Inbox, rows_of
from review.queries.inbox_wanted import Wanted, query_of
from review.queries.search import Query, mark
from review.states import ClipState

# Beyond this a number says nothing more than "many", and counting on would read every row.
COUNT_LIMIT = 100
# A head's run through the clips to be signed; nobody signs more at one sitting.
RUN_LIMIT = 200
# Sorts after every time limit there will be.
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LYING = (mark("s", ClipState.DRAFT), mark("s", ClipState.RETURNED))
DUE: Any = func.coalesce(Clip.due_at, literal(NEVER, UtcDateTime), type_=UtcDateTime)
# The longest number that a row can have has nineteen digits; everything with eighteen fits.
_SAID = re.compile(r"(?:t(?P<due>\d{1,18})\.|u)(?P<clip>\d{1,18})", re.ASCII)


class Tab(StrEnum):
    """The three lists of the home page."""

    WAITING = "waiting"
    SENT = "sent"
    DONE = "done"


def inbox(session: Session, actor: Actor, tab: Tab, wanted: Wanted, after: str = "") -> Inbox:
    """The page of `tab` for `actor` that begins after the key `after`."""
    query = query_of(session, actor, wanted)
    if tab is Tab.DONE:
        return archive(session, actor, query, after)
    found = _open(session, actor, tab, wanted, query, after)
    if not found.rows and query is not None and query.words:
        # No such words: perhaps the last one was not typed to its end.
        return _open(session, actor, tab, wanted, replace(query, prefix=True), after)
    return found


def waiting_count(session: Session, actor: Actor) -> int:
    """How much waits for `actor`; COUNT_LIMIT stands for that or more."""
    timed = _under_review(actor, Clip.id).where(rules.decides_now(session, actor))
    selects = (
        timed,
        *rules.own_work(actor),
        *rules.scripts_to_read(actor),
        *rules.to_post(session, actor),
    )
    found: set[int] = set()
    for each in selects:
        found |= set(session.scalars(each.limit(COUNT_LIMIT)))
    return min(len(found), COUNT_LIMIT)


def waiting_codes(session: Session, actor: Actor, *, to_sign: bool = False) -> tuple[str, ...]:
    """Codes of the clips that `actor` can decide now, in the order of the list.

    With `to_sign` only those that wait at their last level.
    """
    rule = rules.decides_now(session, actor, to_sign=to_sign)
    found = _under_review(actor, Clip.code).where(rule)
    ordered = found.order_by(DUE, Clip.id.desc()).limit(RUN_LIMIT)
    return tuple(session.scalars(ordered))


# ── what is open ──────────────────────────────────────────────────────────────────────────────


def _under_review(actor: Actor, *columns: Any) -> Select[Any]:
    """The agency's clips under review. SQLite keeps no statistics of its own accord and would take
    the index of the agency's whole archive: a sum is in none, so that the one of these few is left.
    """
    return select(*columns).where(Clip.agency_id + 0 == actor.agency_id, rules.IN_REVIEW)


@dataclass(frozen=True)
class _Key:
    """A place in the open lists: the time limit and the clip; without a limit among the rest."""

    clip: int
    due: datetime | None

    def said(self) -> str:
        """The key as it stands in an address; the limit in microseconds."""
        if self.due is None:
            return f"u{self.clip}"
        return f"t{(self.due - EPOCH) // timedelta(microseconds=1)}.{self.clip}"

    @classmethod
    def read(cls, said: str) -> _Key | None:
        """The key again; None for what is none."""
        found = _SAID.fullmatch(said)
        if found is None:
            return None
        if found["due"] is None:
            return cls(int(found["clip"]), None)
        limit = min(int(found["due"]), (NEVER - EPOCH) // timedelta(microseconds=1))
        return cls(int(found["clip"]), EPOCH + timedelta(microseconds=limit))


def _open(
    session: Session, actor: Actor, tab: Tab, wanted: Wanted, query: Query | None, after: str
) -> Inbox:
    start = _Key.read(after)
    keys: list[_Key] = []
    if start is None or start.due is not None:
        keys = _timed(session, actor, tab, wanted, query, start)
        if tab is Tab.WAITING:
            keys += _given(session, actor, wanted, query, start)
            keys.sort(key=lambda key: (key.due or NEVER, -key.clip))
            keys = keys[: PAGE_ROWS + 1]
    if tab is Tab.WAITING and not wanted.overdue and len(keys) <= PAGE_ROWS:
        below = start.clip if start and start.due is None else None
        keys += [_Key(clip, None) for clip in _untimed(session, actor, query, below)]
    page = keys[:PAGE_ROWS]
    rows = rows_of(session, [key.clip for key in page])
    return Inbox(rows, page[-1].said() if len(keys) > PAGE_ROWS else "")


def _timed(
    session: Session,
    actor: Actor,
    tab: Tab,
    wanted: Wanted,
    query: Query | None,
    start: _Key | None,
) -> list[_Key]:
    """Keys of the clips under review on this list, from the nearest time limit on."""
    rule = (rules.decides_now if tab is Tab.WAITING else rules.sent_on)(session, actor)
    found = _under_review(actor, DUE, Clip.id).where(rule)
    if start is not None:
        limit = literal(start.due, UtcDateTime)
        found = found.where(or_(limit < DUE, and_(limit == DUE, Clip.id < start.clip)))
    if wanted.overdue:
        found = found.where(Clip.due_at < clock.now())
    if query is not None:
        hits = search.hits(session, query.marked(mark("s", ClipState.IN_REVIEW)))
        found = found.where(Clip.id.in_(hits))
    ordered = found.order_by(DUE, Clip.id.desc()).limit(PAGE_ROWS + 1)
    return [_Key(row[1], row[0]) for row in session.execute(ordered)]


def _given(
    session: Session, actor: Actor, wanted: Wanted, query: Query | None, start: _Key | None
) -> list[_Key]:
    """Keys of the clips that the actor was given to make until some time, from the nearest on."""
    due = Clip.assigned_due_at
    found: set[_Key] = set()
    for each in rules.own_work(actor, due, Clip.id):
        each = each.where(due.is_not(None))
        if start is not None:
            limit = literal(start.due, UtcDateTime)
            each = each.where(or_(limit < due, and_(limit == due, Clip.id < start.clip)))
        if wanted.overdue:
            each = each.where(due < clock.now())
        if query is not None:
            each = each.where(Clip.id.in_(search.hits(session, query.marked(*LYING))))
        rows = session.execute(each.order_by(due, Clip.id.desc()).limit(PAGE_ROWS + 1))
        found |= {_Key(row[1], row[0]) for row in rows}
    return list(found)


def _untimed(session: Session, actor: Actor, query: Query | None, below: int | None) -> list[int]:
    """Ids of what lies with the actor as author without a time limit, of scripts to be read, and
    of what waits to be posted, newest first."""
    lying = query and query.marked(*LYING)
    posting = query and query.marked(search.WAITS_TO_BE_POSTED)
    found: set[int] = set()
    for each in rules.own_work(actor):
        each = each.where(Clip.assigned_due_at.is_(None))
        found |= _newest(session, each, lying, below)
    for each in rules.scripts_to_read(actor):
        found |= _newest(session, each, lying, below)
    for each in rules.to_post(session, actor):
        found |= _newest(session, each, posting, below)
    return sorted(found, reverse=True)[: PAGE_ROWS + 1]


def _newest(
    session: Session, found: Select[Any], query: Query | None, below: int | None
) -> set[int]:
    clip = found.selected_columns[0]
    if query is not None:
        found = found.where(clip.in_(search.hits(session, query)))
    if below is not None:
        found = found.where(clip < below)
    return set(session.scalars(found.order_by(clip.desc()).limit(PAGE_ROWS + 1)))
