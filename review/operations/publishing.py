"""From a sign-off to posts: planned with it, cancelled when it falls, confirmed when they stand.

What is to go out is written in the transaction of the sign-off itself: an approved clip can never
be forgotten, and nothing that was not approved can ever be waiting. A delivery that fails leaves
the sign-off as it is.
"""

from __future__ import annotations

import secrets

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from review import clock
from review.audit import Act
from review.db import Database, Transaction
from review.errors import Conflict, Invalid
from review.hook_body import EVENT, Anchor, Announcement, compose
from review.models import (
    Category,
    Channel,
    Clip,
    ClipChannel,
    Delivery,
    HookEndpoint,
    LedgerEntry,
    Publication,
    SignOff,
)
from review.operations import work
from review.operations.clip_access import bump
from review.operations.publication_access import (
    BY_HAND,
    CANCELLED,
    FAILED,
    HOOK,
    POSTED,
    WAITING,
    Target,
    entry,
    require_standing,
    take,
)
from review.permissions import Action, Actor
from review.post_urls import check_post_url
from review.queries.signed_files import SignedFile, signed_files
from review.states import ClipState, Move, next_state

# A worker that dies while it sends is tried again this often before a person has to look.
WORK_ATTEMPTS = 10
MESSAGE_ID_BYTES = 16
RESULTS = (POSTED, FAILED)


def plan(unit: Transaction, actor: Actor, clip: Clip, sign_off: SignOff) -> tuple[int, ...]:
    """One publication for each planned, active channel of the agency; returns their ids.

    Runs inside the transaction that signs, `sign_off` already flushed. A channel with a hook gets
    its message and the work of sending it; the others wait for the hand of their manager.
    """
    files = signed_files(unit.session, sign_off.id)
    return tuple(
        _plan_one(unit, actor, Target(_publication(clip, sign_off, channel), clip, channel), files)
        for channel in _planned_channels(unit.session, clip)
    )


def cancel(unit: Transaction, actor: Actor, clip: Clip, sign_off: SignOff) -> tuple[int, ...]:
    """Takes back what has not been posted, when the sign-off falls; returns the ids.

    Posts stay: they are out, and their record is evidence. Work that is still due finds its
    publication cancelled and sends nothing.
    """
    found = unit.session.scalars(
        select(Publication)
        .where(
            Publication.sign_off_id == sign_off.id, Publication.state.not_in((POSTED, CANCELLED))
        )
        .order_by(Publication.id)
    ).all()
    for publication in found:
        before = publication.state
        publication.state = CANCELLED
        unit.session.execute(
            update(Delivery)
            .where(Delivery.publication_id == publication.id, Delivery.state == WAITING)
            .values(state=FAILED)
        )
        channel = unit.session.get_one(Channel, publication.channel_id)
        target = Target(publication, clip, channel)
        unit.record(entry(Act.PUBLICATION_CANCELLED, actor, target, was=before))
    return tuple(publication.id for publication in found)


def confirm_posted(db: Database, actor: Actor, publication_id: int, url: str) -> None:
    """A person says that the clip stands on its channel, and where.

    Raises NotFound, Forbidden, Invalid (the address), Conflict('already_posted'),
    Conflict('publication_cancelled'), Conflict('sign_off_void').
    """
    with db.transaction() as unit:
        target = take(unit.session, actor, publication_id, Action.POST_CONFIRM)
        if target.publication.state == POSTED:
            raise Conflict("already_posted")
        _post(unit, actor, target, url)


