"""All exchanges of an agency, those that still wait for an answer or all, the latest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from review import clock
from review.models import Clip, Exchange, ExchangeEntry
from review.permissions import Actor
from review.queries import search
from review.queries.exchanges import (
    EntryKind,
    ExchangeState,
    ExchangeView,
    is_open,
    views_of,
)
from review.queries.inbox_wanted import FIRST_DAY
from review.queries.queue_rules import OVERSEEING, authored
from review.queries.search import Query
from review.states import ClipState
from review.words.folding import fold

PAGE_ROWS = 30
# What a search line takes; the rest of a pasted article is not a search.
MAX_WORDS = 8
# Bodies and means that a form offers to choose from: an office writes to a dozen.
OFFERED = 50
PRIVATE = (ClipState.DRAFT, ClipState.WITHDRAWN)


@dataclass(frozen=True)
class Asked:
    """What the list is asked for; empty means everything. Days are Vietnamese, ends included."""

    words: str = ""
    state: str = ""
    body: str = ""
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class ExchangeRow:
    """One exchange in the list, with the clip that it is about."""

    exchange: ExchangeView
    code: str
    title: str
    clip_state: str


@dataclass(frozen=True)
class ExchangePage:
    """One page; `older` is where the next one begins."""

    rows: tuple[ExchangeRow, ...]
    older: int | None


def exchange_page(
    session: Session, actor: Actor, asked: Asked, before: int | None = None
) -> ExchangePage:
    """The exchanges that `actor` may see and asked for, those older than `before`."""
    found = _visible(actor, Exchange, Clip).where(*_wanted(session, actor, asked))
    if before is not None:
        found = found.where(Exchange.id < before)
    rows = session.execute(found.order_by(Exchange.id.desc()).limit(PAGE_ROWS + 1)).all()
    shown = rows[:PAGE_ROWS]
    views = views_of(session, [row.Exchange for row in shown])
    listed = tuple(
        ExchangeRow(view, row.Clip.code, row.Clip.title, row.Clip.state)
        for view, row in zip(views, shown, strict=True)
    )
    return ExchangePage(listed, shown[-1].Exchange.id if len(rows) > PAGE_ROWS else None)


def bodies_of(session: Session, actor: Actor) -> tuple[str, ...]:
    """The bodies that were asked before, those asked most often first."""
    return _used(session, actor, Exchange.body)


def means_of(session: Session, actor: Actor) -> tuple[str, ...]:
    """The means that were used before, those used most often first."""
    return _used(session, actor, Exchange.means)


def _used(session: Session, actor: Actor, column: Any) -> tuple[str, ...]:
    found = _visible(actor, column).group_by(column).order_by(func.count().desc(), column)
    return tuple(session.scalars(found.limit(OFFERED)))


def _visible(actor: Actor, *columns: Any) -> Select[Any]:
    """Exchanges about clips that `actor` may see: somebody's draft is nobody else's business."""
    found = select(*columns).select_from(Exchange).join(Clip, Clip.id == Exchange.clip_id)
    found = found.where(Exchange.agency_id == actor.agency_id)
    if actor.roles & OVERSEEING:
        return found
    return found.where(or_(Clip.state.not_in(PRIVATE), authored(actor)))


def _wanted(session: Session, actor: Actor, asked: Asked) -> list[ColumnElement[bool]]:
    rules: list[ColumnElement[bool]] = []
    if asked.state == ExchangeState.OPEN:
        rules.append(is_open())
    elif asked.state:
        kinds = {"answered": EntryKind.REPLY, "withdrawn": EntryKind.WITHDRAWAL}
        rules.append(_closed_by(kinds[asked.state]))
    if asked.body:
        rules.append(Exchange.body == asked.body)
    if asked.first and asked.first > FIRST_DAY:
        rules.append(Exchange.asked_at >= _start_of(asked.first))
    if asked.last and asked.last < date.max:
        rules.append(Exchange.asked_at < _start_of(asked.last + timedelta(days=1)))
    if asked.words:
        rules.append(_says(session, actor, asked.words))
    return rules


def _closed_by(kind: EntryKind) -> ColumnElement[bool]:
    return exists().where(ExchangeEntry.closes == Exchange.id, ExchangeEntry.kind == kind.value)


def _says(session: Session, actor: Actor, words: str) -> ColumnElement[bool]:
    """Every word stands in the question or in what came after, or all in the clip's own words."""
    said = [_somewhere(word) for word in fold(words).split()[:MAX_WORDS]]
    of_clip = search.typed(words)
    if not of_clip:
        return and_(True, *said)
    clips = search.hits(session, Query(actor.agency_id or 0, of_clip))
    return or_(and_(*said), Exchange.clip_id.in_(clips))


def _somewhere(word: str) -> ColumnElement[bool]:
    after = exists().where(
        ExchangeEntry.exchange_id == Exchange.id,
        ExchangeEntry.folded.contains(word, autoescape=True),
    )
    return or_(Exchange.folded.contains(word, autoescape=True), after)


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), clock.LOCAL).astimezone(UTC)
