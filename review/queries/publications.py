"""The page Đăng: what is to be posted where, and how far each delivery came."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from review.errors import NotFound
from review.models import (
    Channel,
    Clip,
    Delivery,
    DeliveryAttempt,
    HookEndpoint,
    Person,
    Publication,
    SignOff,
    Work,
)
from review.renditions import CAPTIONED

# One screen of work for a channel manager; older clips are reached by paging.
PAGE_SIZE = 20
# What still asks for somebody's hand or eye.
OPEN_STATES = ("waiting", "delivered", "failed")


@dataclass(frozen=True)
class Attempt:
    """One try of a delivery."""

    number: int
    outcome: str
    status: int | None
    detail: str
    took_ms: int
    at: datetime
    next_at: datetime | None


@dataclass(frozen=True)
class PublicationRow:
    """One clip on one channel. `next_at` is when a delivery is tried again, if it is to be."""

    id: int
    channel_id: int
    channel: str
    channel_kind: str
    channel_url: str
    manager: str
    manager_id: int | None
    mode: str
    state: str
    attempts: int
    last_outcome: str
    next_at: datetime | None
    can_resend: bool
    posted_url: str
    posted_at: datetime | None
    posted_by: str


@dataclass(frozen=True)
class ClipPublications:
    """A signed clip, what its manager copies into the post, and where it goes."""

    code: str
    title: str
    description: str
    post_text: str
    political: bool
    ai_label: bool
    state: str
    sign_off_id: int
    captioned_sha256: str  # of the copy with the captions in its picture; empty without one
    signed_by: str
    signed_post: str
    signed_at: datetime
    rows: tuple[PublicationRow, ...]


@dataclass(frozen=True)
class PublicationsPage:
    """Clips, newest sign-off first; `older` is where the next page begins."""

    clips: tuple[ClipPublications, ...]
    older: int | None


@dataclass(frozen=True)
class DeliveryPage:
    """One publication with every try of its delivery; `clip.rows` holds just that publication."""

    clip: ClipPublications
    message_id: str
    endpoint_url: str
    attempts: tuple[Attempt, ...]


def publications_page(
    session: Session,
    agency_id: int,
    *,
    open_only: bool = False,
    before: int | None = None,
    limit: int = PAGE_SIZE,
) -> PublicationsPage:
    """An agency's publications, clip by clip. `before` is the `older` of the page before."""
    wanted = (
        select(Publication.sign_off_id)
        .join(Clip, Clip.id == Publication.clip_id)
        .where(Clip.agency_id == agency_id)
        .group_by(Publication.sign_off_id)
        .order_by(Publication.sign_off_id.desc())
        .limit(limit + 1)
    )
    if open_only:
        wanted = wanted.where(Publication.state.in_(OPEN_STATES))
    if before is not None:
        wanted = wanted.where(Publication.sign_off_id < before)
    found = list(session.scalars(wanted))
    older = found[limit - 1] if len(found) > limit else None
    return PublicationsPage(_clips(session, found[:limit]), older)


def clip_publications(session: Session, agency_id: int, code: str) -> tuple[ClipPublications, ...]:
    """The publications of one clip, one item for each sign-off it has had, newest first."""
    found = (
        select(Publication.sign_off_id)
        .join(Clip, Clip.id == Publication.clip_id)
        .where(Clip.agency_id == agency_id, Clip.code == code)
        .distinct()
        .order_by(Publication.sign_off_id.desc())
    )
    return _clips(session, list(session.scalars(found)))


