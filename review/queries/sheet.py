"""What the printed sheet of a clip says: snapshots of the sign-off where there is one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from media.captions import published
from review.models import (
    CaptionVersion,
    Clip,
    Decision,
    Revision,
    SignOff,
    SignOffVoid,
    StoredFile,
)
from review.permissions import Actor
from review.queries.caption_checks import checks_of
from review.queries.clip_page import visible_clip
from review.queries.exchanges import ExchangeState, ExchangeView, exchanges_of
from review.queries.paper_names import PaperNames, names_of
from review.queries.published import lines_of_version
from review.queries.scripts import APPROVED, scripts_of
from review.queries.ticks import Ticks, ticks_on


@dataclass(frozen=True)
class SheetRow:
    """One line of the table of levels."""

    label: str
    person: str
    post: str
    result: str
    reason: str
    note: str
    revision: int
    at: datetime


@dataclass(frozen=True)
class Signature:
    """The sign-off that stands."""

    person: str
    post: str
    agency: str
    capacity: str
    digest: str
    statement: str
    assessments: tuple[str, ...]
    note: str
    at: datetime


@dataclass(frozen=True)
class SheetScript:
    """The script that was approved for the clip."""

    person: str
    post: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Sheet(PaperNames):
    """Everything on the paper. Fields are those that were signed, or the present ones before."""

    code: str
    title: str
    description: str
    political: bool
    language: str
    ai_label: bool
    rights: str
    people: str
    people_note: str
    urgency: str
    wished_at: datetime | None
    script: SheetScript | None
    revision: int
    file_name: str
    file_size: int
    duration_ms: int
    sha256: str
    captions_by: str
    captions_out: int
    captions_checked: tuple[str, ...]
    state: str
    decided: bool
    rows: tuple[SheetRow, ...]
    ticks: Ticks
    signature: Signature | None
    exchanges: tuple[ExchangeView, ...]


def sheet_of(session: Session, actor: Actor, code: str) -> Sheet:
    """The sheet of clip `code` for somebody who may see it. Raises NotFound or Forbidden."""
    clip, _facts = visible_clip(session, actor, code)
    sign_off = _standing(session, clip.id)
    revision_id = sign_off.revision_id if sign_off else clip.revision_id
    revision = session.get(Revision, revision_id) if revision_id else None
    stored = session.get_one(StoredFile, revision.file_id) if revision else None
    version = _version(session, sign_off, revision)
    signed: dict[str, Any] = json.loads(sign_off.manifest) if sign_off else {}
    facts = revision.facts if revision and revision.facts else {}
    duration = facts.get("duration_ms", 0)
    return Sheet(
        **vars(names_of(session, clip, sign_off)),
        code=clip.code,
        title=str(signed.get("title", clip.title)),
        description=str(signed.get("description", clip.description)),
        political=bool(signed.get("political", clip.political)),
        language=str(signed.get("language", clip.language)),
        ai_label=bool(signed.get("ai_label", clip.ai_label)),
        rights=str(signed.get("rights", clip.rights)),
        people=str(signed.get("people", "") if signed else clip.people),
        people_note=str(signed.get("people_note", "") if signed else clip.people_note),
        urgency=clip.urgency,
        wished_at=clip.wished_at,
        script=_script(session, clip),
        revision=revision.number if revision else 0,
        file_name=revision.original_name if revision else "",
        file_size=stored.size if stored else 0,
        duration_ms=duration if isinstance(duration, int) else 0,
        sha256=stored.sha256 if stored else "",
        captions_by=version.author_name or version.engine if version else "",
        captions_out=len(published(lines_of_version(version))) if version else 0,
        captions_checked=tuple(
            f"{check.person}, {check.post}"
            for check in checks_of(session, clip, version.id if version else None)
        ),
        state=clip.state,
        decided=sign_off is not None or clip.state == "rejected",
        rows=_rows(session, clip),
        ticks=ticks_on(session, clip),
        signature=_signature(sign_off) if sign_off else None,
        exchanges=_exchanges(session, clip, sign_off),
    )


def _script(session: Session, clip: Clip) -> SheetScript | None:
    approved = (one for one in scripts_of(session, clip) if one.state == APPROVED)
    last = next(approved, None)
    if last is None or last.decided_at is None:
        return None
    return SheetScript(last.decided_name, last.decided_post, last.decided_at)


def _standing(session: Session, clip_id: int) -> SignOff | None:
    return session.scalar(
        select(SignOff)
        .outerjoin(SignOffVoid, SignOffVoid.sign_off_id == SignOff.id)
        .where(SignOff.clip_id == clip_id, SignOffVoid.id.is_(None))
        .order_by(SignOff.id.desc())
        .limit(1)
    )


def _exchanges(session: Session, clip: Clip, sign_off: SignOff | None) -> tuple[ExchangeView, ...]:
    """What had been asked and answered when it was signed, in the order of the questions; what
    was asked by mistake is no part of it."""
    asked = exchanges_of(session, clip.id, until=sign_off.created_at if sign_off else None)
    return tuple(one for one in reversed(asked) if one.state is not ExchangeState.WITHDRAWN)


def _signature(row: SignOff) -> Signature:
    return Signature(
        person=row.person_name,
        post=row.person_post,
        agency=row.agency_name,
        capacity=row.capacity,
        digest=row.digest,
        statement=row.statement,
        assessments=tuple(row.assessments),
        note=row.note,
        at=row.created_at,
    )


def _version(
    session: Session, sign_off: SignOff | None, revision: Revision | None
) -> CaptionVersion | None:
    """The captions that were signed, or those that count now."""
    captions_id = sign_off.captions_id if sign_off else revision and revision.captions_id
    return session.get(CaptionVersion, captions_id) if captions_id else None


def _rows(session: Session, clip: Clip) -> tuple[SheetRow, ...]:
    """The levels of the last round; earlier rounds stand in the log."""
    numbers = {
        row.id: row.number
        for row in session.execute(
            select(Revision.id, Revision.number).where(Revision.clip_id == clip.id)
        )
    }
    decisions = session.scalars(
        select(Decision)
        .where(Decision.clip_id == clip.id, Decision.round == clip.round, Decision.level > 0)
        .order_by(Decision.id)
    )
    return tuple(
        SheetRow(
            label=row.level_label,
            person=row.person_name,
            post=row.person_post,
            result=row.kind,
            reason=row.reason,
            note=row.note,
            revision=numbers.get(row.revision_id, 0),
            at=row.created_at,
        )
        for row in decisions
    )
