"""What a sign-off of a clip would cover right now."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from review.digests import Covered
from review.errors import Conflict
from review.models import (
    CaptionVersion,
    Category,
    Channel,
    Clip,
    ClipChannel,
    Rendition,
    Revision,
    StoredFile,
)
from review.queries.ordered import chosen, outdated, require_made
from review.queries.published import published_hash
from review.renditions import CAPTIONED, COVER, demanded

# What stands for a clip until somebody chooses a frame.
AUTOMATIC_COVER = "poster"


def covered(session: Session, clip: Clip, *, unfinished: bool = False) -> Covered:
    """The parts under the digest. Raises Conflict('revision_not_ready') while one is missing, and
    as `ordered.require_made` does.

    `unfinished` is for looking at differences: a file that was asked for and is not there yet
    counts as one that is like no other.
    """
    revision = session.get(Revision, clip.revision_id) if clip.revision_id else None
    if revision is None:
        raise Conflict("revision_not_ready")
    hashes = _rendition_hashes(session, revision.id)
    wanted = demanded_of(session, clip.id)
    if AUTOMATIC_COVER not in hashes or any(kind not in hashes for kind in wanted):
        raise Conflict("revision_not_ready")
    if not unfinished:
        require_made(session, clip)
    cover = chosen(session, revision.id, COVER)
    return Covered(
        original=session.get_one(StoredFile, revision.file_id).sha256,
        renditions={kind: hashes[kind] for kind in wanted} | _captioned(session, revision.id),
        captions=_captions(session, revision),
        cover=cover.sha256 if cover else hashes[AUTOMATIC_COVER],
        **field_parts(session, clip),
    )


def _captions(session: Session, revision: Revision) -> str:
    version = (
        session.get_one(CaptionVersion, revision.captions_id) if revision.captions_id else None
    )
    return published_hash(version) if version else ""


def _captioned(session: Session, revision_id: int) -> dict[str, str]:
    """The copy with the captions in its picture, where one was asked for: it goes out, so it is
    signed. One that is not there, or holds other captions, is like no file."""
    copy = chosen(session, revision_id, CAPTIONED)
    if copy is None:
        return {}
    return {CAPTIONED: "" if outdated(session, revision_id, copy) else copy.sha256}


def demanded_of(session: Session, clip_id: int) -> tuple[str, ...]:
    """The kinds of renditions that go out on the clip's planned channels."""
    found = (
        select(Channel.kind)
        .join(ClipChannel, ClipChannel.channel_id == Channel.id)
        .where(ClipChannel.clip_id == clip_id, Channel.active)
    )
    return demanded(session.scalars(found))


def missing_renditions(session: Session, clip: Clip) -> tuple[str, ...]:
    """Demanded kinds that the clip's current file does not have yet."""
    made = _rendition_hashes(session, clip.revision_id) if clip.revision_id else {}
    return tuple(kind for kind in demanded_of(session, clip.id) if kind not in made)


def field_parts(session: Session, clip: Clip) -> dict[str, Any]:
    """The covered parts that are fields of the clip and do not wait for its file."""
    return {
        "title": clip.title,
        "description": clip.description,
        "post_text": clip.post_text,
        "category": session.get_one(Category, clip.category_id).code,
        "political": clip.political,
        "language": clip.language,
        "ai_label": clip.ai_label,
        "rights": clip.rights,
        "people": clip.people,
        "people_note": clip.people_note,
    }


def _rendition_hashes(session: Session, revision_id: int) -> dict[str, str]:
    found = (
        select(Rendition.kind, StoredFile.sha256)
        .join(StoredFile, StoredFile.id == Rendition.file_id)
        .where(Rendition.revision_id == revision_id)
    )
    return {row.kind: row.sha256 for row in session.execute(found)}
