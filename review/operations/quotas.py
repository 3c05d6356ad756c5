"""How much an agency may keep: originals, renditions, and what is on its way in."""

from __future__ import annotations

from sqlalchemy.orm import Session

from media.limits import GIB
from review.audit import Act, Entry
from review.db import Database
from review.errors import Invalid, NotFound, OverQuota
from review.models import Agency
from review.operations.identity import managed_agency
from review.permissions import Action, Actor
from review.queries.uploads import StorageUse, storage_use

# Below one clip a limit only hinders; above a petabyte it is a mistake of the keyboard.
MIN_QUOTA_BYTES = GIB
MAX_QUOTA_BYTES = 1024 * 1024 * GIB


def set_quota(db: Database, actor: Actor, quota_bytes: int | None) -> None:
    """Limits what the actor's agency may keep; None lifts the limit.

    A limit below what is there already removes nothing: it only stops what is new.
    """
    with db.transaction() as unit:
        agency_id = managed_agency(actor, Action.QUOTA_MANAGE)
        if quota_bytes is not None and not MIN_QUOTA_BYTES <= quota_bytes <= MAX_QUOTA_BYTES:
            raise Invalid(
                "quota_range",
                field="quota",
                low_bytes=MIN_QUOTA_BYTES,
                high_bytes=MAX_QUOTA_BYTES,
            )
        agency = _locked(unit.session, agency_id)
        before, agency.quota_bytes = agency.quota_bytes, quota_bytes
        unit.record(
            Entry(
                Act.QUOTA_CHANGED,
                actor,
                agency_id,
                "agency",
                agency_id,
                agency.name,
                before={"quota_bytes": before},
                after={"quota_bytes": quota_bytes},
            )
        )


def ensure_room(session: Session, agency_id: int, more_bytes: int) -> None:
    """Raises OverQuota unless `more_bytes` fit beside what the agency keeps.

    Holds the agency's row until the transaction ends, so that two cannot take the same room.
    """
    _locked(session, agency_id)
    _judge(storage_use(session, agency_id), more_bytes)


def foresee_room(db: Database, agency_id: int, more_bytes: int) -> None:
    """The same before bytes travel, when nothing is promised yet. Raises OverQuota."""
    with db.read() as session:
        _judge(storage_use(session, agency_id), more_bytes)


def _judge(use: StorageUse, more_bytes: int) -> None:
    if use.left is not None and more_bytes > use.left:
        raise OverQuota(
            "quota_full", needed_bytes=more_bytes, left_bytes=use.left, quota_bytes=use.quota
        )


def _locked(session: Session, agency_id: int) -> Agency:
    agency = session.get(Agency, agency_id, with_for_update=True)
    if agency is None:
        raise NotFound("not_found")
    return agency
