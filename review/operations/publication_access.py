"""How every operation on a publication reaches it: found, its clip locked, the act permitted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from review.audit import Act, Entry
from review.errors import Conflict, NotFound
from review.models import Channel, Clip, Publication
from review.operations.clip_access import clip_entry
from review.permissions import Action, Actor, require
from review.queries.facts import facts_of
from review.queries.signed_files import stands

WAITING = "waiting"
DELIVERED = "delivered"
FAILED = "failed"
POSTED = "posted"
CANCELLED = "cancelled"
HOOK = "hook"
BY_HAND = "by_hand"


@dataclass(frozen=True)
class Target:
    """A publication with its clip, whose row is locked, and its channel."""

    publication: Publication
    clip: Clip
    channel: Channel


def locked(session: Session, publication_id: int) -> Target:
    """The publication under the lock of its clip. Raises NotFound."""
    found = session.get(Publication, publication_id)
    if found is None:
        raise NotFound("not_found")
    clip = session.scalars(select(Clip).where(Clip.id == found.clip_id).with_for_update()).one()
    # What was read before the lock was granted may have been changed by its last holder.
    session.refresh(found)
    return Target(found, clip, session.get_one(Channel, found.channel_id))


def take(session: Session, actor: Actor, publication_id: int, action: Action) -> Target:
    """The locked publication, `action` permitted. Raises NotFound, Forbidden.

    The manager of this very channel counts, not those of the clip's other channels.
    """
    target = locked(session, publication_id)
    manager = target.channel.manager_id
    managers = frozenset() if manager is None else frozenset({manager})
    facts = replace(facts_of(session, target.clip), channel_managers=managers)
    require(actor, action, facts)
    return target


def require_standing(session: Session, publication: Publication) -> None:
    """Raises Conflict('publication_cancelled') or Conflict('sign_off_void')."""
    if publication.state == CANCELLED:
        raise Conflict("publication_cancelled")
    if not stands(session, publication.sign_off_id):
        raise Conflict("sign_off_void")


def entry(
    act: Act,
    actor: Actor,
    target: Target,
    *,
    texts: dict[str, str] | None = None,
    **after: Any,
) -> Entry:
    """A ledger entry about a publication, naming its channel as it is called now."""
    facts = {
        "publication": target.publication.id,
        "channel": target.channel.id,
        "channel_name": target.channel.name,
        **after,
    }
    return clip_entry(act, actor, target.clip, after=facts, texts=texts)
