"""What is said in a clip, heard by the one model that this process keeps warm."""

from __future__ import annotations

import gc

from media import speech
from media.errors import SpeechUnavailable
from media.speech import Recognizer
from review.errors import Conflict
from review.operations import processing, rehearing
from review.operations.work import Lease
from review.settings import Settings
from workers.context import Context
from workers.jobs import record
from workers.pulse import Pulse

# Reasons that stand as long as the installation and the clip are as they are.
SETTLED = frozenset(
    {
        "speech_model_missing",
        "speech_engine_missing",
        "speech_device_missing",
        "speech_language_unknown",
    }
)

# A model given by name is fetched once, and says nothing meanwhile: 1.5 GB over an office's line.
LOADING_S = 3600


class Warm:
    """The one model in memory. Another one takes its place: two would not fit everywhere."""

    def __init__(self) -> None:
        self._kept: tuple[tuple[str, ...], Recognizer] | None = None

    def model(self, settings: Settings, model: str) -> Recognizer:
        """The model, loaded when it is first asked for. A failure is not kept: it may be put right
        meanwhile. Raises SpeechUnavailable."""
        wanted = (model, settings.whisper_engine, settings.whisper_device)
        if self._kept is None or self._kept[0] != wanted:
            self.clear()
            loaded = speech.load(
                model,
                engine=settings.whisper_engine,
                device=settings.whisper_device,
                folder=settings.model_dir,
            )
            self._kept = wanted, loaded
        return self._kept[1]

    def clear(self) -> None:
        """Lets go of the model."""
        self._kept = None
        gc.collect()


WARM = Warm()


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
        name, language = rehearing.wished(
            lease, model=settings.whisper_model, language=source.language
        )
        model = WARM.model(settings, name)
        pulse.measure(0, "windows")
        heard = model.transcribe(
            path,
            language=language,
            probe=source.facts,
            on_progress=pulse.done,
            glossary=source.glossary,
        )
    except SpeechUnavailable as reason:
        if reason.code not in SETTLED:
            raise
        code, params = reason.code, reason.params
        record(lambda: processing.record_no_transcript(database, lease, code, params), pulse)
        return
    record(lambda: processing.record_transcript(database, lease, heard), pulse)
