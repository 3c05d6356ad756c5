"""Which stored file stands behind the picture, the poster and the captions of a clip."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from media.captions import to_vtt
from media.results import Line
from review.errors import NotFound
from review.models import CaptionVersion, Rendition, Revision, StoredFile
from review.permissions import Actor
from review.queries.clip_page import visible_clip

# What reviewers play is the very file that will be signed and sent.
KINDS = {"video": ("publication", "video/mp4"), "poster": ("poster", "image/jpeg")}


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
    return _rendition(session, revision, kind)


def _rendition(session: Session, revision: Revision, kind: str) -> ClipFile:
    if kind not in KINDS:
        raise NotFound("not_found")
    name, media_type = KINDS[kind]
    stored = session.scalar(
        select(StoredFile)
        .join(Rendition, Rendition.file_id == StoredFile.id)
        .where(Rendition.revision_id == revision.id, Rendition.kind == name)
    )
    if stored is None:
        raise NotFound("not_found")
    return ClipFile(stored.key, None, stored.sha256, media_type, stored.created_at)


def _captions(session: Session, revision: Revision) -> ClipFile:
    version = session.get(CaptionVersion, revision.captions_id) if revision.captions_id else None
    if version is None:
        raise NotFound("not_found")
    content = to_vtt([Line.from_json(line) for line in version.lines]).encode()
    return ClipFile("", content, version.sha256, "text/vtt", version.created_at)
