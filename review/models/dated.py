"""Rows that hold from one day to another, and what holds today.

Days are those of Vietnam. `valid_to` is the last day, as papers say it; without one the row holds
until further notice.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, and_, bindparam, func, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from review import clock

# Asked for anew each time a statement runs, so that a cached statement does not keep yesterday.
TODAY = bindparam("today", callable_=lambda: clock.today(), type_=Date())


class Dated:
    """The two columns of a dated row."""

    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)


def on_day(row: Any, day: Any) -> ColumnElement[bool]:
    """Whether `row` (a dated class or an alias of one) holds on `day`."""
    return and_(row.valid_from <= day, or_(row.valid_to.is_(None), row.valid_to >= day))


def today_of(column: Any, row: Any, owner: Any, *first: Any) -> ColumnElement[Any]:
    """`column` of the `row` that belongs to `owner` today, or an empty text; of several the one
    that `first` orders to the front, then the youngest."""
    found = select(column).where(owner, on_day(row, TODAY))
    found = found.order_by(*first, row.valid_from.desc(), row.id.desc()).limit(1)
    return func.coalesce(found.scalar_subquery(), "")
