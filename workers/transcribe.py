"""What is said in a clip, heard by the one model that this process keeps warm."""

from __future__ import annotations

from functools import lru_cache

from media import speech
from media.errors import SpeechUnavailable
from media.speech import Recognizer
from review.errors import Conflict
from review.operations import processing
from review.operations.work import Lease
from workers.context import Context
from workers.jobs import record
from workers.pulse import Pulse

# Reasons that stand as long as the installation and the clip are as they are.
SETTLED = frozenset({"speech_model_missing", "speech_engine_missing", "speech_language_unknown"})

# A model given by name is fetched once, and says nothing meanwhile: 1.5 GB over an office's line.
LOADING_S = 3600


@lru_cache(maxsize=1)
def recognizer(model: str, engine: str, device: str) -> Recognizer:
    """The model, loaded at the first job. A failure is not kept: it may be put right meanwhile.

    Raises SpeechUnavailable.
    """
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
        pulse.expect_silence(LOADING_S)
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
