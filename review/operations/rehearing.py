"""Having a clip heard again by another model, or in another language: a wish, and a proposal.

Nothing that stands changes by it: neither the captions in use nor what was settled about the
speech. Whoever may mend the captions takes the proposal or leaves it.
"""

from __future__ import annotations

from collections.abc import Mapping

from review import languages
from review.audit import Act
from review.db import Database
from review.errors import Conflict, Invalid
from review.models import Revision
from review.operations import work
from review.operations.clip_access import clip_entry, load_clip
from review.operations.work import Lease
from review.permissions import Action, Actor, require
from review.queries.facts import facts_of
from review.queries.rehearing import open_hearing
from review.states import RevisionState

TRANSCRIBE = "transcribe"
# Behind clips that somebody waits for without having any words yet.
PRIORITY = 200


def hear_again(
    db: Database,
    actor: Actor,
    code: str,
    *,
    model: str,
    language: str,
    models: Mapping[str, str],
) -> None:
    """Makes the clip's current file due to be heard by `model`, a short name out of `models`
    (name → what to load), in `language`. What comes of it is a proposal.

    Raises NotFound, Forbidden, Invalid('speech_model_not_offered', 'language_not_heard'),
    Conflict('step_running', 'revision_not_ready', 'speech_no_audio').
    """
    if model not in models:
        raise Invalid("speech_model_not_offered", field="model")
    if language not in languages.HEARD:
        raise Invalid("language_not_heard", field="language")
    with db.transaction() as unit:
        clip = load_clip(unit.session, actor, code, lock=True)
        require(actor, Action.SPEECH_REDO, facts_of(unit.session, clip))
        revision = unit.session.get(Revision, clip.revision_id) if clip.revision_id else None
        if revision is None or revision.state != RevisionState.READY:
            raise Conflict("revision_not_ready")
        if not (revision.facts or {}).get("audio_codec"):
            raise Conflict("speech_no_audio")
        if open_hearing(unit.session, revision.id) is not None:
            raise Conflict("step_running", step=TRANSCRIBE)
        options = {"model": models[model], "name": model, "language": language}
        work.enqueue(unit.session, TRANSCRIBE, revision.id, priority=PRIORITY, options=options)
        after = {"revision": revision.id, "model": model, "language": language}
        unit.record(clip_entry(Act.TRANSCRIPT_ASKED, actor, clip, after=after))


def wished(lease: Lease, *, model: str, language: str) -> tuple[str, str]:
    """The model and the language that a piece of work asks for; the usual ones if it does not."""
    return lease.options.get("model", model), lease.options.get("language", language)