def report_result(
    db: Database, actor: Actor, publication_id: int, url: str, status: str, detail: str = ""
) -> None:
    """A receiver reports what became of a publication: `posted` at `url`, or `failed`.

    Saying the same thing twice changes nothing. Raises as `confirm_posted` does, and
    Invalid('result_status').
    """
    if status not in RESULTS:
        raise Invalid("result_status", field="status", choices=", ".join(RESULTS))
    with db.transaction() as unit:
        target = take(unit.session, actor, publication_id, Action.RESULT_REPORT)
        publication = target.publication
        if publication.state == status and (status == FAILED or publication.posted_url == url):
            return
        if publication.state == POSTED:
            raise Conflict("already_posted")
        if status == POSTED:
            _post(unit, actor, target, url)
            return
        require_standing(unit.session, publication)
        publication.state = FAILED
        texts = {"detail": detail}
        unit.record(entry(Act.DELIVERY_FAILED, actor, target, texts=texts, outcome="reported"))


def _post(unit: Transaction, actor: Actor, target: Target, url: str) -> None:
    publication, clip = target.publication, target.clip
    require_standing(unit.session, publication)
    publication.posted_url = check_post_url(url, target.channel.url)
    clip.state = next_state(ClipState(clip.state), Move.POST)
    publication.state, publication.posted_at = POSTED, clock.now()
    publication.posted_by, publication.posted_by_name = actor.person_id, actor.name
    bump(clip)
    unit.record(entry(Act.POSTED, actor, target, texts={"url": publication.posted_url}))


def _planned_channels(session: Session, clip: Clip) -> list[Channel]:
    found = (
        select(Channel)
        .join(ClipChannel, ClipChannel.channel_id == Channel.id)
        .where(ClipChannel.clip_id == clip.id)
        .where(Channel.agency_id == clip.agency_id, Channel.active)
        .order_by(Channel.id)
    )
    return list(session.scalars(found))


def _publication(clip: Clip, sign_off: SignOff, channel: Channel) -> Publication:
    return Publication(
        sign_off_id=sign_off.id,
        clip_id=clip.id,
        digest=sign_off.digest,
        channel_id=channel.id,
        mode=BY_HAND,
        state=WAITING,
        posted_url="",
        posted_by_name="",
        created_at=clock.now(),
    )


def _plan_one(
    unit: Transaction, actor: Actor, target: Target, files: tuple[SignedFile, ...]
) -> int:
    session, publication = unit.session, target.publication
    endpoint = session.scalar(
        select(HookEndpoint).where(
            HookEndpoint.channel_id == target.channel.id, HookEndpoint.active
        )
    )
    publication.mode = HOOK if endpoint else BY_HAND
    session.add(publication)
    session.flush()
    if endpoint is not None:
        delivery = Delivery(
            publication_id=publication.id,
            endpoint_id=endpoint.id,
            event=EVENT,
            message_id="msg_" + secrets.token_hex(MESSAGE_ID_BYTES),
            body=compose(_announcement(session, target, files)),
            state=WAITING,
            created_at=publication.created_at,
        )
        session.add(delivery)
        session.flush()
        work.enqueue(session, "deliver", delivery.id, max_attempts=WORK_ATTEMPTS)
    unit.record(entry(Act.PUBLICATION_PLANNED, actor, target, mode=publication.mode))
    return publication.id


def _announcement(session: Session, target: Target, files: tuple[SignedFile, ...]) -> Announcement:
    clip, publication = target.clip, target.publication
    sign_off = session.get_one(SignOff, publication.sign_off_id)
    last = session.scalar(select(func.max(LedgerEntry.position)))
    leaf = "" if last is None else session.get_one(LedgerEntry, last).leaf
    return Announcement(
        publication_id=publication.id,
        clip=clip.code,
        channel=target.channel.name,
        title=clip.title,
        description=clip.description,
        post_text=clip.post_text,
        category=session.get_one(Category, clip.category_id).code,
        political=clip.political,
        language=clip.language,
        ai_label=clip.ai_label,
        digest=publication.digest,
        signed_by=sign_off.person_name,
        signed_post=sign_off.person_post,
        signed_at=sign_off.created_at,
        planned_at=publication.created_at,
        anchor=Anchor(0 if last is None else last + 1, leaf),
        files=tuple((file.name, file.sha256, file.size, file.media_type) for file in files),
    )
