"""The copy with the captions in its picture, made from exactly the file that is signed."""

from __future__ import annotations

from media import burning, limits, probe
from media.results import StoredFile
from review.operations import processing
from review.operations.captioned import lines_wanted
from review.operations.ordering import Wanted
from review.operations.work import Lease
from workers.context import Context
from workers.ordered import deliver
from workers.pulse import Pulse


def run(context: Context, lease: Lease, pulse: Pulse) -> None:
    """Makes it, and says how far it is. Raises as `workers.ordered.deliver` does."""
    deliver(context, lease, pulse, lambda wanted: _make(context, wanted, pulse))


def _make(context: Context, wanted: Wanted, pulse: Pulse) -> StoredFile:
    source = processing.publication_source(context.database, wanted.revision_id)
    lines = lines_wanted(context.database, wanted)
    publication = context.storage.path(source.file_key)
    facts = probe.probe(publication, max_seconds=source.max_seconds, listen=False)
    needed = limits.output_bytes(facts.duration_ms)
    with context.storage.workspace("captioned", needed_bytes=needed) as folder:
        out = folder / "captioned.mp4"
        pulse.measure(facts.duration_ms, "ms")
        burning.make_captioned(publication, facts, lines, out, on_progress=pulse.done)
        return context.storage.adopt(out)
