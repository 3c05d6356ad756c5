"""Which stored file stands behind the picture, the poster and the captions of a clip."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from media.fitting import target_size
from media.profiles import LIGHT, SPRITE
from media.results import Probe
from media.sheets import sprite_vtt
from review.errors import NotFound
from review.models import CaptionVersion, Rendition, Revision, StoredFile
from review.permissions import Actor
from review.queries.clip_page import visible_clip
from review.queries.ordered import ordered_file
from review.queries.published import going_out, going_out_srt, lines_of_version
from review.renditions import ORDERED

# What reviewers play is the very file that will be signed and sent, or the light copy of it.
SHOWN = {"video": "publication"} | {
    kind: kind for kind in ("poster", "light", "contact", "sprite", "waveform")
}
SPRITE_WORDS = "sprite.vtt"
CAPTION_KINDS = {
    "captions": ("text/vtt", going_out),
    "subrip": ("application/x-subrip", going_out_srt),
}


@dataclass(frozen=True)
class ClipFile:
    """A file to hand out: behind `key` in storage, or its bytes in `content`."""

    key: str
    content: bytes | None
    sha256: str
    media_type: str
    made_at: datetime


def clip_file(
    session: Session,
    actor: Actor,
    code: str,
    kind: str,
    number: int | None = None,
    version: int | None = None,
) -> ClipFile:
    """The file of `kind` of revision `number`, of the current one without it. `version` is the
    number of the captions, those that count without it; of what was asked for, that of the order.

    Raises NotFound, also where the actor may not look; Forbidden.
    """
    clip, _facts = visible_clip(session, actor, code)
    found = select(Revision).where(Revision.clip_id == clip.id)
    found = found.where(
        Revision.number == number if number is not None else Revision.id == clip.revision_id
    )
    revision = session.scalar(found)
    if revision is None:
        raise NotFound("not_found")
    if kind in CAPTION_KINDS:
        return _captions(session, revision, kind, version)
    if kind == SPRITE_WORDS:
        return _sprite_words(session, revision)
    if kind in ORDERED:
        made = ordered_file(session, revision.id, kind, version or 0)
        return ClipFile(made.key, None, made.sha256, made.media_type, made.created_at)
    return _rendition(session, revision, kind)


def _rendition(session: Session, revision: Revision, kind: str) -> ClipFile:
    if kind not in SHOWN:
        raise NotFound("not_found")
    name = SHOWN[kind]
    stored = session.scalar(
        select(StoredFile)
        .join(Rendition, Rendition.file_id == StoredFile.id)
        .where(Rendition.revision_id == revision.id, Rendition.kind == name)
    )
    if stored is None:
        raise NotFound("not_found")
    return ClipFile(stored.key, None, stored.sha256, stored.media_type, stored.created_at)


def _captions(session: Session, revision: Revision, kind: str, version: int | None) -> ClipFile:
    """The captions that go out, in the form that `kind` names; of the current version without a
    number."""
    found = select(CaptionVersion).where(CaptionVersion.revision_id == revision.id)
    found = found.where(
        CaptionVersion.number == version
        if version is not None
        else CaptionVersion.id == revision.captions_id
    )
    row = session.scalar(found)
    if row is None:
        raise NotFound("not_found")
    media_type, make = CAPTION_KINDS[kind]
    content = make(lines_of_version(row))
    sha256 = hashlib.sha256(content).hexdigest()
    return ClipFile("", content, sha256, media_type, row.created_at)


def _sprite_words(session: Session, revision: Revision) -> ClipFile:
    """Which tile of the sprite shows which moment, as WebVTT beside the picture itself."""
    sprite = _rendition(session, revision, "sprite")
    facts = Probe.from_json(revision.facts or {})
    size = target_size(facts, LIGHT)
    address = f"sprite?revision={revision.number}"
    text = sprite_vtt(facts.duration_ms, *size, address, SPRITE).encode()
    digest = hashlib.sha256(text).hexdigest()
    return ClipFile("", text, digest, "text/vtt", sprite.made_at)
