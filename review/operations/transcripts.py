"""Captions: every save is a version, the machine's too; a person decides which one counts."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from sqlalchemy import func, select

from media import captions as caption_text
from media.errors import CaptionError
from media.results import Line
from review import clock
from review.audit import Act
from review.db import Database, Transaction
from review.errors import Conflict, Invalid, NotFound
from review.models import CaptionVersion, Clip, Revision
from review.operations.clip_access import ClipRef, bump, clip_entry, ref, take_clip
from review.operations.voiding import voiding_change
from review.permissions import Action, Actor
from review.states import RevisionState

# Five minutes of fast speech are some 150 lines; this leaves room without letting a form explode.
MAX_LINES = 1_000
MAX_LINE_LENGTH = 500
WAITING = frozenset({RevisionState.RECEIVED, RevisionState.PROBING, RevisionState.REFUSED})


def save_captions(
    db: Database, actor: Actor, code: str, version: int, lines: Sequence[Line]
) -> ClipRef:
    """Saves `lines` as the version that counts. After the sign-off that voids it.

    Raises Invalid with the code of the faulty line, Conflict('nothing_changed').
    """
    with db.transaction() as unit:
        clip = take_clip(unit.session, actor, code, version, Action.CAPTION_EDIT)
        revision = _revision(unit, clip)
        fixed = checked_lines(lines)
        current = (
            unit.session.get_one(CaptionVersion, revision.captions_id)
            if revision.captions_id
            else None
        )
        plain = [line.to_json() for line in fixed]
        if plain == (current.lines if current else []):
            raise Conflict("nothing_changed")
        with voiding_change(unit, actor, clip):
            _take(unit, actor, clip, revision, plain, fixed)
        bump(clip)
        return ref(clip)


def take_proposal(db: Database, actor: Actor, code: str, version: int, captions_id: int) -> ClipRef:
    """Takes an earlier version, or what the machine proposed late, as a new version that counts."""
    with db.transaction() as unit:
        clip = take_clip(unit.session, actor, code, version, Action.CAPTION_EDIT)
        revision = _revision(unit, clip)
        proposal = unit.session.get(CaptionVersion, captions_id)
        if proposal is None or proposal.revision_id != revision.id:
            raise NotFound("not_found")
        if proposal.id == revision.captions_id:
            raise Conflict("nothing_changed")
        fixed = tuple(Line.from_json(line) for line in proposal.lines)
        with voiding_change(unit, actor, clip):
            _take(unit, actor, clip, revision, proposal.lines, fixed)
        bump(clip)
        return ref(clip)


def checked_lines(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines in order, in NFC, trimmed; empty ones left out. Raises Invalid."""
    if len(lines) > MAX_LINES:
        raise Invalid("caption_too_many", field="captions", limit=MAX_LINES)
    if any(len(line.text) > MAX_LINE_LENGTH for line in lines):
        raise Invalid("caption_too_long", field="captions", limit=MAX_LINE_LENGTH)
    kept = [line for line in lines if line.text.strip()]
    try:
        return caption_text.normalise(kept)
    except CaptionError as error:
        raise Invalid(error.code, field="captions", **error.params) from error


def captions_hash(lines: Sequence[Line]) -> str:
    """SHA-256 of the WebVTT bytes that go out, in hex."""
    return hashlib.sha256(caption_text.to_vtt(lines).encode()).hexdigest()


def _revision(unit: Transaction, clip: Clip) -> Revision:
    revision = unit.session.get(Revision, clip.revision_id) if clip.revision_id else None
    if revision is None or RevisionState(revision.state) in WAITING:
        raise Conflict("revision_not_ready")
    return revision


def _take(
    unit: Transaction,
    actor: Actor,
    clip: Clip,
    revision: Revision,
    plain: list[dict[str, object]],
    fixed: Sequence[Line],
) -> None:
    before = revision.captions_id
    last = unit.session.scalar(
        select(func.max(CaptionVersion.number)).where(CaptionVersion.revision_id == revision.id)
    )
    saved = CaptionVersion(
        revision_id=revision.id,
        number=(last or 0) + 1,
        origin="person",
        author_id=actor.person_id,
        author_name=actor.name,
        engine="",
        lines=plain,
        sha256=captions_hash(fixed),
        created_at=clock.now(),
    )
    unit.session.add(saved)
    unit.session.flush()
    revision.captions_id = saved.id
    after = {"captions": saved.number, "sha256": saved.sha256, "lines": len(plain)}
    after["level"] = clip.level
    entry = clip_entry(Act.CAPTIONS_SAVED, actor, clip, before={"captions": before}, after=after)
    unit.record(entry)
