"""The register of directives, and which of them a clip cites."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from review.errors import NotFound
from review.models import ClipDirective, Directive, DirectiveDocument
from review.queries.documents import DocumentView, documents_of
from review.words import say
from review.words.figures import plain_day
from review.words.folding import fold

PAGE_ROWS = 50
# What a search line takes; the rest of a pasted article is not a search.
MAX_WORDS = 8
# Under a search line that is still being typed: what a phone shows without scrolling.
FOUND_ROWS = 6
# A list to choose from in a filter; who has more looks them up in the register.
OFFERED = 200


@dataclass(frozen=True)
class DirectiveCard:
    """A directive as it is listed."""

    id: int
    issuer: str
    number: str
    issued_on: date | None
    subject: str
    retired: bool

    @property
    def name(self) -> str:
        """Number and day, or the subject where the letter went out without them."""
        return cited(self.number, self.issued_on) or self.subject


@dataclass(frozen=True)
class DirectiveView(DirectiveCard):
    """A directive as its page shows it."""

    note: str
    version: int
    created_at: datetime
    retired_at: datetime | None
    documents: tuple[DocumentView, ...]
    clips: int  # how many cite it


@dataclass(frozen=True)
class DirectivePage:
    """One page of the register; `older` is where the next one begins."""

    rows: tuple[DirectiveCard, ...]
    older: int | None


def cited(number: str, issued_on: date | None, locale: str = "vi") -> str:
    """ "3270-CV/BTGTU ngày 02/04/2024": as much of it as is known."""
    day = say("directive_of_day", locale, day=plain_day(issued_on)) if issued_on else ""
    return " ".join(part for part in (number, day) if part)


def citation(card: DirectiveCard) -> str:
    """A directive as a paper names it, in one line."""
    said = (cited(card.number, card.issued_on), card.issuer)
    return f"{', '.join(part for part in said if part)}: {card.subject}"


def register(
    session: Session,
    agency_id: int,
    words: str = "",
    *,
    retired: bool = False,
    before: int | None = None,
) -> DirectivePage:
    """The directives in force (or the retired ones) that hold all `words`, the latest first."""
    found = select(Directive).where(Directive.agency_id == agency_id, *_holding(words))
    gone = Directive.retired_at.is_not(None)
    found = found.where(gone if retired else ~gone)
    if before is not None:
        found = found.where(Directive.id < before)
    rows = session.scalars(found.order_by(Directive.id.desc()).limit(PAGE_ROWS + 1)).all()
    shown = tuple(_card(row) for row in rows[:PAGE_ROWS])
    return DirectivePage(shown, shown[-1].id if len(rows) > PAGE_ROWS else None)


def directive_of(session: Session, agency_id: int, directive_id: int) -> DirectiveView:
    """One directive of the agency. Raises NotFound, also for another agency's."""
    row = session.get(Directive, directive_id)
    if row is None or row.agency_id != agency_id:
        raise NotFound("not_found")
    links = select(DirectiveDocument.document_id).where(DirectiveDocument.directive_id == row.id)
    files = documents_of(session, session.scalars(links))
    citing = select(func.count()).where(ClipDirective.directive_id == row.id)
    return DirectiveView(
        **vars(_card(row)),
        note=row.note,
        version=row.version,
        created_at=row.created_at,
        retired_at=row.retired_at,
        documents=tuple(files[number] for number in sorted(files)),
        clips=session.scalar(citing) or 0,
    )


def directives_of(session: Session, clip_id: int) -> tuple[DirectiveCard, ...]:
    """The directives that a clip cites, in the order in which they were issued."""
    rows = session.scalars(
        select(Directive)
        .join(ClipDirective, ClipDirective.directive_id == Directive.id)
        .where(ClipDirective.clip_id == clip_id)
    )
    cards = [_card(row) for row in rows]
    return tuple(sorted(cards, key=lambda card: (card.issued_on or date.max, card.id)))


def citable(
    session: Session, agency_id: int, clip_id: int, words: str
) -> tuple[DirectiveCard, ...]:
    """Directives in force that hold all `words` and that the clip does not cite yet."""
    here = select(ClipDirective.directive_id).where(ClipDirective.clip_id == clip_id)
    found = select(Directive).where(
        Directive.agency_id == agency_id,
        Directive.retired_at.is_(None),
        Directive.id.not_in(here),
        *_holding(words),
    )
    return tuple(
        _card(row) for row in session.scalars(found.order_by(Directive.id.desc()).limit(FOUND_ROWS))
    )


def directive_choices(session: Session, agency_id: int) -> tuple[tuple[int, str], ...]:
    """(id, name) of the directives by which a list of clips may be filtered."""
    found = select(Directive).where(Directive.agency_id == agency_id)
    rows = session.scalars(found.order_by(Directive.id.desc()).limit(OFFERED))
    return tuple((row.id, _card(row).name) for row in rows)


def _holding(words: str) -> list[ColumnElement[bool]]:
    asked: list[Any] = fold(words).split()[:MAX_WORDS]
    return [Directive.folded.contains(word, autoescape=True) for word in asked]


def _card(row: Directive) -> DirectiveCard:
    return DirectiveCard(
        id=row.id,
        issuer=row.issuer,
        number=row.number,
        issued_on=row.issued_on,
        subject=row.subject,
        retired=row.retired_at is not None,
    )
