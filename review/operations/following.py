"""What follows from every change, in its own transaction: search rows, notices, the ledger.

Operations record what they did as entries and know nothing of who listens. Just before COMMIT the
entries come here once: the clips that they name are made findable as they now stand, the people
concerned are told, and last, for the ledger's lock is the narrowest place, the entries are written.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from review.audit import Act, Entry
from review.audit.ledger import append
from review.db import Database
from review.db import open_database as open_plain
from review.operations import notices, search_rows
from review.settings import Settings

# Looking, taking a copy and printing leave the clip as it was.
ONLY_SEEN = frozenset(
    {Act.CLIP_VIEWED, Act.FILE_DOWNLOADED, Act.EXCHANGE_READ, Act.SHEET_PRINTED, Act.REMINDED}
)


def open_database(settings: Settings) -> Database:
    """The database of `settings`; every transaction's entries go through `seal`."""
    return open_plain(settings, seal)


def seal(session: Session, entries: list[Entry]) -> None:
    """Draws the consequences of `entries` and writes them into the ledger."""
    changed = (entry.clip_id for entry in entries if entry.action not in ONLY_SEEN)
    search_rows.refresh(session, sorted({clip for clip in changed if clip is not None}))
    for entry in entries:
        notices.tell(session, entry)
    session.flush()
    append(session, entries)
