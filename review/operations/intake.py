"""Clips come in: a new dossier with its file, a new version of the file, a change of the fields."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from media.results import StoredFile as StoredBytes
from review import clock
from review.audit import Act
from review.db import Database, Transaction
from review.dossier import ANSWERABLE, Urgency
from review.errors import Conflict, Forbidden
from review.models import Clip, Counter, Person, Revision, StoredFile, UploadRow
from review.operations import dossier_fields, uploads, work
from review.operations.clip_access import ClipRef, bump, clip_entry, ref, take_clip
from review.operations.dossier_fields import LANGUAGES, REASON_LIMIT, ClipDraft, checked
from review.operations.identity import managed_agency
from review.operations.quotas import ensure_room
from review.operations.voiding import voiding_change
from review.permissions import Action, Actor
from review.queries.scripts import require_script
from review.queries.uploads import UploadState
from review.states import CLOSED, ClipState, RevisionState

__all__ = ["LANGUAGES", "ClipDraft", "checked"]

FILE_NAME_LIMIT = 255


@dataclass(frozen=True)
class Upload:
    """Bytes that have passed the gate, and what their owner called them."""

    stored: StoredBytes
    original_name: str
    media_type: str = "application/octet-stream"


@dataclass(frozen=True)
class Sent:
    """Bytes that came beforehand, as an upload of the actor's own that is finished."""

    key: str


def create_clip(db: Database, actor: Actor, draft: ClipDraft, upload: Upload | Sent) -> ClipRef:
    """A new dossier with its first file; the file's examination is due at once.

    An upload makes one revision: asked again, the answer is the clip that was made the first time.
    """
    with db.transaction() as unit:
        agency_id = managed_agency(actor, Action.CLIP_CREATE)
        if (made := _made_of(unit.session, actor, upload)) is not None:
            return ref(made)
        author = _author(unit.session, actor)
        clip = open_clip(unit, actor, agency_id, author.id, draft)
        _receive(unit, actor, clip, author.id, upload, "")
        return ref(clip)


def create_dossier(db: Database, actor: Actor, draft: ClipDraft) -> ClipRef:
    """A new dossier whose file is still to be made."""
    with db.transaction() as unit:
        agency_id = managed_agency(actor, Action.CLIP_CREATE)
        author = _author(unit.session, actor)
        return ref(open_clip(unit, actor, agency_id, author.id, draft))


def open_clip(
    unit: Transaction, actor: Actor, agency_id: int, author_id: int, draft: ClipDraft
) -> Clip:
    """The row of a new clip and its entry; `author_id` is who makes it, whoever opens it.

    What has no answer yet holds a proposal and is named in `open_answers`.
    """
    draft = checked(draft)
    session, moment = unit.session, clock.now()
    category = dossier_fields.category_of(session, agency_id, draft.category_code)
    clip = Clip(
        agency_id=agency_id,
        code=_next_code(session, moment),
        title="",
        description="",
        post_text="",
        category_id=category.id,
        political=category.political_by_default if draft.political is None else draft.political,
        political_reason="",
        political_level=0,
        language=draft.language,
        ai_label=False,
        rights="",
        open_answers=" ".join(sorted(ANSWERABLE)),
        urgency=Urgency.NORMAL.value,
        created_by=author_id,
        created_at=moment,
        state=ClipState.DRAFT,
        version=1,
        route_id=None,
        level=0,
        round=0,
    )
    session.add(clip)
    session.flush()
    after = {"category": category.code, "political": clip.political, "language": draft.language}
    texts = {"title": draft.title}
    unit.record(clip_entry(Act.CLIP_CREATED, actor, clip, after=after, texts=texts))
    dossier_fields.apply(unit, actor, clip, draft)
    return clip


def add_revision(
    db: Database, actor: Actor, code: str, version: int, upload: Upload | Sent, note: str = ""
) -> ClipRef:
    """A new file for a clip that lies with its author. After the sign-off it voids it.

    Asked again with the same upload, the answer is the clip as it stands; Conflict('upload_used')
    where that upload went into another clip.
    """
    with db.transaction() as unit:
        if (made := _made_of(unit.session, actor, upload)) is not None:
            if made.code != code:
                raise Conflict("upload_used")
            return ref(made)
        clip = take_clip(unit.session, actor, code, version, Action.REVISION_ADD)
        state = ClipState(clip.state)
        if state is ClipState.IN_REVIEW:
            raise Conflict("recall_first")
        if state in CLOSED or state is ClipState.POSTED or actor.person_id is None:
            raise Conflict("clip_closed_for_edit")
        require_script(unit.session, clip)
        with voiding_change(unit, actor, clip):
            _receive(unit, actor, clip, actor.person_id, upload, note)
        bump(clip)
        return ref(clip)


