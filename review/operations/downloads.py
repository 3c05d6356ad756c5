"""Handing out the files of a sign-off, and remembering who took them.

A player or a download manager asks for a file in many pieces; the ledger gets one entry for each
person, file and hour.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from review import clock
from review.audit import Act
from review.db import Database, Transaction
from review.errors import Conflict, NotFound
from review.grants import Grant
from review.models import Channel, Clip, LedgerEntry, Publication
from review.operations.clip_access import clip_entry, load_clip
from review.operations.publication_access import require_standing, take
from review.permissions import Action, Actor, Via, require
from review.queries.facts import facts_of
from review.queries.signed_files import SignedFile, signed_file, standing_sign_off

VIDEO_NAME = "publication.mp4"
SAME_DOWNLOAD = timedelta(hours=1)


def record_download(
    db: Database, actor: Actor, publication_id: int, name: str = VIDEO_NAME
) -> SignedFile:
    """The channel manager takes a file to post it by hand.

    Raises NotFound, Forbidden; Conflict: 'publication_cancelled', 'sign_off_void',
    'signed_file_wrong'.
    """
    with db.transaction() as unit:
        target = take(unit.session, actor, publication_id, Action.POST_DOWNLOAD)
        require_standing(unit.session, target.publication)
        file = signed_file(unit.session, target.publication.sign_off_id, name)
        _remember(unit, actor, target.clip, file, publication_id)
        return file


def take_signed(db: Database, actor: Actor, code: str, name: str) -> SignedFile:
    """A file of the sign-off that holds now, for somebody who may see the clip.

    Raises NotFound, Forbidden; Conflict('not_signed') while nothing is signed,
    Conflict('signed_file_wrong').
    """
    with db.transaction() as unit:
        clip = load_clip(unit.session, actor, code)
        require(actor, Action.CLIP_VIEW, facts_of(unit.session, clip))
        sign_off = standing_sign_off(unit.session, clip.id)
        if sign_off is None:
            raise Conflict("not_signed")
        file = signed_file(unit.session, sign_off, name)
        _remember(unit, actor, clip, file, None)
        return file


def take_granted(
    db: Database, grant: Grant, code: str, request_id: str, address: str
) -> SignedFile:
    """A file for whoever holds the link of a hook message.

    Raises NotFound('file_link_gone') when the link speaks of another clip or file;
    Conflict('publication_cancelled'), Conflict('sign_off_void').
    """
    with db.transaction() as unit:
        session = unit.session
        publication = session.get(Publication, grant.publication_id)
        clip = session.get(Clip, publication.clip_id) if publication else None
        if publication is None or clip is None or clip.code != code:
            raise NotFound("file_link_gone")
        require_standing(session, publication)
        file = signed_file(session, publication.sign_off_id, grant.name)
        if file.sha256 != grant.sha256:
            raise NotFound("file_link_gone")
        channel = session.get_one(Channel, publication.channel_id)
        receiver = Actor(None, clip.agency_id, channel.name, "", via=Via.TOKEN)
        receiver = replace(receiver, request_id=request_id, address=address)
        _remember(unit, receiver, clip, file, publication.id)
        return file


def _remember(
    unit: Transaction, actor: Actor, clip: Clip, file: SignedFile, publication_id: int | None
) -> None:
    after: dict[str, Any] = {
        "file": file.name,
        "sha256": file.sha256,
        "publication": publication_id,
    }
    if not _remembered(unit.session, actor, clip.id, after):
        unit.record(clip_entry(Act.FILE_DOWNLOADED, actor, clip, after=after))


def _remembered(session: Session, actor: Actor, clip_id: int, after: dict[str, Any]) -> bool:
    found = select(LedgerEntry.body).where(
        LedgerEntry.clip_id == clip_id,
        LedgerEntry.action == Act.FILE_DOWNLOADED.value,
        LedgerEntry.at > clock.now() - SAME_DOWNLOAD,
    )
    if actor.person_id is None:
        found = found.where(LedgerEntry.actor_id.is_(None))
    else:
        found = found.where(LedgerEntry.actor_id == actor.person_id)
    return any(json.loads(body)["after"] == after for body in session.scalars(found))
