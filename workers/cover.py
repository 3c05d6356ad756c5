"""The frame that somebody chose to stand for a clip, cut from exactly the file that is signed."""

from __future__ import annotations

from media import pictures, probe
from media.results import StoredFile
from review.errors import LeaseLost
from review.operations import ordering, processing
from review.operations.work import Lease
from workers.context import Context
from workers.jobs import record
from workers.pulse import Pulse


def run(context: Context, lease: Lease, pulse: Pulse) -> None:
    """Cuts it and records it; does nothing where another was chosen meanwhile.

    Raises MediaError, and the faults of `review.operations.ordering`.
    """
    wanted = ordering.begin(context.database, lease)
    if wanted is None:
        return
    file = _make(context, wanted)
    kept = False
    try:
        kept = record(lambda: ordering.record(context.database, lease, file), pulse)
    except LeaseLost:
        context.storage.delete(file.key)
        raise
    if not kept:
        context.storage.delete(file.key)


def _make(context: Context, wanted: ordering.Wanted) -> StoredFile:
    source = processing.publication_source(context.database, wanted.revision_id)
    publication = context.storage.path(source.file_key)
    facts = probe.probe(publication, max_seconds=source.max_seconds, listen=False)
    with context.storage.workspace("cover") as folder:
        out = folder / "cover.jpg"
        pictures.make_cover(publication, facts, out, int(wanted.key))
        return context.storage.adopt(out)
