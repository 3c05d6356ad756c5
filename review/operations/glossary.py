"""Tên riêng: the people, titles and places of an agency, spelled as they should be."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from review import clock
from review.audit import Act, Entry
from review.db import Database
from review.errors import Invalid, NotFound
from review.models import GlossaryTerm
from review.operations.identity import managed_agency
from review.permissions import Action, Actor

KINDS = ("person", "title", "place")
# A province has some two thousand names of note: communes, posts, the people who hold them.
MAX_TERMS = 2_000
# "Bí thư Đảng ủy, Chủ tịch Hội đồng nhân dân xã Phượng Tiến" is 55; more is a sentence.
MAX_TEXT = 80
MAX_NOTE = 200
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class TermDraft:
    """A name as entered."""

    kind: str
    text: str
    note: str = ""
    active: bool = True


@dataclass(frozen=True)
class Added:
    """How many names were new, and how many stood on the list already."""

    added: int
    known: int


def pasted(kind: str, lines: str) -> tuple[TermDraft, ...]:
    """One draft for each line that is not blank; what follows a semicolon or a tab is its note."""
    drafts = []
    for line in lines.splitlines():
        text, _, note = line.replace("\t", ";").partition(";")
        if text.strip():
            drafts.append(TermDraft(kind, text, note.strip(" ;")))
    return tuple(drafts)


def add_terms(db: Database, actor: Actor, drafts: Sequence[TermDraft]) -> Added:
    """Adds the names that are not there yet, whatever their case or spacing: all or none.

    Raises Forbidden, Invalid: 'names_empty', 'names_kind_unknown', 'names_too_long',
    'names_note_too_long', 'names_not_a_name', 'names_too_many'.
    """
    with db.transaction() as unit:
        agency_id = managed_agency(actor, Action.GLOSSARY_MANAGE)
        clean = [_checked(draft) for draft in drafts]
        if not clean:
            raise Invalid("names_empty", field="lines")
        known = {_key(text) for text in _texts(unit.session, agency_id)}
        fresh: dict[str, TermDraft] = {}
        for draft in clean:
            if _key(draft.text) not in known:
                fresh.setdefault(_key(draft.text), draft)
        if len(known) + len(fresh) > MAX_TERMS:
            raise Invalid("names_too_many", field="lines", limit=MAX_TERMS)
        unit.session.add_all(
            GlossaryTerm(
                agency_id=agency_id,
                kind=draft.kind,
                text=draft.text,
                note=draft.note,
                active=draft.active,
                created_at=clock.now(),
            )
            for draft in fresh.values()
        )
        if fresh:
            after = {"added": len(fresh), "names": [draft.text for draft in fresh.values()]}
            unit.record(
                Entry(Act.GLOSSARY_ADDED, actor, agency_id, "agency", agency_id, after=after)
            )
        return Added(len(fresh), len(clean) - len(fresh))


def change_term(db: Database, actor: Actor, term_id: int, draft: TermDraft) -> None:
    """Changes a name, or takes it out of use; it is never deleted, so that the log stays readable.

    Raises NotFound, Forbidden, Invalid as `add_terms` does, and Invalid('names_known').
    """
    with db.transaction() as unit:
        agency_id = managed_agency(actor, Action.GLOSSARY_MANAGE)
        row = unit.session.get(GlossaryTerm, term_id)
        if row is None or row.agency_id != agency_id:
            raise NotFound("not_found")
        clean = _checked(draft)
        others = select(func.count()).where(
            GlossaryTerm.agency_id == agency_id,
            GlossaryTerm.text == clean.text,
            GlossaryTerm.id != row.id,
        )
        if unit.session.scalar(others):
            raise Invalid("names_known", field="text", text=clean.text)
        before = _facts(row)
        row.kind, row.text, row.note, row.active = clean.kind, clean.text, clean.note, clean.active
        unit.record(
            Entry(
                Act.GLOSSARY_CHANGED,
                actor,
                agency_id,
                "term",
                row.id,
                before=before,
                after=_facts(row),
            )
        )


def _checked(draft: TermDraft) -> TermDraft:
    text, note = _clean(draft.text), _clean(draft.note)
    if draft.kind not in KINDS:
        raise Invalid("names_kind_unknown", field="kind")
    if not any(sign.isalpha() for sign in text):
        raise Invalid("names_not_a_name", field="text", text=text[:MAX_TEXT])
    if len(text) > MAX_TEXT:
        raise Invalid("names_too_long", field="text", text=text[:30], limit=MAX_TEXT)
    if len(note) > MAX_NOTE:
        raise Invalid("names_note_too_long", field="note", text=text, limit=MAX_NOTE)
    return TermDraft(draft.kind, text, note, draft.active)


def _clean(text: str) -> str:
    plain = "".join(sign if sign.isprintable() else " " for sign in text)
    return _SPACES.sub(" ", unicodedata.normalize("NFC", plain)).strip()


def _key(text: str) -> str:
    return text.casefold()


def _texts(session: Session, agency_id: int) -> list[str]:
    found = select(GlossaryTerm.text).where(GlossaryTerm.agency_id == agency_id)
    return list(session.scalars(found))


def _facts(row: GlossaryTerm) -> dict[str, object]:
    return {"term": row.text, "kind": row.kind, "note": row.note, "active": row.active}
