"""The names of an agency, for its page, for the editor's suggestions and for the recogniser."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from review.errors import NotFound
from review.models import GlossaryTerm
from review.names import Term
from review.words.collation import sort_key


@dataclass(frozen=True)
class TermCard:
    """One name on the list. `kind`: person, title, place."""

    id: int
    kind: str
    text: str
    note: str
    active: bool


def glossary_of(session: Session, agency_id: int) -> tuple[TermCard, ...]:
    """Every name of the agency in Vietnamese order, those out of use last."""
    rows = session.scalars(select(GlossaryTerm).where(GlossaryTerm.agency_id == agency_id))
    cards = [_card(row) for row in rows]
    return tuple(sorted(cards, key=lambda card: (not card.active, sort_key(card.text))))


def term_card(session: Session, agency_id: int, term_id: int) -> TermCard:
    """One name of the agency. Raises NotFound, also for another agency's."""
    row = session.get(GlossaryTerm, term_id)
    if row is None or row.agency_id != agency_id:
        raise NotFound("not_found")
    return _card(row)


def names_of(session: Session, agency_id: int) -> tuple[Term, ...]:
    """The names in use with their kinds, in the order in which they were entered."""
    found = (
        select(GlossaryTerm.kind, GlossaryTerm.text)
        .where(GlossaryTerm.agency_id == agency_id, GlossaryTerm.active)
        .order_by(GlossaryTerm.id)
    )
    return tuple(Term(row.kind, row.text) for row in session.execute(found))


def terms(session: Session, agency_id: int) -> tuple[str, ...]:
    """The names in use as plain texts, the newest first: a recogniser has room for some dozens,
    and what was entered last is what the clips of the week are about."""
    return tuple(term.text for term in reversed(names_of(session, agency_id)))


def _card(row: GlossaryTerm) -> TermCard:
    return TermCard(row.id, row.kind, row.text, row.note, row.active)
