"""The append to the ledger: canonical bytes, a leaf hash, one number after the other.

Form `duyet-clip/ledger/1`, fixed from the first entry on. The body is RFC 8785 JSON with strings
in NFC and no floats; the leaf is SHA-256(0x00 || body) as in RFC 6962, section 2.1. Long or
personal text enters as SHA-256(salt || UTF-8), the salt and the text lying beside it, so that a
text can be removed one day without breaking the proof of everything else.
"""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from review import clock
from review.audit.vocabulary import Act
from review.digests import canonical
from review.models import Agency, LedgerEntry, LedgerText
from review.permissions import Actor

FORM = "duyet-clip/ledger/1"
LEAF_PREFIX = b"\x00"
SALT_BYTES = 16
# Any fixed number does, as long as nothing else in the database takes the same advisory lock.
LEDGER_LOCK = 0x6475_7965_7463


@dataclass(frozen=True)
class Entry:
    """What an operation wants remembered. `before` and `after` hold ids, codes and numbers only;
    what people wrote goes into `texts`.
    """

    action: Act
    actor: Actor
    agency_id: int | None
    subject: str  # the noun of the row, e.g. "clip", "person"
    subject_id: int | None = None
    subject_code: str = ""
    clip_id: int | None = None
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)


def append(session: Session, entries: list[Entry]) -> None:
    """Numbers and writes `entries`. Called by the transaction last, just before COMMIT."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LEDGER_LOCK})
    last = session.scalar(select(func.max(LedgerEntry.position)))
    position = 0 if last is None else last + 1
    moment = clock.now()
    for entry in entries:
        _write(session, position, moment, entry)
        position += 1


def leaf_hash(body: bytes) -> str:
    """The RFC 6962 leaf hash of an entry's bytes, in hex."""
    return hashlib.sha256(LEAF_PREFIX + body).hexdigest()


def text_hash(salt: bytes, value: str) -> str:
    """The hash under which a text stands in an entry, in hex."""
    return hashlib.sha256(salt + value.encode()).hexdigest()


def _write(session: Session, position: int, moment: datetime, entry: Entry) -> None:
    texts = {
        name: (secrets.token_bytes(SALT_BYTES), unicodedata.normalize("NFC", value))
        for name, value in entry.texts.items()
        if value
    }
    hashes = {name: text_hash(salt, value) for name, (salt, value) in texts.items()}
    body = canonical(_body(session, position, moment, entry, hashes))
    session.add(
        LedgerEntry(
            position=position,
            leaf=leaf_hash(body),
            body=body,
            at=moment,
            action=entry.action.value,
            agency_id=entry.agency_id,
            actor_id=entry.actor.person_id,
            clip_id=entry.clip_id,
        )
    )
    session.flush()
    session.add_all(
        LedgerText(position=position, name=name, salt=salt, text=value)
        for name, (salt, value) in texts.items()
    )


def _body(
    session: Session, position: int, moment: datetime, entry: Entry, hashes: dict[str, str]
) -> dict[str, Any]:
    actor = entry.actor
    agency = session.get(Agency, entry.agency_id) if entry.agency_id is not None else None
    return {
        "form": FORM,
        "position": position,
        "at": moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "action": entry.action.value,
        "agency": {"id": entry.agency_id, "name": agency.name if agency else ""},
        "actor": {
            "id": actor.person_id,
            "name": actor.name,
            "post": actor.post,
            "via": actor.via.value,
            "session": actor.session_id,
        },
        "subject": {"kind": entry.subject, "id": entry.subject_id, "code": entry.subject_code},
        "clip": entry.clip_id,
        "before": entry.before,
        "after": entry.after,
        "texts": hashes,
        "request": {"id": actor.request_id, "address": actor.address},
    }
