"""The agency's own affairs as pages show them: its name and its channels."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from review.errors import NotFound
from review.models import Agency, Channel, HookEndpoint, Person


@dataclass(frozen=True)
class AgencyCard:
    """The agency as it is called now."""

    id: int
    kind: str
    name: str
    parent_name: str
    place: str
    profile: str


@dataclass(frozen=True)
class ChannelCard:
    """One channel; `hook_host` names the receiver of its hook, empty without one."""

    id: int
    kind: str
    name: str
    url: str
    manager_id: int | None
    manager_name: str
    active: bool
    hook_url: str
    hook_host: str


def agency_card(session: Session, agency_id: int) -> AgencyCard:
    """The agency with this id. Raises NotFound."""
    row = session.get(Agency, agency_id)
    if row is None:
        raise NotFound("not_found")
    return AgencyCard(row.id, row.kind, row.name, row.parent_name, row.place, row.profile)


def channels_of(session: Session, agency_id: int) -> list[ChannelCard]:
    """The agency's channels, those in use first, in the order they were registered."""
    rows = session.scalars(select(Channel).where(Channel.agency_id == agency_id))
    cards = [_channel(session, row) for row in rows]
    return sorted(cards, key=lambda card: (not card.active, card.id))


def channel_of(session: Session, agency_id: int, channel_id: int) -> ChannelCard:
    """One channel of the agency. Raises NotFound, also for another agency's."""
    row = session.get(Channel, channel_id)
    if row is None or row.agency_id != agency_id:
        raise NotFound("not_found")
    return _channel(session, row)


def _channel(session: Session, row: Channel) -> ChannelCard:
    manager = session.get(Person, row.manager_id) if row.manager_id else None
    hook_url = session.scalar(
        select(HookEndpoint.url).where(
            HookEndpoint.channel_id == row.id, HookEndpoint.active.is_(True)
        )
    )
    return ChannelCard(
        id=row.id,
        kind=row.kind,
        name=row.name,
        url=row.url,
        manager_id=row.manager_id,
        manager_name=manager.full_name if manager else "",
        active=row.active,
        hook_url=hook_url or "",
        hook_host=urlsplit(hook_url or "").hostname or "",
    )
