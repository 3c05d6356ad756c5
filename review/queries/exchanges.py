"""What was asked of other bodies about a clip, and what they answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from review.errors import NotFound
from review.models import Clip, Exchange, ExchangeDocument, ExchangeEntry, Person
from review.permissions import ORDERING
from review.queries.documents import DocumentView, documents_of
from review.queries.facts import holders_of
from review.words.collation import name_key


class EntryKind(StrEnum):
    """What can come after a question."""

    REPLY = "reply"
    NOTE = "note"
    WITHDRAWAL = "withdrawal"


class ExchangeState(StrEnum):
    """Where an exchange stands."""

    OPEN = "open"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


STATE_AFTER = {
    EntryKind.REPLY: ExchangeState.ANSWERED,
    EntryKind.WITHDRAWAL: ExchangeState.WITHDRAWN,
}


@dataclass(frozen=True)
class Orderer:
    """Somebody who may order that another body is asked."""

    id: int
    name: str
    post: str


@dataclass(frozen=True)
class EntryView:
    """A reply, a note or a withdrawal; `person` is who replied, the others who wrote it down."""

    kind: EntryKind
    person: str
    means: str
    reference: str
    said_at: datetime
    text: str
    recorder: str
    recorder_post: str
    at: datetime
    documents: tuple[DocumentView, ...]


@dataclass(frozen=True)
class ExchangeView:
    """One exchange with everything that came after the question, oldest first."""

    id: int
    state: ExchangeState
    body: str
    person: str
    means: str
    reference: str
    asked_at: datetime
    question: str
    orderer: str
    orderer_post: str
    recorder: str
    recorder_post: str
    at: datetime
    documents: tuple[DocumentView, ...]
    entries: tuple[EntryView, ...]

    @property
    def reply(self) -> EntryView | None:
        """The reply, once there is one."""
        return next((said for said in self.entries if said.kind is EntryKind.REPLY), None)

    @property
    def notes(self) -> tuple[EntryView, ...]:
        """Corrections and further documents."""
        return tuple(said for said in self.entries if said.kind is EntryKind.NOTE)

    @property
    def withdrawal(self) -> EntryView | None:
        """That and why it was withdrawn."""
        return next((said for said in self.entries if said.kind is EntryKind.WITHDRAWAL), None)


def is_open() -> ColumnElement[bool]:
    """An exchange that nothing has closed; for a select over `Exchange`."""
    return ~exists().where(ExchangeEntry.closes == Exchange.id)


def is_consulted() -> ColumnElement[bool]:
    """A clip about which somebody has been asked and has not answered; for a select over `Clip`."""
    return exists().where(Exchange.clip_id == Clip.id, is_open())


def consulting(session: Session, clip_id: int) -> bool:
    """Whether the clip carries the label "Đang xin ý kiến"."""
    found = select(Exchange.id).where(Exchange.clip_id == clip_id, is_open()).limit(1)
    return session.scalar(found) is not None


def orderers_of(session: Session, agency_id: int) -> tuple[Orderer, ...]:
    """Who may order it: the head, deputies, secretaries and section heads; the head comes first."""
    places: dict[int, int] = {}
    for place, role in enumerate(sorted(ORDERING, key=_rank)):
        for person_id in holders_of(session, agency_id, role):
            places.setdefault(person_id, place)
    people = session.scalars(select(Person).where(Person.id.in_(places)))
    ordered = sorted(people, key=lambda one: (places[one.id], name_key(one.full_name)))
    return tuple(Orderer(one.id, one.full_name, one.post) for one in ordered)


def exchanges_of(
    session: Session, clip_id: int, *, until: datetime | None = None
) -> tuple[ExchangeView, ...]:
    """All exchanges about a clip, the latest question first; with `until`, as they stood then."""
    found = select(Exchange).where(Exchange.clip_id == clip_id)
    if until is not None:
        found = found.where(Exchange.created_at <= until)
    rows = session.scalars(found.order_by(Exchange.id.desc())).all()
    return views_of(session, rows, until=until)


def exchange_of(session: Session, clip_id: int, exchange_id: int) -> ExchangeView:
    """One exchange about a clip. Raises NotFound, also for one about another clip."""
    row = session.get(Exchange, exchange_id)
    if row is None or row.clip_id != clip_id:
        raise NotFound("not_found")
    return views_of(session, (row,))[0]


def views_of(
    session: Session, rows: Sequence[Exchange], *, until: datetime | None = None
) -> tuple[ExchangeView, ...]:
    """The exchanges `rows` in this order, with entries and files read at once."""
    ids = [row.id for row in rows]
    if not ids:
        return ()
    said = select(ExchangeEntry).where(ExchangeEntry.exchange_id.in_(ids))
    if until is not None:
        said = said.where(ExchangeEntry.created_at <= until)
    entries = session.scalars(said.order_by(ExchangeEntry.id)).all()
    links = session.scalars(
        select(ExchangeDocument)
        .where(ExchangeDocument.exchange_id.in_(ids))
        .order_by(ExchangeDocument.document_id)
    ).all()
    files = documents_of(session, (link.document_id for link in links))

    def of(exchange_id: int, entry_id: int | None) -> tuple[DocumentView, ...]:
        return tuple(
            files[link.document_id]
            for link in links
            if (link.exchange_id, link.entry_id) == (exchange_id, entry_id)
        )

    return tuple(
        _view(
            row,
            tuple(_entry(one, of(row.id, one.id)) for one in entries if one.exchange_id == row.id),
            of(row.id, None),
        )
        for row in rows
    )


def _rank(role: str) -> int:
    return ("head", "deputy", "secretary", "section_head").index(role)


def _entry(row: ExchangeEntry, files: tuple[DocumentView, ...]) -> EntryView:
    return EntryView(
        kind=EntryKind(row.kind),
        person=row.person,
        means=row.means,
        reference=row.reference,
        said_at=row.said_at,
        text=row.text,
        recorder=row.recorded_name,
        recorder_post=row.recorded_post,
        at=row.created_at,
        documents=files,
    )


def _view(
    row: Exchange, entries: tuple[EntryView, ...], files: tuple[DocumentView, ...]
) -> ExchangeView:
    after = [STATE_AFTER[one.kind] for one in entries if one.kind in STATE_AFTER]
    return ExchangeView(
        id=row.id,
        state=after[0] if after else ExchangeState.OPEN,
        body=row.body,
        person=row.person,
        means=row.means,
        reference=row.reference,
        asked_at=row.asked_at,
        question=row.question,
        orderer=row.ordered_name,
        orderer_post=row.ordered_post,
        recorder=row.recorded_name,
        recorder_post=row.recorded_post,
        at=row.created_at,
        documents=files,
        entries=entries,
    )
