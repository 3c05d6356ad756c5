"""Which clips hold these words and marks: the one gate to each database's own text index.

A clip has one row of distinct words without accents (`clip_search`). A word that also stands in
its title, its code or the name of somebody who had a part in it appears a second time with `n_`
before it: such clips are found first. Marks (`s_posted`, `c_3`, `d_20260305`, ...) are words that
nobody can type, so that every filter is answered by the same index as the words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, column, func, literal_column, select, table
from sqlalchemy import cast as cast_to
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from review import clock
from review.models import ClipSearch
from review.words.folding import fold

# What a search line takes; the rest of a pasted article is not a search.
MAX_WORDS = 8
# Shorter beginnings stand at the head of half the language, and SQLite keeps them by three letters.
PREFIX_LETTERS = 3
# Days are asked one by one at both ends of a period, whole months between them.
MAX_PERIOD = timedelta(days=3660)
NEAR = "n_"

WAITS_TO_BE_POSTED = "w_post"
CONSULTING = "x_open"
# The kind of mark that names a directive which the clip cites.
CITES = "v"

_WORD = re.compile(r"[^\W_]+")
_FTS = table("clip_words", column("rowid"), column("clip_words"))


@dataclass(frozen=True)
class Query:
    """Clips of one agency that hold all `words` and, of each group of `marks`, at least one mark.

    `near`: True for those whose words all stand in title, code or people, False for the others,
    None for both. `prefix` takes the last word as the beginning of one.
    """

    agency_id: int
    words: tuple[str, ...] = ()
    marks: tuple[tuple[str, ...], ...] = ()
    near: bool | None = None
    prefix: bool = False

    def marked(self, *marks: str) -> Query:
        """The same, asking for one more group of marks."""
        return replace(self, marks=(*self.marks, marks))


def words_of(text: str) -> list[str]:
    """The words of `text` in order, as they are stored and asked for alike.

    Without accents; a number without leading zeros, as people say a code aloud.
    """
    found = _WORD.findall(fold(text))
    return [word.lstrip("0") or "0" if word.isdecimal() else word for word in found]


def typed(text: str) -> tuple[str, ...]:
    """The words of a search line, each once."""
    return tuple(dict.fromkeys(words_of(text)))[:MAX_WORDS]


def mark(kind: str, value: object) -> str:
    """The mark `value` of the kind `kind`, a single letter."""
    return f"{kind}_{value}"


def day_marks(moment: datetime) -> tuple[str, str]:
    """The marks of the Vietnamese day and month in which `moment` lies."""
    day = clock.local(moment).date()
    return mark("d", f"{day:%Y%m%d}"), mark("m", f"{day:%Y%m}")


def period_marks(first: date, last: date) -> tuple[str, ...]:
    """Marks that between them cover the days from `first` to `last`, both included."""
    if last - first > MAX_PERIOD:
        last = first + MAX_PERIOD
    marks: list[str] = []
    day = first
    while day <= last:
        after = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        if day.day == 1 and after - timedelta(days=1) <= last:
            marks.append(mark("m", f"{day:%Y%m}"))
            day = after
        else:
            marks.append(mark("d", f"{day:%Y%m%d}"))
            day += timedelta(days=1)
    return tuple(marks) or ("none",)


def hits(session: Session, query: Query) -> Select[Any]:
    """A select of the ids of all clips that `query` asks for; for small answers only."""
    return _matching(session, query)[0]


def newest(session: Session, query: Query, below: int | None, limit: int) -> list[int]:
    """The ids of the `limit` newest clips that `query` asks for, of those older than `below`."""
    found, key = _matching(session, query)
    if below is not None:
        found = found.where(key < below)
    return list(session.scalars(found.order_by(key.desc()).limit(limit)))


def _matching(session: Session, query: Query) -> tuple[Select[Any], Any]:
    if session.get_bind().dialect.name == "sqlite":
        # The full-text table knows nothing but words: the agency too is asked for as one.
        ours = query.marked(mark("g", query.agency_id))
        key: Any = _FTS.c.rowid
        return select(key).where(_FTS.c.clip_words.op("MATCH")(_fts(ours))), key
    key, own = ClipSearch.clip_id, ClipSearch.agency_id == query.agency_id
    asked = _tsquery(query)
    if not asked:
        return select(key).where(own), key
    vector = func.clip_words(literal_column("clip_search.words"))
    return select(key).where(own, vector.op("@@")(cast_to(asked, TSQUERY))), key


def _fts(query: Query) -> str:
    """The query as FTS5 reads it; words are letters and digits, so quoting them is enough."""

    def one(word: str, *, last: bool = False) -> str:
        return f'"{word}"*' if last else f'"{word}"'

    text = _joined(query, one, " AND ", " OR ")
    return f"({text}) NOT ({_near(query, one, ' AND ')})" if _not_near(query) else text


def _tsquery(query: Query) -> str:
    """The query as PostgreSQL reads it; empty where only the agency is asked for."""

    def one(word: str, *, last: bool = False) -> str:
        return f"'{word}':*" if last else f"'{word}'"

    text = _joined(query, one, " & ", " | ")
    return f"({text}) & !({_near(query, one, ' & ')})" if _not_near(query) else text


def _not_near(query: Query) -> bool:
    return query.near is False and bool(query.words)


def _joined(query: Query, one: Any, both: str, either: str) -> str:
    parts = [f"({either.join(one(each) for each in group)})" for group in query.marks]
    if query.words and query.near:
        parts.append(_near(query, one, both))
    elif query.words:
        parts.append(both.join(_words(query, one, "")))
    return both.join(parts)


def _near(query: Query, one: Any, both: str) -> str:
    return both.join(_words(query, one, NEAR))


def _words(query: Query, one: Any, before: str) -> Iterable[str]:
    final = len(query.words) - 1
    for place, word in enumerate(query.words):
        open_end = query.prefix and place == final and len(word) >= PREFIX_LETTERS
        yield one(before + word, last=open_end)
