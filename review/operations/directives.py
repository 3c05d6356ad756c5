"""Văn bản chỉ đạo: the agency's register of what was asked of it from above.

A directive is entered once, put right where it was mistyped, and retired when it no longer counts;
it is never deleted, because clips rest on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from review import clock
from review.audit import Act, Entry
from review.db import Database
from review.errors import Conflict, Invalid, NotFound, Stale
from review.models import Directive, DirectiveDocument, Document
from review.operations import documents, typed
from review.operations.documents import Attachment, OpenedDocument
from review.operations.identity import managed_agency
from review.permissions import Action, Actor, AgencyFacts, require
from review.queries.directives import cited
from review.words.folding import fold

SUBJECT_LIMIT = 500
# A plan with its annexes and the letters around it.
FILES_LIMIT = 20


@dataclass(frozen=True)
class DirectiveDraft:
    """A directive as entered; number and day are left empty where the paper has none."""

    issuer: str
    subject: str
    number: str = ""
    issued_on: date | None = None
    note: str = ""


def add_directive(
    db: Database, actor: Actor, draft: DirectiveDraft, files: Sequence[Attachment] = ()
) -> int:
    """Enters a directive; returns its id.

    Raises Forbidden, Invalid ('field_missing', 'field_too_long', 'directive_twice',
    'documents_too_many'), OverQuota.
    """
    with db.transaction() as unit:
        agency_id = managed_agency(actor, Action.DIRECTIVES_MANAGE)
        fields = _checked(unit.session, agency_id, draft, None)
        row = Directive(agency_id=agency_id, version=1, created_at=clock.now(), **fields)
        unit.session.add(row)
        unit.session.flush()
        kept = _attach(unit.session, actor, row, files)
        unit.record(_entry(Act.DIRECTIVE_ADDED, actor, row, files=documents.said(kept, files)))
        return row.id


def change_directive(
    db: Database,
    actor: Actor,
    directive_id: int,
    version: int,
    draft: DirectiveDraft,
    files: Sequence[Attachment] = (),
    removed: Sequence[int] = (),
) -> None:
    """Puts a directive right: its fields, further files, files that do not belong to it.

    Raises NotFound, Forbidden, Stale, Invalid, OverQuota, Conflict('nothing_changed').
    """
    with db.transaction() as unit:
        row = _taken(unit.session, actor, directive_id, version)
        before = _facts(row)
        for name, value in _checked(unit.session, row.agency_id, draft, row.id).items():
            setattr(row, name, value)
        gone = _take_off(unit.session, row, removed)
        kept = _attach(unit.session, actor, row, files)
        if before == _facts(row) and not gone and not kept:
            raise Conflict("nothing_changed")
        row.version += 1
        more = {"files": documents.said(kept, files), "removed": gone}
        unit.record(_entry(Act.DIRECTIVE_CHANGED, actor, row, before=before, **more))


def retire_directive(db: Database, actor: Actor, directive_id: int, version: int) -> None:
    """No longer offered to new clips; those that cite it go on citing it.

    Raises NotFound, Forbidden, Stale, Conflict('nothing_changed').
    """
    _set_retired(db, actor, directive_id, version, retired=True)


def restore_directive(db: Database, actor: Actor, directive_id: int, version: int) -> None:
    """Offered again. Raises what `retire_directive` raises."""
    _set_retired(db, actor, directive_id, version, retired=False)


def open_document(
    db: Database, actor: Actor, directive_id: int, document_id: int
) -> OpenedDocument:
    """A file of a directive for anybody who works here; that it was read is remembered.

    Raises NotFound.
    """
    with db.transaction() as unit:
        row = _seen(unit.session, actor, directive_id)
        require(actor, Action.DIRECTIVES_VIEW, AgencyFacts(row.agency_id))
        link = unit.session.get(DirectiveDocument, (row.id, document_id))
        if link is None:
            raise NotFound("not_found")
        document = unit.session.get_one(Document, document_id)
        found = documents.opened(unit.session, document)
        entry = _entry(Act.DIRECTIVE_READ, actor, row, document=document.id, sha256=found.sha256)
        entry.texts["file"] = document.name
        unit.record(entry)
        return found


def said(row: Directive) -> str:
    """A directive as the log names it."""
    return cited(row.number, row.issued_on) or row.subject


def _set_retired(
    db: Database, actor: Actor, directive_id: int, version: int, *, retired: bool
) -> None:
    with db.transaction() as unit:
        row = _taken(unit.session, actor, directive_id, version)
        if (row.retired_at is not None) == retired:
            raise Conflict("nothing_changed")
        row.retired_at = clock.now() if retired else None
        row.version += 1
        act = Act.DIRECTIVE_RETIRED if retired else Act.DIRECTIVE_RESTORED
        unit.record(_entry(act, actor, row))


def _seen(session: Session, actor: Actor, directive_id: int, *, lock: bool = False) -> Directive:
    row = session.get(Directive, directive_id, with_for_update=lock or None)
    if row is None or row.agency_id != actor.agency_id:
        raise NotFound("not_found")
    return row


def _taken(session: Session, actor: Actor, directive_id: int, version: int) -> Directive:
    row = _seen(session, actor, directive_id, lock=True)
    require(actor, Action.DIRECTIVES_MANAGE, AgencyFacts(row.agency_id))
    if row.version != version:
        raise Stale("stale_page")
    return row


def _checked(
    session: Session, agency_id: int, draft: DirectiveDraft, own: int | None
) -> dict[str, Any]:
    """The columns as they will be kept. Raises Invalid."""
    issuer = typed.line(draft.issuer, "directive_issuer")
    number = typed.line(draft.number, "directive_number", required=False)
    subject = typed.line(draft.subject, "directive_subject", limit=SUBJECT_LIMIT)
    note = typed.note(draft.note, "note")
    if number:
        same = select(Directive.id).where(
            Directive.agency_id == agency_id,
            Directive.number == number,
            Directive.issuer == issuer,
            Directive.issued_on == draft.issued_on,
        )
        if any(other != own for other in session.scalars(same)):
            raise Invalid("directive_twice", field="number")
    day = draft.issued_on.strftime("%d/%m/%Y") if draft.issued_on else ""
    return {
        "issuer": issuer,
        "number": number,
        "issued_on": draft.issued_on,
        "subject": subject,
        "note": note,
        "folded": fold(f"{number} {day} {issuer} {subject} {note}"),
    }


def _attach(
    session: Session, actor: Actor, row: Directive, files: Sequence[Attachment]
) -> tuple[Document, ...]:
    there = select(func.count()).where(DirectiveDocument.directive_id == row.id)
    kept = documents.attach(
        session,
        actor,
        row.agency_id,
        files,
        there=session.scalar(there) or 0,
        limit=FILES_LIMIT,
    )
    session.add_all(
        DirectiveDocument(directive_id=row.id, document_id=document.id) for document in kept
    )
    session.flush()
    return kept


def _take_off(session: Session, row: Directive, removed: Sequence[int]) -> list[int]:
    """Removes the links; what does not belong to this directive is left alone."""
    its = DirectiveDocument.directive_id == row.id
    found = select(DirectiveDocument.document_id).where(
        its, DirectiveDocument.document_id.in_(removed)
    )
    gone = sorted(session.scalars(found))
    session.execute(delete(DirectiveDocument).where(its, DirectiveDocument.document_id.in_(gone)))
    return gone


def _facts(row: Directive) -> dict[str, Any]:
    return {
        "issuer": row.issuer,
        "number": row.number,
        "issued_on": typed.said(row.issued_on),
        "subject": row.subject,
        "note": row.note,
    }


def _entry(
    act: Act, actor: Actor, row: Directive, *, before: dict[str, Any] | None = None, **after: Any
) -> Entry:
    facts = _facts(row)
    note = facts.pop("note")
    earlier = {name: value for name, value in (before or {}).items() if name != "note"}
    return Entry(
        act,
        actor,
        row.agency_id,
        "directive",
        row.id,
        before=earlier,
        after={**facts, **after},
        texts={"directive": said(row), "note": note},
    )
