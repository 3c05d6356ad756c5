"""The retry button: a step that ended badly, or speech that is wanted again, becomes due."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from review import languages
from review.audit import Act
from review.db import Database
from review.errors import Conflict
from review.models import Clip, Rendition, Revision, Work
from review.operations import settling, work
from review.operations.clip_access import clip_entry, load_clip
from review.permissions import Action, Actor, require
from review.queries.facts import facts_of
from review.states import RevisionState

# Where a failed step takes up again.
RESUMES_AT = {"probe": RevisionState.RECEIVED, "transcode": RevisionState.PROCESSING}


def retry_step(db: Database, actor: Actor, code: str, step: str) -> None:
    """Makes `step` (probe, transcode, transcribe, extras) of the clip's current file due once more.

    Raises NotFound, Forbidden; Conflict('step_running') while it is being done,
    Conflict('step_not_retryable') where it did not fail.
    """
    with db.transaction() as unit:
        clip = load_clip(unit.session, actor, code, lock=True)
        require(actor, Action.STEP_RETRY, facts_of(unit.session, clip))
        revision = _current(unit.session, clip)
        if _is_open(unit.session, step, revision.id):
            raise Conflict("step_running", step=step)
        if step == "transcribe":
            _speak_again(clip, revision)
        elif step == settling.EXTRAS:
            _lacks_extras(unit.session, revision)
        else:
            _resume(revision, step)
        work.enqueue(unit.session, step, revision.id)
        after = {"revision": revision.id, "step": step}
        unit.record(clip_entry(Act.STEP_RETRIED, actor, clip, after=after))


def _current(session: Session, clip: Clip) -> Revision:
    revision = session.get(Revision, clip.revision_id) if clip.revision_id else None
    if revision is None:
        raise Conflict("step_not_retryable", step="")
    return revision


def _is_open(session: Session, step: str, revision_id: int) -> bool:
    here = select(Work.id).where(
        Work.kind == step,
        Work.subject_id == revision_id,
        Work.state.in_((work.DUE, work.LEASED)),
    )
    return session.scalar(here) is not None


def _resume(revision: Revision, step: str) -> None:
    failed = revision.state == RevisionState.FAILED and revision.reason_params.get("step") == step
    if step not in RESUMES_AT or not failed:
        raise Conflict("step_not_retryable", step=step)
    settling.move(revision, RESUMES_AT[step])


def _lacks_extras(session: Session, revision: Revision) -> None:
    """Raises Conflict('step_not_retryable') unless there is a video and nothing beside it."""
    made = set(session.scalars(select(Rendition.kind).where(Rendition.revision_id == revision.id)))
    if "publication" not in made or "light" in made:
        raise Conflict("step_not_retryable", step=settling.EXTRAS)


def _speak_again(clip: Clip, revision: Revision) -> None:
    """Once the revision is ready, what comes of it is a proposal (see `record_transcript`)."""
    has_sound = revision.facts is not None and bool(revision.facts.get("audio_codec"))
    settled = revision.speech_state in (settling.SPEECH_DONE, settling.UNAVAILABLE)
    if not (has_sound and settled and clip.language in languages.HEARD):
        raise Conflict("step_not_retryable", step="transcribe")
    revision.speech_state = settling.PENDING
    revision.speech_reason, revision.speech_params = "", {}
