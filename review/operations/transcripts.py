"""Captions: every save is a version, the machine's too; a person decides which one counts."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from sqlalchemy import func, select

from media import captions as caption_text
from media.caption_files import read_captions
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
from review.queries.published import going_out
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
        return _save(unit, actor, clip, checked_lines(lines), Act.CAPTIONS_SAVED)


def upload_captions(
    db: Database, actor: Actor, code: str, version: int, data: bytes, name: str = ""
) -> ClipRef:
    """Saves a SubRip or WebVTT file that somebody brought as the version that counts.

    `name` is what the file was called. Raises as `save_captions` does, and Invalid with the codes
    of `media.caption_files.read_captions`.
    """
    with db.transaction() as unit:
        clip = take_clip(unit.session, actor, code, version, Action.CAPTION_EDIT)
        duration = (_revision(unit, clip).facts or {}).get("duration_ms")
        try:
            lines = read_captions(data, duration if isinstance(duration, int) else 0)
        except CaptionError as error:
            raise Invalid(error.code, field="file", **error.params) from error
        texts = {"file": name} if name else {}
        return _save(unit, actor, clip, checked_lines(lines), Act.CAPTIONS_UPLOADED, texts)


def take_proposal(db: Database, actor: Actor, code: str, version: int, captions_id: int) -> ClipRef:
    """Takes what the machine proposed late, as a new version that counts."""
    return _adopt(db, actor, code, version, captions_id, Act.CAPTIONS_SAVED)


def restore_captions(
    db: Database, actor: Actor, code: str, version: int, captions_id: int
) -> ClipRef:
    """Makes an earlier version count again, as a new one: history only grows."""
    return _adopt(db, actor, code, version, captions_id, Act.CAPTIONS_RESTORED)


def checked_lines(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines in order, in NFC, trimmed; empty ones left out. Raises Invalid."""
    if len(lines) > MAX_LINES:
        raise Invalid("caption_too_many", field="captions", limit=MAX_LINES)
    for number, line in enumerate(lines, 1):
        if len(line.text) > MAX_LINE_LENGTH:
            raise Invalid(
                "caption_too_long", field="captions", line=number, max_chars=MAX_LINE_LENGTH
            )
    kept = [line for line in lines if line.text.strip()]
    try:
        return caption_text.normalise(kept)
    except CaptionError as error:
        raise Invalid(error.code, field="captions", **error.params) from error


def captions_hash(lines: Sequence[Line]) -> str:
    """SHA-256 of the WebVTT bytes of the lines that go out, in hex."""
    return hashlib.sha256(going_out(lines)).hexdigest()


def _revision(unit: Transaction, clip: Clip) -> Revision:
    revision = unit.session.get(Revision, clip.revision_id) if clip.revision_id else None
    if revision is None or RevisionState(revision.state) in WAITING:
        raise Conflict("revision_not_ready")
    return revision


def _adopt(
    db: Database, actor: Actor, code: str, version: int, captions_id: int, act: Act
) -> ClipRef:
    with db.transaction() as unit:
        clip = take_clip(unit.session, actor, code, version, Action.CAPTION_EDIT)
        revision = _revision(unit, clip)
        chosen = unit.session.get(CaptionVersion, captions_id)
        if chosen is None or chosen.revision_id != revision.id:
            raise NotFound("not_found")
        if chosen.id == revision.captions_id:
            raise Conflict("nothing_changed")
        lines = tuple(Line.from_json(line) for line in chosen.lines)
        return _save(unit, actor, clip, lines, act, number=chosen.number)


def _save(
    unit: Transaction,
    actor: Actor,
    clip: Clip,
    lines: Sequence[Line],
    act: Act,
    texts: dict[str, str] | None = None,
    number: int | None = None,
) -> ClipRef:
    """Writes the version and its entry. `number` is that of the version it repeats, if any."""
    revision = _revision(unit, clip)
    current = (
        unit.session.get_one(CaptionVersion, revision.captions_id) if revision.captions_id else None
    )
    plain = [line.to_json() for line in lines]
    if plain == (current.lines if current else []):
        raise Conflict("nothing_changed")
    with voiding_change(unit, actor, clip):
        saved = _add(unit, actor, revision, plain, lines, act)
        revision.captions_id = saved.id
        after = {
            "captions": saved.number,
            "sha256": saved.sha256,
            "lines": len(lines),
            "published": len(caption_text.published(lines)),
            "level": clip.level,
        } | ({"repeats": number} if number is not None else {})
        before = {"captions": current.id if current else None}
        unit.record(clip_entry(act, actor, clip, before=before, after=after, texts=texts))
    bump(clip)
    return ref(clip)


def _add(
    unit: Transaction,
    actor: Actor,
    revision: Revision,
    plain: list[dict[str, object]],
    lines: Sequence[Line],
    act: Act,
) -> CaptionVersion:
    last = unit.session.scalar(
        select(func.max(CaptionVersion.number)).where(CaptionVersion.revision_id == revision.id)
    )
    saved = CaptionVersion(
        revision_id=revision.id,
        number=(last or 0) + 1,
        origin="uploaded" if act is Act.CAPTIONS_UPLOADED else "person",
        author_id=actor.person_id,
        author_name=actor.name,
        engine="",
        lines=plain,
        sha256=captions_hash(lines),
        created_at=clock.now(),
    )
    unit.session.add(saved)
    unit.session.flush()
    return saved
