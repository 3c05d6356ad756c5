"""What the workshop found and made, recorded: each result once, and only by who holds the lease.

Nothing here raises `clip.version`: the author may go on writing while the machine works.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from media import results
from review import clock, languages
from review.audit import Act
from review.db import Database, Transaction
from review.errors import NotFound
from review.models import CaptionVersion, Clip, Rendition, Revision, StoredFile
from review.operations import settling, work
from review.operations.clip_access import clip_entry
from review.operations.retrying import retry_step as retry_step
from review.operations.work import Lease
from review.permissions import SYSTEM
from review.queries.glossary import terms
from review.queries.published import going_out
from review.renditions import KINDS
from review.states import RevisionState

# A person at the page waits for the picture, then for the words; deliveries have their own queue.
# What follows the video waits until no other clip needs its own.
PROBE_PRIORITY, TRANSCODE_PRIORITY, TRANSCRIBE_PRIORITY, EXTRAS_PRIORITY = 50, 100, 100, 150

_MACHINE = "machine"


@dataclass(frozen=True)
class RevisionSource:
    """What a job needs to know of the file it works on; `facts` is None before the probe."""

    revision_id: int
    clip_id: int
    code: str
    file_key: str
    sha256: str
    language: str
    facts: results.Probe | None
    # Names and places of the agency, put before the machine so that it writes them right.
    glossary: tuple[str, ...] = ()


def revision_source(db: Database, revision_id: int) -> RevisionSource:
    """The original behind a revision. Raises NotFound."""
    found = (
        select(Revision, Clip, StoredFile)
        .join(Clip, Clip.id == Revision.clip_id)
        .join(StoredFile, StoredFile.id == Revision.file_id)
        .where(Revision.id == revision_id)
    )
    with db.read() as session:
        row = session.execute(found).one_or_none()
        if row is None:
            raise NotFound("not_found")
        revision, clip, stored = row
        facts = results.Probe.from_json(revision.facts) if revision.facts is not None else None
        return RevisionSource(
            revision.id,
            clip.id,
            clip.code,
            stored.key,
            stored.sha256,
            clip.language,
            facts,
            glossary=terms(session, clip.agency_id),
        )


@dataclass(frozen=True)
class MadeFile:
    """The publication file of a revision; `max_seconds` is longer than it can be."""

    file_key: str
    max_seconds: int


def publication_source(db: Database, revision_id: int) -> MadeFile:
    """The file from which everything beside it is made. Raises NotFound before there is one."""
    found = (
        select(StoredFile.key, Revision.facts)
        .join(Rendition, Rendition.file_id == StoredFile.id)
        .join(Revision, Revision.id == Rendition.revision_id)
        .where(Rendition.revision_id == revision_id, Rendition.kind == "publication")
    )
    with db.read() as session:
        row = session.execute(found).one_or_none()
    if row is None or row.facts is None:
        raise NotFound("not_found")
    return MadeFile(row.key, results.Probe.from_json(row.facts).duration_ms // 1000 + 5)


def begin_probe(db: Database, lease: Lease) -> None:
    """Says that the file is being looked at. Raises LeaseLost, Conflict."""
    with db.transaction() as unit:
        _clip, revision = _open(unit.session, lease)
        settling.move(revision, RevisionState.PROBING)


def record_probe(db: Database, lease: Lease, probe: results.Probe) -> None:
    """Accepts the file and makes its two jobs due, side by side. Raises LeaseLost, Conflict.

    Without a sound track, or in a language that no model knows, there is nothing to transcribe.
    """
    with db.transaction() as unit:
        if work.is_finished(unit.session, lease):
            return
        clip, revision = _open(unit.session, lease)
        revision.facts = probe.to_json()
        settling.move(revision, RevisionState.PROCESSING)
        after = {"revision": revision.id, "duration_ms": probe.duration_ms}
        unit.record(clip_entry(Act.REVISION_ACCEPTED, SYSTEM, clip, after=after))
        work.finish(unit.session, lease)
        work.enqueue(unit.session, "transcode", revision.id, priority=TRANSCODE_PRIORITY)
        if not probe.has_audio:
            settling.speech_unavailable(unit, clip, revision, "speech_no_audio", {})
        elif clip.language not in languages.HEARD:
            params = {"language": clip.language}
            settling.speech_unavailable(unit, clip, revision, "speech_language_unknown", params)
        else:
            work.enqueue(unit.session, "transcribe", revision.id, priority=TRANSCRIBE_PRIORITY)


def refuse(db: Database, lease: Lease, code: str, params: dict[str, Any]) -> None:
    """Turns the file away at the front door, with the reason. Raises LeaseLost, Conflict."""
    with db.transaction() as unit:
        if work.is_finished(unit.session, lease):
            return
        clip, revision = _open(unit.session, lease)
        settling.move(revision, RevisionState.REFUSED, code, params)
        after = {"revision": revision.id, "reason": code}
        unit.record(clip_entry(Act.REVISION_REFUSED, SYSTEM, clip, after=after))
        work.finish(unit.session, lease)


def record_renditions(
    db: Database, lease: Lease, files: dict[str, results.StoredFile]
) -> frozenset[str]:
    """Records what was made, by kind; returns the keys of files that nobody needs.

    A kind that is there already keeps its first file: it may have been looked at. Raises LeaseLost;
    then none of `files` belongs to anything.
    """
    with db.transaction() as unit:
        if work.is_finished(unit.session, lease):
            return frozenset()
        clip, revision = _open(unit.session, lease)
        there = select(Rendition.kind).where(Rendition.revision_id == revision.id)
        known = set(unit.session.scalars(there))
        for kind, file in files.items():
            if kind not in known:
                _add_rendition(unit, clip, revision, kind, file)
        work.finish(unit.session, lease)
        if lease.kind == "transcode":
            work.enqueue(unit.session, settling.EXTRAS, revision.id, priority=EXTRAS_PRIORITY)
        settling.settle(unit, clip, revision)
    return frozenset(file.key for kind, file in files.items() if kind in known)


def _add_rendition(
    unit: Transaction, clip: Clip, revision: Revision, kind: str, file: results.StoredFile
) -> None:
    stored = StoredFile(
        key=file.key,
        sha256=file.sha256,
        size=file.size,
        media_type=KINDS[kind].media_type,
        created_at=clock.now(),
    )
    unit.session.add(stored)
    unit.session.flush()
    unit.session.add(
        Rendition(
            revision_id=revision.id, kind=kind, file_id=stored.id, created_at=stored.created_at
        )
    )
    after = {"revision": revision.id, "kind": kind, "sha256": file.sha256, "size": file.size}
    unit.record(clip_entry(Act.RENDITION_MADE, SYSTEM, clip, after=after))


def record_transcript(db: Database, lease: Lease, transcript: results.Transcript) -> int | None:
    """Keeps what the machine heard as a caption version; returns its id, None if nothing was said.

    It becomes the current one only while the revision is being prepared and has none. Later, and
    so whenever somebody wished for it, it is a proposal that a person may take: what is under
    review does not change by itself. Lines in doubt stay, marked. Raises LeaseLost.
    """
    with db.transaction() as unit:
        if work.is_finished(unit.session, lease):
            return None
        clip, revision = _open(unit.session, lease)
        captions_id = None
        if transcript.lines:
            captions_id = _add_captions(unit.session, clip, revision, transcript)
            if revision.captions_id is None and revision.state != RevisionState.READY:
                revision.captions_id = captions_id
        if not lease.options:
            revision.speech_state = settling.SPEECH_DONE
            revision.speech_reason, revision.speech_params = "", {}
        after = {"revision": revision.id, "captions": captions_id, "lines": len(transcript.lines)}
        unit.record(clip_entry(Act.TRANSCRIPT_MADE, SYSTEM, clip, after=after))
        work.finish(unit.session, lease)
        settling.settle(unit, clip, revision)
    return captions_id


def _add_captions(
    session: Session, clip: Clip, revision: Revision, transcript: results.Transcript
) -> int:
    same = transcript.language == clip.language
    last = select(func.max(CaptionVersion.number)).where(CaptionVersion.revision_id == revision.id)
    version = CaptionVersion(
        revision_id=revision.id,
        number=(session.scalar(last) or 0) + 1,
        origin=_MACHINE,
        author_id=None,
        author_name="",
        engine=transcript.label if same else f"{transcript.label} ({transcript.language})",
        lines=[line.to_json() for line in transcript.lines],
        sha256=hashlib.sha256(going_out(transcript.lines)).hexdigest(),
        created_at=clock.now(),
    )
    session.add(version)
    session.flush()
    return version.id


def record_no_transcript(db: Database, lease: Lease, code: str, params: dict[str, Any]) -> None:
    """Settles the speech as not to be had from a machine: people type it. A wish that came to
    nothing leaves what was settled as it is. Raises LeaseLost."""
    with db.transaction() as unit:
        if work.is_finished(unit.session, lease):
            return
        clip, revision = _open(unit.session, lease)
        if lease.options:
            work.finish_in_vain(unit.session, lease, code)
            settling.note_failure(unit, lease.kind, revision.id, lease.attempts, code, params)
            return
        work.finish(unit.session, lease)
        settling.speech_unavailable(unit, clip, revision, code, params)


def _open(session: Session, lease: Lease) -> tuple[Clip, Revision]:
    """The clip and the revision of a lease that stands, both locked against everybody else."""
    clip = settling.lock_clip(session, lease.kind, lease.subject_id)
    work.still_held(session, lease)
    revision = session.get_one(Revision, lease.subject_id, populate_existing=True)
    return clip, revision
