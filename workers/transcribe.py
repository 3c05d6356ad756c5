"""What is said in a clip, heard by the one model that this process keeps warm."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from media.errors import SpeechUnavailable
from review.errors import Conflict
from review.operations import processing
from review.operations.work import Lease
from workers.context import Context
from workers.jobs import record
from workers.pulse import Pulse

if TYPE_CHECKING:
    from media.speech import Recognizer

# Reasons that stand as long as the installation and the clip are as they are.
SETTLED = frozenset({"speech_model_missing", "speech_engine_missing", "speech_language_unknown"})


@lru_cache(maxsize=1)
def recognizer(model: str, engine: str, device: str) -> Recognizer:
    """The model, loaded at the first job. A failure is not kept: it may be put right meanwhile.

    Raises SpeechUnavailable.
    """
    from media import speech  # torch takes seconds and half a gigabyte: only here, only when needed

    return speech.load(model, engine=engine, device=device)


def run(context: Context, lease: Lease, pulse: Pulse) -> None:
    """Transcribes the original's sound, or settles that a machine cannot.

    Raises MediaError for what may pass, and the faults of `review.operations.processing`.
    """
    settings, database = context.settings, context.database
    source = processing.revision_source(database, lease.subject_id)
    if source.facts is None:
        raise Conflict("revision_not_probed")
    path = context.storage.path(source.file_key)
    try:
        model = recognizer(settings.whisper_model, settings.whisper_engine, settings.whisper_device)
        pulse.measure(0, "windows")
        heard = model.transcribe(
            path, language=source.language, probe=source.facts, on_progress=pulse.done
        )
    except SpeechUnavailable as reason:
        if reason.code not in SETTLED:
            raise
        code, params = reason.code, reason.params
        record(lambda: processing.record_no_transcript(database, lease, code, params), pulse)
        return
    record(lambda: processing.record_transcript(database, lease, heard), pulse)
