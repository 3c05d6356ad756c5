"""The files of a sign-off, each held against the manifest that was signed.

This is the only way by which files leave for publication: hooks, downloads and the API ask here.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from media.captions import to_srt, to_vtt
from review.errors import Conflict, NotFound
from review.models import CaptionVersion, Rendition, SignOff, SignOffVoid, StoredFile
from review.queries.ordered import made_file
from review.queries.published import signed_lines
from review.renditions import COVER, KINDS, ORDERED

CAPTIONS_NAME, SUBRIP_NAME = "captions.vtt", "captions.srt"
# One name outside for the picture that stands for the clip, automatic or chosen.
POSTER_NAME = "poster.jpg"
CAPTIONS_TYPE = "text/vtt; charset=utf-8"
SUBRIP_TYPE = "application/x-subrip; charset=utf-8"


@dataclass(frozen=True)
class SignedFile:
    """One file as it goes out. It lies in storage under `key`, or its bytes are in `content`."""

    name: str
    key: str
    sha256: str
    size: int
    media_type: str
    content: bytes | None = None


def signed_files(session: Session, sign_off_id: int) -> tuple[SignedFile, ...]:
    """Every file that the sign-off covers: the video, the captions if there are any, the cover.

    Raises NotFound; Conflict: 'sign_off_void' once it no longer holds, 'signed_file_wrong'
    when what lies there is not what was signed.
    """
    sign_off = session.get(SignOff, sign_off_id)
    if sign_off is None:
        raise NotFound("not_found")
    if not stands(session, sign_off_id):
        raise Conflict("sign_off_void")
    signed = signed_manifest(sign_off.manifest, sign_off.digest)
    files = [
        _rendition(session, sign_off.revision_id, kind, KINDS[kind].name, sha256)
        for kind, sha256 in sorted(signed["renditions"].items())
    ]
    if sign_off.captions_id is not None:
        files += _captions(session, sign_off.captions_id, signed["captions"])
    files.append(_cover(session, sign_off.revision_id, signed["cover"]))
    return tuple(files)


def signed_file(session: Session, sign_off_id: int, name: str) -> SignedFile:
    """The one signed file called `name`. Raises NotFound and as `signed_files` does."""
    for file in signed_files(session, sign_off_id):
        if file.name == name:
            return file
    raise NotFound("not_found")


def stands(session: Session, sign_off_id: int) -> bool:
    """Whether the sign-off still holds."""
    found = select(SignOffVoid.id).where(SignOffVoid.sign_off_id == sign_off_id)
    return session.scalar(found) is None


def standing_sign_off(session: Session, clip_id: int) -> int | None:
    """The sign-off of a clip that holds now, or None."""
    found = (
        select(SignOff.id)
        .outerjoin(SignOffVoid, SignOffVoid.sign_off_id == SignOff.id)
        .where(SignOff.clip_id == clip_id, SignOffVoid.id.is_(None))
        .order_by(SignOff.id.desc())
        .limit(1)
    )
    return session.scalar(found)


def signed_manifest(manifest: bytes, digest: str) -> dict[str, Any]:
    """What was signed, read back. Raises Conflict('signed_file_wrong') if the digest is another."""
    if hashlib.sha256(manifest).hexdigest() != digest:
        raise Conflict("signed_file_wrong", name="manifest")
    signed: dict[str, Any] = json.loads(manifest)
    return signed


def _rendition(session: Session, revision_id: int, kind: str, name: str, sha256: str) -> SignedFile:
    if kind in ORDERED:
        return _checked(made_file(session, revision_id, kind, sha256), name, sha256)
    found = (
        select(StoredFile)
        .join(Rendition, Rendition.file_id == StoredFile.id)
        .where(Rendition.revision_id == revision_id, Rendition.kind == kind)
    )
    return _checked(session.scalar(found), name, sha256)


def _checked(stored: StoredFile | None, name: str, sha256: str) -> SignedFile:
    if stored is None or stored.sha256 != sha256:
        raise Conflict("signed_file_wrong", name=name)
    return SignedFile(name, stored.key, stored.sha256, stored.size, stored.media_type)


def _cover(session: Session, revision_id: int, sha256: str) -> SignedFile:
    """The picture that was signed: a chosen frame, or else the automatic one."""
    frame = made_file(session, revision_id, COVER, sha256)
    if frame is not None:
        return _checked(frame, POSTER_NAME, sha256)
    return _rendition(session, revision_id, "poster", POSTER_NAME, sha256)


def _captions(session: Session, captions_id: int, sha256: str) -> tuple[SignedFile, ...]:
    """The captions as WebVTT, which the digest names, and the same lines as SubRip."""
    lines = signed_lines(session.get_one(CaptionVersion, captions_id), sha256)
    if lines is None:
        raise Conflict("signed_file_wrong", name=CAPTIONS_NAME)
    return (
        _made(CAPTIONS_NAME, CAPTIONS_TYPE, to_vtt(lines).encode()),
        _made(SUBRIP_NAME, SUBRIP_TYPE, to_srt(lines).encode()),
    )


def _made(name: str, media_type: str, content: bytes) -> SignedFile:
    sha256 = hashlib.sha256(content).hexdigest()
    return SignedFile(name, "", sha256, len(content), media_type, content)
