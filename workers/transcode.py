"""The file that is reviewed, signed and sent, and the picture that stands for it."""

from __future__ import annotations

from media import limits, pictures, transcode
from media.results import Probe, StoredFile
from review.errors import Conflict, LeaseLost
from review.operations import processing
from review.operations.work import Lease
from workers.context import Context
from workers.jobs import record
from workers.pulse import Pulse


def run(context: Context, lease: Lease, pulse: Pulse) -> None:
    """Makes both and records them together; leaves no file behind that is not recorded.

    Raises MediaError, and the faults of `review.operations.processing`.
    """
    source = processing.revision_source(context.database, lease.subject_id)
    if source.facts is None:
        raise Conflict("revision_not_probed")
    files = _make(context, source.file_key, source.facts, pulse)
    try:
        unused = record(lambda: processing.record_renditions(context.database, lease, files), pulse)
    except LeaseLost:
        unused = frozenset(file.key for file in files.values())
        _discard(context, unused)
        raise
    _discard(context, unused)


def _make(context: Context, key: str, facts: Probe, pulse: Pulse) -> dict[str, StoredFile]:
    original = context.storage.path(key)
    needed = limits.output_bytes(facts.duration_ms)
    with context.storage.workspace("transcode", needed_bytes=needed) as folder:
        publication, poster = folder / "publication.mp4", folder / "poster.jpg"
        pulse.measure(facts.duration_ms, "ms")
        transcode.make_publication(original, facts, publication, on_progress=pulse.done)
        pictures.make_poster(publication, facts, poster)
        pulse.moved()
        return {
            "publication": context.storage.adopt(publication),
            "poster": context.storage.adopt(poster),
        }


def _discard(context: Context, keys: frozenset[str]) -> None:
    for key in keys:
        context.storage.delete(key)
