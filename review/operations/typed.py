"""What people type into the forms of the office: trimmed, composed, not too long."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Any

from review.errors import Invalid
from review.offices import Document

NAME_LIMIT = 200
NOTE_LIMIT = 2_000


def line(text: str, name: str, *, limit: int = NAME_LIMIT, required: bool = True) -> str:
    """One line of text. Raises Invalid('field_missing' | 'field_too_long') naming the field."""
    text = " ".join(_composed(text).split())
    if required and not text:
        raise Invalid("field_missing", field=name, name=name)
    if len(text) > limit:
        raise Invalid("field_too_long", field=name, name=name, limit=limit)
    return text


def note(text: str, name: str, *, limit: int = NOTE_LIMIT, required: bool = False) -> str:
    """Several lines of text, possibly none.

    Raises Invalid('field_missing' | 'field_too_long') naming the field.
    """
    text = _composed(text).replace("\r\n", "\n").strip()
    if required and not text:
        raise Invalid("field_missing", field=name, name=name)
    if len(text) > limit:
        raise Invalid("field_too_long", field=name, name=name, limit=limit)
    return text


def document(given: Document, *, required: bool = False) -> Document:
    """A basis document. Raises Invalid('basis_missing') when it must be complete and is not."""
    checked = Document(
        line(given.number, "basis_number", required=False),
        given.issued_on,
        line(given.issuer, "basis_issuer", required=False),
    )
    if required and not checked.complete:
        raise Invalid("basis_missing", field="basis_number")
    return checked


def columns(basis: Document) -> dict[str, Any]:
    """A document as the columns of the row that rests on it."""
    return {
        "basis_number": basis.number,
        "basis_day": basis.issued_on,
        "basis_issuer": basis.issuer,
    }


def said(day: date | None) -> str:
    """A day as the ledger keeps it."""
    return day.isoformat() if day else ""


def document_said(basis: Document) -> dict[str, str]:
    """A document as the ledger keeps it, without what is not known."""
    parts = {"number": basis.number, "day": said(basis.issued_on), "issuer": basis.issuer}
    return {name: value for name, value in parts.items() if value}


def _composed(text: str) -> str:
    """NFC, and without the one character that PostgreSQL keeps in no text."""
    return unicodedata.normalize("NFC", text.replace("\x00", ""))
