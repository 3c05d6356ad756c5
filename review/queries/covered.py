"""What a sign-off of a clip would cover right now."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from review.digests import Covered
from review.errors import Conflict
from review.models import CaptionVersion, Category, Clip, Rendition, Revision, StoredFile
from review.queries.published import published_hash

# Every rendition that goes out. All are made before submission; none appears afterwards.
DEMANDED = ("publication",)
COVER = "poster"


def covered(session: Session, clip: Clip) -> Covered:
    """The parts under the digest. Raises Conflict('revision_not_ready') while one is missing."""
    revision = session.get(Revision, clip.revision_id) if clip.revision_id else None
    if revision is None:
        raise Conflict("revision_not_ready")
    hashes = _rendition_hashes(session, revision.id)
    if COVER not in hashes or any(kind not in hashes for kind in DEMANDED):
        raise Conflict("revision_not_ready")
    original = session.get_one(StoredFile, revision.file_id)
    captions = (
        published_hash(session.get_one(CaptionVersion, revision.captions_id))
        if revision.captions_id
        else ""
    )
    return Covered(
        original=original.sha256,
        renditions={kind: hashes[kind] for kind in DEMANDED},
        captions=captions,
        cover=hashes[COVER],
        **field_parts(session, clip),
    )


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
    }


def _rendition_hashes(session: Session, revision_id: int) -> dict[str, str]:
    found = (
        select(Rendition.kind, StoredFile.sha256)
        .join(StoredFile, StoredFile.id == Rendition.file_id)
        .where(Rendition.revision_id == revision_id)
    )
    return {row.kind: row.sha256 for row in session.execute(found)}
