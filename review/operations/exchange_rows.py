"""The rows of an exchange, made of what was typed; nothing here is saved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from review import clock
from review.errors import Invalid
from review.models import Clip, Exchange, ExchangeEntry
from review.operations import typed
from review.permissions import Actor
from review.queries.exchanges import EntryKind, orderers_of
from review.words.folding import fold

# A page and a half of a letter; what is longer is attached.
TEXT_LIMIT = 4_000
# Clocks of phones and of an office server differ by minutes.
AHEAD = timedelta(minutes=5)


@dataclass(frozen=True)
class ExchangeDraft:
    """A question as entered; without a moment it was asked just now."""

    body: str
    person: str
    means: str
    question: str
    ordered_by: int | None
    asked_at: datetime | None = None
    reference: str = ""


@dataclass(frozen=True)
class ReplyDraft:
    """A reply as entered; without a moment it came just now, without means by those asked by."""

    person: str
    text: str
    said_at: datetime | None = None
    means: str = ""
    reference: str = ""


def exchange_row(session: Session, actor: Actor, clip: Clip, draft: ExchangeDraft) -> Exchange:
    """The question as it will be kept, names and posts as they are today.

    Raises Invalid: 'exchange_orderer', 'field_missing', 'field_too_long', 'exchange_in_future'.
    """
    ordering = {one.id: one for one in orderers_of(session, clip.agency_id)}
    order = ordering.get(draft.ordered_by or 0)
    if order is None:
        raise Invalid("exchange_orderer", field="ordered_by")
    body = typed.line(draft.body, "exchange_body")
    person = typed.line(draft.person, "exchange_person", required=False)
    question = written(draft.question, "question")
    return Exchange(
        agency_id=clip.agency_id,
        clip_id=clip.id,
        body=body,
        person=person,
        means=typed.line(draft.means, "exchange_means"),
        reference=typed.line(draft.reference, "exchange_reference", required=False),
        asked_at=moment(draft.asked_at, "asked_at"),
        question=question,
        ordered_by=order.id,
        ordered_name=order.name,
        ordered_post=order.post,
        recorded_by=actor.person_id,
        recorded_name=actor.name,
        recorded_post=actor.post,
        folded=fold(f"{body} {person} {draft.reference} {question}"),
        created_at=clock.now(),
    )


def entry_row(
    actor: Actor, row: Exchange, kind: EntryKind, text: str, said_at: datetime
) -> ExchangeEntry:
    """What comes after a question; a reply and a withdrawal close it."""
    return ExchangeEntry(
        exchange_id=row.id,
        kind=kind,
        closes=row.id if kind is not EntryKind.NOTE else None,
        person="",
        means="",
        reference="",
        said_at=said_at,
        text=text,
        recorded_by=actor.person_id,
        recorded_name=actor.name,
        recorded_post=actor.post,
        folded=fold(text),
        created_at=clock.now(),
    )


def written(text: str, name: str) -> str:
    """What somebody wrote. Raises Invalid('field_missing' | 'field_too_long')."""
    return typed.note(text, name, limit=TEXT_LIMIT, required=True)


def moment(given: datetime | None, name: str) -> datetime:
    """When it was said; now, if nothing was given.

    Raises Invalid('exchange_in_future'): what has not been said yet cannot be written down.
    """
    now = clock.now()
    if given is not None and given > now + AHEAD:
        raise Invalid("exchange_in_future", field=name)
    return given or now
