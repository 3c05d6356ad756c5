"""Reading the ledger in order, in pieces, so that a million entries take no more memory than one.

Everything that shows or exports the ledger reads it through here, and each caller says whose
entries it may see.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from review import clock
from review.audit.vocabulary import Act
from review.log_lines import LogLine, LogText, sentence
from review.models import Clip, LedgerEntry, LedgerText
from review.words.folding import fold

# One round trip brings this many; with bodies of about a kilobyte that is half a megabyte.
BATCH = 500
ALL: Literal["all"] = "all"
Scope = int | Literal["all"]

# Kinds of act that people look for together; beginnings of actions. An act may stand in several.
GROUPS: dict[str, tuple[str, ...]] = {
    "review": (
        "clip:review:",
        "clip:level:",
        "clip:sign_off:",
        "clip:political:",
        "clip:dossier:withdrawn",
        "clip:sheet:",
        "clip:exchange:",
    ),
    "clips": (
        "clip:dossier:created",
        "clip:dossier:changed",
        "clip:revision:",
        "clip:step:",
        "clip:rendition:",
        "clip:transcript:",
        "clip:captions:",
        "clip:remark:",
        "clip:directive:",
    ),
    "publication": ("clip:publication:", "clip:delivery:", "clip:file:"),
    "looking": (
        "clip:dossier:viewed",
        "clip:file:",
        "clip:sheet:",
        "clip:exchange:read",
        "agency:directive:read",
        "ledger:export:",
    ),
    "accounts": ("person:",),
    "settings": ("agency:", "installation:"),
}


@dataclass(frozen=True)
class LogFilter:
    """What somebody wants to see of the log. Days are Vietnamese days, both ends included."""

    clip_code: str = ""
    person_id: int | None = None
    group: str = ""
    day_from: date | None = None
    day_to: date | None = None
    text: str = ""

    def said(self) -> dict[str, Any]:
        """The filter as plain data, what was typed left out: that is a text, not a code."""
        return {
            "clip": self.clip_code,
            "person": self.person_id,
            "group": self.group,
            "from": self.day_from.isoformat() if self.day_from else "",
            "to": self.day_to.isoformat() if self.day_to else "",
        }


EVERYTHING = LogFilter()


def actions_of(group: str) -> tuple[str, ...]:
    """The actions of a group; none for an unknown one."""
    return tuple(act.value for act in Act if act.value.startswith(GROUPS.get(group, ("?",))))


def lines(
    session: Session,
    scope: Scope,
    wanted: LogFilter = EVERYTHING,
    *,
    newest_first: bool = False,
    beyond: int | None = None,
) -> Iterator[LogLine]:
    """The wanted entries of an agency in order, from beyond a position on. `ALL` is for the keeper
    of the machine. The text of the filter is not looked at here; see `speaks_of`.
    """
    while batch := _batch(session, scope, wanted, newest_first, beyond):
        yield from batch
        beyond = batch[-1].position


def speaks_of(line: LogLine, text: str, locale: str) -> bool:
    """Whether the line's sentence, code or texts contain `text`, accents aside."""
    said = " ".join((line.clip_code, sentence(line, locale), *(text.text for text in line.texts)))
    return fold(text) in fold(said)


def _batch(
    session: Session, scope: Scope, wanted: LogFilter, newest_first: bool, beyond: int | None
) -> list[LogLine]:
    position = LedgerEntry.position
    rules = _conditions(scope, wanted)
    if beyond is not None:
        rules.append(position < beyond if newest_first else position > beyond)
    rows = session.execute(
        select(position, LedgerEntry.leaf, LedgerEntry.at, LedgerEntry.action, LedgerEntry.body)
        .where(*rules)
        .order_by(position.desc() if newest_first else position)
        .limit(BATCH)
    ).all()
    texts = _texts(session, [row.position for row in rows])
    return [
        LogLine(row.position, row.leaf, row.at, row.action, row.body, texts.get(row.position, ()))
        for row in rows
    ]


def _conditions(scope: Scope, wanted: LogFilter) -> list[ColumnElement[bool]]:
    rules: list[ColumnElement[bool]] = []
    if scope != ALL:
        rules.append(LedgerEntry.agency_id == scope)
    if wanted.clip_code:
        clips = select(Clip.id).where(Clip.code == wanted.clip_code.strip().upper())
        rules.append(LedgerEntry.clip_id.in_(clips))
    if wanted.person_id is not None:
        rules.append(LedgerEntry.actor_id == wanted.person_id)
    if wanted.group:
        rules.append(LedgerEntry.action.in_(actions_of(wanted.group)))
    if wanted.day_from:
        rules.append(LedgerEntry.at >= _start_of(wanted.day_from))
    if wanted.day_to:
        rules.append(LedgerEntry.at < _start_of(wanted.day_to + timedelta(days=1)))
    return rules


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), clock.LOCAL).astimezone(UTC)


def _texts(session: Session, positions: list[int]) -> dict[int, tuple[LogText, ...]]:
    found = (
        select(LedgerText.position, LedgerText.name, LedgerText.salt, LedgerText.text)
        .where(LedgerText.position.in_(positions))
        .order_by(LedgerText.position, LedgerText.name)
    )
    texts: dict[int, tuple[LogText, ...]] = {}
    for row in session.execute(found):
        text = LogText(row.name, row.salt, row.text)
        texts[row.position] = (*texts.get(row.position, ()), text)
    return texts
