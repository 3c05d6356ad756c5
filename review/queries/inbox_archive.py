"""The third list: everything that is decided, newest dossier first.

It grows without end. Ids are read in the order of the list, from the index alone, and rows only
for those that fill the page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from sqlalchemy import and_, not_, or_, select
from sqlalchemy.orm import Session

from review.models import Clip
from review.permissions import Actor
from review.queries import queue_rules as rules
from review.queries import search
from review.queries.inbox_rows import PAGE_ROWS, Inbox, InboxRow, rows_of
from review.queries.search import Query, mark
from review.states import ClipState

# Ids fetched at a time while a page of the archive fills: one page and a few that are not shown.
LOOK = 2 * PAGE_ROWS
# Somebody else's draft is nobody's business yet, and what is under review is not decided.
OPEN = (ClipState.DRAFT, ClipState.IN_REVIEW)
WITHDRAWN = mark("s", ClipState.WITHDRAWN)
# A place in the list: the pass and the last clip shown. No row's number has more digits.
_DONE = re.compile(r"([anps])(\d{1,18})", re.ASCII)
# The passes of a search, in order: words in the title, code or people; words anywhere else; and
# only where neither found anything, words that begin so.
PASSES = "nsp"


def archive(session: Session, actor: Actor, query: Query | None, after: str) -> Inbox:
    """Newest first; with words, those found by their title before those found by what is said."""
    # Left out row by row, for they are few: what is open, and what lies with the actor to mend.
    own = and_(rules.WITH_AUTHOR, rules.authored(actor))
    seen = and_(Clip.state.not_in(OPEN), not_(own))
    if not actor.roles & rules.OVERSEEING:
        seen = and_(seen, or_(Clip.state != ClipState.WITHDRAWN, rules.authored(actor)))
        if query is not None and (WITHDRAWN,) in query.marks:
            query = query.marked(mark("a", actor.person_id))
    rows: list[InboxRow] = []
    kinds: list[str] = []
    for kind, ids in _passes(session, actor, query, after):
        fresh = rows_of(session, ids, seen)
        rows += fresh
        kinds += [kind] * len(fresh)
        if len(rows) > PAGE_ROWS:
            break
    spoken = next((place for place, kind in enumerate(kinds) if kind in "sp"), None)
    last = f"{kinds[PAGE_ROWS - 1]}{rows[PAGE_ROWS - 1].id}" if len(rows) > PAGE_ROWS else ""
    return Inbox(tuple(rows[:PAGE_ROWS]), last, spoken if query and query.words else None)


def _passes(
    session: Session, actor: Actor, query: Query | None, after: str
) -> Iterator[tuple[str, list[int]]]:
    """Ids in the order of the list, some at a time, each with the letter of its pass."""
    found = _DONE.fullmatch(after)
    kind, below = (found[1], int(found[2])) if found else ("", None)
    if query is None:
        for ids in _walk(partial(_unsearched, session, actor), below):
            yield "a", ids
        return
    passes = PASSES if query.words else "a"
    any_yet = bool(kind)
    for each in passes[max(0, passes.find(kind)) :] if kind else passes:
        if each == "p" and any_yet and kind != "p":
            return
        near = {"n": True, "s": False}.get(each)
        asked = replace(query, near=near, prefix=each == "p")
        for ids in _walk(partial(_searched, session, asked), below if each == kind else None):
            any_yet = True
            yield each, ids


def _walk(look: Callable[[int | None], list[int]], below: int | None) -> Iterator[list[int]]:
    while ids := look(below):
        yield ids
        if len(ids) < LOOK:
            return
        below = ids[-1]


def _searched(session: Session, query: Query, below: int | None) -> list[int]:
    return search.newest(session, query, below, LOOK)


def _unsearched(session: Session, actor: Actor, below: int | None) -> list[int]:
    found = select(Clip.id).where(Clip.agency_id == actor.agency_id, Clip.state.not_in(OPEN))
    if below is not None:
        found = found.where(Clip.id < below)
    return list(session.scalars(found.order_by(Clip.id.desc()).limit(LOOK)))
