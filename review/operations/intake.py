"""Clips come in: a new dossier with its file, a new version of the file, a change of the fields."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from media.results import StoredFile as StoredBytes
from review import clock, languages
from review.audit import Act
from review.db import Database, Transaction
from review.errors import Conflict, Forbidden, Invalid
from review.models import (
    Category,
    Channel,
    Clip,
    ClipChannel,
    Counter,
    Person,
    Revision,
    StoredFile,
    UploadRow,
)
from review.operations import uploads, work
from review.operations.clip_access import ClipRef, bump, clip_entry, ref, take_clip
from review.operations.identity import managed_agency
from review.operations.political import answer_as_author
from review.operations.quotas import ensure_room
from review.operations.voiding import voiding_change
from review.permissions import Action, Actor
from review.queries.uploads import UploadState
from review.states import CLOSED, ClipState, RevisionState

# As long as the networks' own fields; beyond that it is a mistake of the clipboard.
LIMITS = {"title": 200, "description": 5_000, "post_text": 5_000, "rights": 1_000}
REASON_LIMIT = 500
LANGUAGES = languages.OFFERED
FILE_NAME_LIMIT = 255


@dataclass(frozen=True)
class ClipDraft:
    """The fields of a clip as entered. `channel_ids=None` means all of the agency's channels."""

    title: str
    category_code: str
    description: str = ""
    post_text: str = ""
    political: bool | None = None
    political_reason: str = ""
    language: str = "vi"
    ai_label: bool = False
    rights: str = ""
    channel_ids: tuple[int, ...] | None = None


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
        draft = checked(draft)
        if draft.political is None:
            raise Invalid("political_missing", field="political")
        category = _category(unit.session, agency_id, draft.category_code)
        person = unit.session.get(Person, actor.person_id)
        if person is None:
            raise Forbidden("role_missing")
        moment = clock.now()
        clip = Clip(
            agency_id=agency_id,
            code=_next_code(unit.session, moment),
            title=draft.title,
            description=draft.description,
            post_text=draft.post_text,
            category_id=category.id,
            political=draft.political,
            political_reason=draft.political_reason,
            political_level=0,
            language=draft.language,
            ai_label=draft.ai_label,
            rights=draft.rights,
            created_by=person.id,
            created_at=moment,
            state=ClipState.DRAFT,
            version=1,
            route_id=None,
            level=0,
            round=0,
        )
        unit.session.add(clip)
        unit.session.flush()
        _plan_channels(unit.session, clip, draft.channel_ids)
        after = {"category": category.code, "political": clip.political, "language": clip.language}
        entry = clip_entry(Act.CLIP_CREATED, actor, clip, after=after, texts={"title": clip.title})
        unit.record(entry)
        _receive(unit, actor, clip, person.id, upload, "")
        return ref(clip)


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
        with voiding_change(unit, actor, clip):
            _receive(unit, actor, clip, actor.person_id, upload, note)
        bump(clip)
        return ref(clip)


def edit_fields(db: Database, actor: Actor, code: str, version: int, draft: ClipDraft) -> ClipRef:
    """Changes the fields, by the author or by whoever holds the level at which the clip waits."""
    with db.transaction() as unit:
        clip = take_clip(unit.session, actor, code, version, Action.CLIP_EDIT)
        draft = checked(draft)
        before = _fields(unit.session, clip)
        with voiding_change(unit, actor, clip):
            _apply(unit, actor, clip, draft)
        after = _fields(unit.session, clip)
        changed = [name for name in after if after[name] != before[name]]
        if not changed:
            raise Conflict("nothing_changed")
        texts = {f"{name}_before": before[name] for name in changed}
        texts |= {f"{name}_after": after[name] for name in changed}
        unit.record(
            clip_entry(
                Act.CLIP_CHANGED,
                actor,
                clip,
                after={"fields": changed, "level": clip.level},
                texts=texts,
            )
        )
        bump(clip)
        return ref(clip)


def checked(draft: ClipDraft) -> ClipDraft:
    """The draft in NFC, trimmed. Raises Invalid with the field at fault."""
    texts: dict[str, Any] = {
        name: _text(getattr(draft, name), name, limit, lines=name != "title")
        for name, limit in LIMITS.items()
    }
    if not texts["title"]:
        raise Invalid("title_missing", field="title")
    if draft.language not in LANGUAGES:
        raise Invalid("language_unknown", field="language")
    reason = _text(draft.political_reason, "political_reason", REASON_LIMIT)
    return replace(draft, **texts, political_reason=reason)


def _apply(unit: Transaction, actor: Actor, clip: Clip, draft: ClipDraft) -> None:
    clip.title, clip.description = draft.title, draft.description
    clip.post_text = draft.post_text
    if clip.state != ClipState.IN_REVIEW:
        # At a level one mends words; what kind of clip it is stays its author's answer.
        clip.category_id = _category(unit.session, clip.agency_id, draft.category_code).id
        clip.language, clip.ai_label = draft.language, draft.ai_label
        clip.rights = draft.rights
        answer_as_author(unit, actor, clip, draft.political, draft.political_reason)
        _plan_channels(unit.session, clip, draft.channel_ids)
    unit.session.flush()


def _fields(session: Session, clip: Clip) -> dict[str, str]:
    channels = select(ClipChannel.channel_id).where(ClipChannel.clip_id == clip.id)
    return {
        "title": clip.title,
        "description": clip.description,
        "post_text": clip.post_text,
        "category": session.get_one(Category, clip.category_id).code,
        "language": clip.language,
        "ai_label": str(clip.ai_label),
        "rights": clip.rights,
        "political": str(clip.political),
        "channels": ",".join(str(channel) for channel in sorted(session.scalars(channels))),
    }


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
        note=_text(note, "note", REASON_LIMIT),
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


def _plan_channels(session: Session, clip: Clip, channel_ids: tuple[int, ...] | None) -> None:
    found = select(Channel.id).where(Channel.agency_id == clip.agency_id, Channel.active)
    own = set(session.scalars(found))
    wanted = own if channel_ids is None else set(channel_ids)
    if wanted - own:
        raise Invalid("channel_unknown", field="channels")
    session.execute(delete(ClipChannel).where(ClipChannel.clip_id == clip.id))
    session.add_all(ClipChannel(clip_id=clip.id, channel_id=channel) for channel in sorted(wanted))
    session.flush()


def _category(session: Session, agency_id: int, code: str) -> Category:
    found = session.scalar(
        select(Category).where(
            Category.agency_id == agency_id, Category.code == code, Category.active
        )
    )
    if found is None:
        raise Invalid("category_unknown", field="category")
    return found


def _next_code(session: Session, moment: datetime) -> str:
    year = clock.local(moment).year
    counter = session.get(Counter, f"clip-{year}", with_for_update=True)
    if counter is None:
        counter = Counter(name=f"clip-{year}", last=0)
        session.add(counter)
    counter.last += 1
    session.flush()
    return f"CLIP-{year}-{counter.last:06d}"


def _text(value: str, name: str, limit: int, *, lines: bool = True) -> str:
    value = unicodedata.normalize("NFC", value).replace("\r\n", "\n").strip()
    if not lines:
        value = " ".join(value.split())
    if len(value) > limit:
        raise Invalid("field_too_long", field=name, name=name, limit=limit)
    return value
