"""Which stored file stands behind the picture, the poster and the captions of a clip."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from media.captions import to_vtt
from media.fitting import target_size
from media.profiles import LIGHT, SPRITE
from media.results import Line, Probe
from media.sheets import sprite_vtt
from review.errors import NotFound
from review.models import CaptionVersion, Rendition, Revision, StoredFile
from review.permissions import Actor
from review.queries.clip_page import visible_clip

# What reviewers play is the very file that will be signed and sent, or the light copy of it.
SHOWN = {"video": "publication"} | {
    kind: kind for kind in ("poster", "light", "contact", "sprite", "waveform")
}


SPRITE_WORDS = "sprite.vtt"


@dataclass(frozen=True)
class ClipFile:
    """A file to hand out: behind `key` in storage, or its bytes in `content`."""

    key: str
    content: bytes | None
    sha256: str
    media_type: str
    made_at: datetime


def clip_file(
    session: Session, actor: Actor, code: str, kind: str, number: int | None = None
) -> ClipFile:
    """The file of `kind` of revision `number`, of the current one without it.

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
    if kind == "captions":
        return _captions(session, revision)
    if kind == SPRITE_WORDS:
        return _sprite_words(session, revision)
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


def _captions(session: Session, revision: Revision) -> ClipFile:
    version = session.get(CaptionVersion, revision.captions_id) if revision.captions_id else None
    if version is None:
        raise NotFound("not_found")
    content = to_vtt([Line.from_json(line) for line in version.lines]).encode()
    return ClipFile("", content, version.sha256, "text/vtt", version.created_at)


def _sprite_words(session: Session, revision: Revision) -> ClipFile:
    """Which tile of the sprite shows which moment, as WebVTT beside the picture itself."""
    sprite = _rendition(session, revision, "sprite")
    facts = Probe.from_json(revision.facts or {})
    size = target_size(facts, LIGHT)
    address = f"sprite?revision={revision.number}"
    text = sprite_vtt(facts.duration_ms, *size, address, SPRITE).encode()
    digest = hashlib.sha256(text).hexdigest()
    return ClipFile("", text, digest, "text/vtt", sprite.made_at)
