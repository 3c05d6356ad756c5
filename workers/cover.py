"""The frame that somebody chose to stand for a clip, cut from exactly the file that is signed."""

from __future__ import annotations

from media import pictures, probe
from media.results import StoredFile
from review.operations import processing
from review.operations.ordering import Wanted
from review.operations.work import Lease
from workers.context import Context
from workers.ordered import deliver
from workers.pulse import Pulse


def run(context: Context, lease: Lease, pulse: Pulse) -> None:
    """Cuts it. Raises as `workers.ordered.deliver` does."""
    deliver(context, lease, pulse, lambda wanted: _make(context, wanted))


def _make(context: Context, wanted: Wanted) -> StoredFile:
    source = processing.publication_source(context.database, wanted.revision_id)
    publication = context.storage.path(source.file_key)
    facts = probe.probe(publication, max_seconds=source.max_seconds, listen=False)
    with context.storage.workspace("cover") as folder:
        out = folder / "cover.jpg"
        pictures.make_cover(publication, facts, out, int(wanted.key))
        return context.storage.adopt(out)
