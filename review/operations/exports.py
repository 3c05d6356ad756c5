"""Taking the log out of the house leaves its own entry in it."""

from __future__ import annotations

from review.audit import Act, Entry
from review.db import Database
from review.permissions import Action, Actor, AgencyFacts, require


def allow_export(actor: Actor) -> int:
    """The agency whose log `actor` may export: their own. Raises Forbidden."""
    require(actor, Action.LOG_EXPORT, AgencyFacts(actor.agency_id))
    assert actor.agency_id is not None
    return actor.agency_id


def record_export(
    db: Database,
    actor: Actor,
    filters: dict[str, object],
    kind: str,
    count: int,
    sha256: str,
    text: str = "",
) -> None:
    """Remembers an export before it is handed out. `text` is what was searched for.

    Raises Forbidden.
    """
    agency_id = allow_export(actor)
    after = {"format": kind, "count": count, "sha256": sha256, "filters": filters}
    with db.transaction() as unit:
        unit.record(
            Entry(Act.LOG_EXPORTED, actor, agency_id, "ledger", after=after, texts={"search": text})
        )
