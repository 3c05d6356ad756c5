"""Trao đổi, xin ý kiến: a question put to another body, what came back, notes, a withdrawal.

Asking decides nothing and moves no clip. What is written down stays: a mistake is put right by a
note, a question asked by mistake is withdrawn with its reason. While a clip is under review each of
these makes the pages of those who decide stale, so that nobody decides past what they were not
shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from review import clock
from review.audit import Act
from review.db import Database, Transaction
from review.errors import Conflict, Invalid, NotFound
from review.models import Clip, Document, Exchange, ExchangeDocument, ExchangeEntry
from review.operations import documents, typed
from review.operations.clip_access import bump, clip_entry, load_clip
from review.operations.documents import Attachment, OpenedDocument
from review.operations.exchange_rows import (
    ExchangeDraft,
    ReplyDraft,
    entry_row,
    exchange_row,
    moment,
    written,
)
from review.permissions import Action, Actor, require
from review.queries.exchanges import EntryKind
from review.queries.facts import facts_of
from review.states import ClipState
from review.words.folding import fold

# Of one exchange with everything that came after it.
FILES_LIMIT = 20
# A conversation that needs more lines than this is several.
ENTRIES_LIMIT = 50


def open_exchange(
    db: Database, actor: Actor, code: str, draft: ExchangeDraft, files: Sequence[Attachment] = ()
) -> int:
    """Records that somebody was asked about clip `code`; returns the id of the exchange.

    Raises NotFound, Forbidden, Invalid ('field_missing', 'field_too_long', 'exchange_orderer',
    'exchange_in_future', 'documents_too_many'), OverQuota.
    """
    with db.transaction() as unit:
        clip = _clip(unit.session, actor, code)
        row = exchange_row(unit.session, actor, clip, draft)
        unit.session.add(row)
        unit.session.flush()
        kept = _attach(unit.session, actor, row, None, files)
        texts = {
            "body": row.body,
            "person": row.person,
            "means": row.means,
            "reference": row.reference,
            "ordered": f"{row.ordered_post} {row.ordered_name}".strip(),
            "question": row.question,
        }
        _record(unit, Act.EXCHANGE_OPENED, actor, clip, row, texts, _files(kept, files))
        return row.id


def reply(
    db: Database,
    actor: Actor,
    code: str,
    exchange_id: int,
    draft: ReplyDraft,
    files: Sequence[Attachment] = (),
) -> None:
    """Records the reply, which closes the exchange.

    Raises what `open_exchange` raises, Invalid('exchange_reply_early'),
    Conflict('exchange_closed').
    """
    with db.transaction() as unit:
        clip, row = _open(unit.session, actor, code, exchange_id)
        said_at = moment(draft.said_at, "said_at")
        if said_at < row.asked_at:
            raise Invalid("exchange_reply_early", field="said_at")
        entry = entry_row(actor, row, EntryKind.REPLY, written(draft.text, "reply"), said_at)
        entry.person = typed.line(draft.person, "exchange_replier")
        entry.means = typed.line(draft.means or row.means, "exchange_means")
        entry.reference = typed.line(draft.reference, "exchange_reference", required=False)
        entry.folded = fold(f"{entry.person} {entry.reference} {entry.text}")
        kept = _add(unit.session, actor, row, entry, files)
        texts = {
            "body": row.body,
            "person": entry.person,
            "means": entry.means,
            "reference": entry.reference,
            "reply": entry.text,
        }
        _record(unit, Act.EXCHANGE_REPLIED, actor, clip, row, texts, _files(kept, files))


def add_note(
    db: Database,
    actor: Actor,
    code: str,
    exchange_id: int,
    text: str,
    files: Sequence[Attachment] = (),
) -> None:
    """Adds a correction or a further document, whether the exchange is open or closed.

    Raises NotFound, Forbidden, Invalid, OverQuota, Conflict('exchange_notes_full').
    """
    with db.transaction() as unit:
        clip, row = _found(unit.session, actor, code, exchange_id)
        said = select(func.count()).where(ExchangeEntry.exchange_id == row.id)
        if (unit.session.scalar(said) or 0) >= ENTRIES_LIMIT:
            raise Conflict("exchange_notes_full", limit=ENTRIES_LIMIT)
        entry = entry_row(actor, row, EntryKind.NOTE, written(text, "note"), clock.now())
        kept = _add(unit.session, actor, row, entry, files)
        texts = {"body": row.body, "note": entry.text}
        _record(unit, Act.EXCHANGE_NOTED, actor, clip, row, texts, _files(kept, files))


def withdraw_exchange(db: Database, actor: Actor, code: str, exchange_id: int, reason: str) -> None:
    """Ends an exchange that was opened by mistake; it stays to be read, with the reason.

    Raises NotFound, Forbidden, Invalid('field_missing'), Conflict('exchange_closed').
    """
    with db.transaction() as unit:
        clip, row = _open(unit.session, actor, code, exchange_id)
        text = written(reason, "withdraw_reason")
        entry = entry_row(actor, row, EntryKind.WITHDRAWAL, text, clock.now())
        _add(unit.session, actor, row, entry, ())
        texts = {"body": row.body, "reason_given": entry.text}
        _record(unit, Act.EXCHANGE_WITHDRAWN, actor, clip, row, texts, [])


def open_document(
    db: Database, actor: Actor, code: str, exchange_id: int, document_id: int
) -> OpenedDocument:
    """A file of an exchange for whoever may see its clip; that it was read is remembered.

    Raises NotFound, Forbidden.
    """
    with db.transaction() as unit:
        clip = load_clip(unit.session, actor, code)
        require(actor, Action.CLIP_VIEW, facts_of(unit.session, clip))
        row = _of_clip(unit.session, clip, exchange_id)
        link = unit.session.get(ExchangeDocument, document_id)
        if link is None or link.exchange_id != row.id:
            raise NotFound("not_found")
        document = unit.session.get_one(Document, document_id)
        found = documents.opened(unit.session, document)
        after = {"exchange": row.id, "document": document.id, "sha256": found.sha256}
        texts = {"body": row.body, "file": document.name}
        unit.record(clip_entry(Act.EXCHANGE_READ, actor, clip, after=after, texts=texts))
        return found


def _clip(session: Session, actor: Actor, code: str) -> Clip:
    clip = load_clip(session, actor, code, lock=True)
    require(actor, Action.EXCHANGE_RECORD, facts_of(session, clip))
    return clip


def _found(session: Session, actor: Actor, code: str, exchange_id: int) -> tuple[Clip, Exchange]:
    clip = _clip(session, actor, code)
    return clip, _of_clip(session, clip, exchange_id)


def _of_clip(session: Session, clip: Clip, exchange_id: int) -> Exchange:
    row = session.get(Exchange, exchange_id)
    if row is None or row.clip_id != clip.id:
        raise NotFound("not_found")
    return row


def _open(session: Session, actor: Actor, code: str, exchange_id: int) -> tuple[Clip, Exchange]:
    """The clip, locked, and its exchange. Raises Conflict('exchange_closed') once it is over."""
    clip, row = _found(session, actor, code, exchange_id)
    if session.scalar(select(ExchangeEntry.id).where(ExchangeEntry.closes == row.id)) is not None:
        raise Conflict("exchange_closed")
    return clip, row


def _add(
    session: Session,
    actor: Actor,
    row: Exchange,
    entry: ExchangeEntry,
    files: Sequence[Attachment],
) -> tuple[Document, ...]:
    session.add(entry)
    session.flush()
    return _attach(session, actor, row, entry.id, files)


def _attach(
    session: Session,
    actor: Actor,
    row: Exchange,
    entry_id: int | None,
    files: Sequence[Attachment],
) -> tuple[Document, ...]:
    there = select(func.count()).where(ExchangeDocument.exchange_id == row.id)
    kept = documents.attach(
        session,
        actor,
        row.agency_id,
        files,
        there=session.scalar(there) or 0,
        limit=FILES_LIMIT,
    )
    session.add_all(
        ExchangeDocument(document_id=document.id, exchange_id=row.id, entry_id=entry_id)
        for document in kept
    )
    session.flush()
    return kept


def _files(kept: Sequence[Document], files: Sequence[Attachment]) -> list[dict[str, Any]]:
    return documents.said(kept, files)


def _record(
    unit: Transaction,
    act: Act,
    actor: Actor,
    clip: Clip,
    row: Exchange,
    texts: dict[str, str],
    files: list[dict[str, Any]],
) -> None:
    if clip.state == ClipState.IN_REVIEW:
        bump(clip)
    after: dict[str, Any] = {
        "exchange": row.id,
        "ordered_by": row.ordered_by,
        "asked_by": row.recorded_by,
        "files": files,
    }
    unit.record(clip_entry(act, actor, clip, after=after, texts=texts))