def delivery_page(session: Session, agency_id: int, publication_id: int) -> DeliveryPage:
    """One publication and every try to deliver it. Raises NotFound, also for another agency's."""
    found = session.execute(
        select(Publication.sign_off_id, Delivery.id, Delivery.message_id, HookEndpoint.url)
        .join(Clip, Clip.id == Publication.clip_id)
        .outerjoin(Delivery, Delivery.publication_id == Publication.id)
        .outerjoin(HookEndpoint, HookEndpoint.id == Delivery.endpoint_id)
        .where(Publication.id == publication_id, Clip.agency_id == agency_id)
    ).one_or_none()
    if found is None:
        raise NotFound("not_found")
    (clip,) = _clips(session, [found.sign_off_id])
    rows = tuple(row for row in clip.rows if row.id == publication_id)
    attempts = session.scalars(
        select(DeliveryAttempt)
        .where(DeliveryAttempt.delivery_id == found.id)
        .order_by(DeliveryAttempt.number.desc())
    )
    return DeliveryPage(
        clip=replace(clip, rows=rows),
        message_id=found.message_id or "",
        endpoint_url=found.url or "",
        attempts=tuple(_attempt(row) for row in attempts),
    )


def _clips(session: Session, sign_offs: list[int]) -> tuple[ClipPublications, ...]:
    found = session.execute(
        select(Clip, SignOff)
        .join(SignOff, SignOff.clip_id == Clip.id)
        .where(SignOff.id.in_(sign_offs))
        .order_by(SignOff.id.desc())
    ).all()
    rows = _rows(session, sign_offs)
    return tuple(
        ClipPublications(
            code=clip.code,
            title=clip.title,
            description=clip.description,
            post_text=clip.post_text,
            political=clip.political,
            ai_label=clip.ai_label,
            state=clip.state,
            sign_off_id=act.id,
            captioned_sha256=json.loads(act.manifest)["renditions"].get(CAPTIONED, ""),
            signed_by=act.person_name,
            signed_post=act.person_post,
            signed_at=act.created_at,
            rows=tuple(rows[act.id]),
        )
        for clip, act in found
    )


def _rows(session: Session, sign_offs: list[int]) -> dict[int, list[PublicationRow]]:
    last = aliased(DeliveryAttempt)
    latest = (
        select(func.max(DeliveryAttempt.number))
        .where(DeliveryAttempt.delivery_id == Delivery.id)
        .correlate(Delivery)
        .scalar_subquery()
    )
    due = (
        select(func.min(Work.not_before))
        .where(Work.kind == "deliver", Work.subject_id == Delivery.id)
        .where(Work.state.in_(("due", "leased")))
        .correlate(Delivery)
        .scalar_subquery()
    )
    found = session.execute(
        select(Publication, Channel, Person.full_name, HookEndpoint.active, last, due.label("due"))
        .join(Channel, Channel.id == Publication.channel_id)
        .outerjoin(Person, Person.id == Channel.manager_id)
        .outerjoin(Delivery, Delivery.publication_id == Publication.id)
        .outerjoin(HookEndpoint, HookEndpoint.id == Delivery.endpoint_id)
        .outerjoin(last, (last.delivery_id == Delivery.id) & (last.number == latest))
        .where(Publication.sign_off_id.in_(sign_offs))
        .order_by(Publication.id)
    )
    rows: dict[int, list[PublicationRow]] = defaultdict(list)
    for row in found:
        rows[row[0].sign_off_id].append(_row(tuple(row)))
    return rows


def _row(row: tuple[Any, ...]) -> PublicationRow:
    publication, channel, manager, endpoint_active, last, due = row
    return PublicationRow(
        id=publication.id,
        channel_id=channel.id,
        channel=channel.name,
        channel_kind=channel.kind,
        channel_url=channel.url,
        manager=manager or "",
        manager_id=channel.manager_id,
        mode=publication.mode,
        state=publication.state,
        attempts=last.number if last else 0,
        last_outcome=last.outcome if last else "",
        next_at=due if publication.state == "waiting" else None,
        can_resend=bool(endpoint_active) and publication.state in OPEN_STATES,
        posted_url=publication.posted_url,
        posted_at=publication.posted_at,
        posted_by=publication.posted_by_name,
    )


def _attempt(row: DeliveryAttempt) -> Attempt:
    return Attempt(
        number=row.number,
        outcome=row.outcome,
        status=row.status,
        detail=row.detail,
        took_ms=row.took_ms,
        at=row.created_at,
        next_at=row.next_at,
    )