def edit_fields(db: Database, actor: Actor, code: str, version: int, draft: ClipDraft) -> ClipRef:
    """Changes the fields, by the author or by whoever holds the level at which the clip waits.

    Raises Conflict('nothing_changed').
    """
    with db.transaction() as unit:
        clip = take_clip(unit.session, actor, code, version, Action.CLIP_EDIT)
        if not change_fields(unit, actor, clip, draft):
            raise Conflict("nothing_changed")
        return ref(clip)


def change_fields(unit: Transaction, actor: Actor, clip: Clip, draft: ClipDraft) -> bool:
    """Writes the draft into a clip that was taken, with one entry; whether anything differed."""
    draft = checked(draft)
    before = dossier_fields.said(unit.session, clip)
    with voiding_change(unit, actor, clip):
        dossier_fields.apply(unit, actor, clip, draft)
    after = dossier_fields.said(unit.session, clip)
    changed = [name for name in after if after[name] != before[name]]
    if not changed:
        return False
    texts = {f"{name}_before": before[name] for name in changed}
    texts |= {f"{name}_after": after[name] for name in changed}
    facts = {"fields": changed, "level": clip.level}
    unit.record(clip_entry(Act.CLIP_CHANGED, actor, clip, after=facts, texts=texts))
    bump(clip)
    return True


def _author(session: Session, actor: Actor) -> Person:
    person = session.get(Person, actor.person_id) if actor.person_id else None
    if person is None:
        raise Forbidden("role_missing")
    return person


def _receive(
    unit: Transaction,
    actor: Actor,
    clip: Clip,
    uploader_id: int,
    upload: Upload | Sent,
    note: str,
) -> None:
    session = unit.session
    sent = uploads.take(session, actor, upload.key) if isinstance(upload, Sent) else None
    stored, original_name = _file_of(session, clip.agency_id, upload, sent)
    last = session.scalar(select(func.max(Revision.number)).where(Revision.clip_id == clip.id))
    name = unicodedata.normalize("NFC", original_name)[-FILE_NAME_LIMIT:] or "clip"
    revision = Revision(
        clip_id=clip.id,
        number=(last or 0) + 1,
        uploader_id=uploader_id,
        file_id=stored.id,
        original_name=name,
        note=dossier_fields.text(note, "note", REASON_LIMIT),
        state=RevisionState.RECEIVED,
        reason_code="",
        reason_params={},
        facts=None,
        speech_state="pending",
        speech_reason="",
        speech_params={},
        captions_id=None,
        created_at=clock.now(),
    )
    session.add(revision)
    session.flush()
    if sent is not None:
        sent.state, sent.revision_id = UploadState.USED, revision.id
    clip.revision_id, clip.uploader_id = revision.id, uploader_id
    after = {"revision": revision.number, "sha256": stored.sha256, "size": stored.size}
    entry = clip_entry(Act.REVISION_UPLOADED, actor, clip, after=after, texts={"file": name})
    unit.record(entry)
    work.enqueue(session, "probe", revision.id)


def _file_of(
    session: Session, agency_id: int, upload: Upload | Sent, sent: UploadRow | None
) -> tuple[StoredFile, str]:
    """The row of the file, and its owner's name for it."""
    if sent is not None:
        return session.get_one(StoredFile, sent.file_id), sent.name
    assert isinstance(upload, Upload)
    ensure_room(session, agency_id, upload.stored.size)
    stored = StoredFile(
        key=upload.stored.key,
        sha256=upload.stored.sha256,
        size=upload.stored.size,
        media_type=upload.media_type,
        created_at=clock.now(),
    )
    session.add(stored)
    session.flush()
    return stored, upload.original_name


def _made_of(session: Session, actor: Actor, upload: Upload | Sent) -> Clip | None:
    """The clip that an upload went into already, if it did."""
    if not isinstance(upload, Sent):
        return None
    row = uploads.take(session, actor, upload.key)
    if row.revision_id is None:
        return None
    return session.get_one(Clip, session.get_one(Revision, row.revision_id).clip_id)


def _next_code(session: Session, moment: datetime) -> str:
    year = clock.local(moment).year
    counter = session.get(Counter, f"clip-{year}", with_for_update=True)
    if counter is None:
        counter = Counter(name=f"clip-{year}", last=0)
        session.add(counter)
    counter.last += 1
    session.flush()
    return f"CLIP-{year}-{counter.last:06d}"
