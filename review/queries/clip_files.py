"""Which stored file stands behind the picture, the poster and the captions of a clip."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from review.errors import NotFound
from review.models import CaptionVersion, Rendition, Revision, StoredFile
from review.permissions import Actor
from review.queries.clip_page import visible_clip
from review.queries.published import going_out, going_out_srt, lines_of_version

# What reviewers play is the very file that will be signed and sent.
KINDS = {"video": ("publication", "video/mp4"), "poster": ("poster", "image/jpeg")}
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
    captions: int | None = None,
) -> ClipFile:
    """The file of `kind` of revision `number`, of the current one without it; of captions the
    version with the number `captions`, or the one that counts.

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
        return _captions(session, revision, kind, captions)
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
