"""What somebody looks for in a list, and what the index over words is asked for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from review import clock
from review.models import Category
from review.permissions import Actor
from review.queries import search
from review.queries.search import Query, mark

# No clip of this product is older.
FIRST_DAY = date(2024, 1, 1)


@dataclass(frozen=True)
class Wanted:
    """What the search line asks for; empty means everything. Days are Vietnamese days, both ends
    included.
    """

    words: str = ""
    state: str = ""
    category: str = ""
    author: int | None = None
    political: bool = False
    overdue: bool = False
    consulting: bool = False
    directive: int | None = None
    first: date | None = None
    last: date | None = None

    @property
    def any(self) -> bool:
        """Whether anything is asked for at all."""
        return self != Wanted()


def query_of(session: Session, actor: Actor, wanted: Wanted) -> Query | None:
    """What the index is asked for, whatever the list; None where nothing is asked for.

    `overdue` is not in it: time passes without anybody writing it down.
    """
    if not replace(wanted, overdue=False).any:
        return None
    query = Query(actor.agency_id or 0, search.typed(wanted.words))
    if wanted.state:
        query = query.marked(mark("s", wanted.state))
    if wanted.political:
        query = query.marked(mark("p", 1))
    if wanted.consulting:
        query = query.marked(search.CONSULTING)
    if wanted.directive is not None:
        query = query.marked(mark(search.CITES, wanted.directive))
    if wanted.author is not None:
        query = query.marked(mark("a", wanted.author))
    if wanted.category:
        query = query.marked(mark("c", _category(session, actor, wanted.category)))
    if wanted.first or wanted.last:
        today = clock.local(clock.now()).date()
        first = max(wanted.first or FIRST_DAY, FIRST_DAY)
        query = query.marked(*search.period_marks(first, min(wanted.last or today, today)))
    return query


def _category(session: Session, actor: Actor, code: str) -> int:
    found = select(Category.id).where(Category.agency_id == actor.agency_id, Category.code == code)
    return session.scalar(found) or 0
