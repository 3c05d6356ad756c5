"""The front door: is this a clip that we take?"""

from __future__ import annotations

from media import probe
from media.errors import Refused
from review.operations import processing
from review.operations.work import Lease
from workers.context import Context
from workers.jobs import record
from workers.pulse import Pulse


def run(context: Context, lease: Lease, pulse: Pulse) -> None:
    """Looks at the file, and accepts or refuses it.

    Raises MediaError where the tools failed, and the faults of `review.operations.processing`.
    """
    database = context.database
    source = processing.revision_source(database, lease.subject_id)
    processing.begin_probe(database, lease)
    path = context.storage.path(source.file_key)
    try:
        facts = probe.probe(path, max_seconds=context.settings.max_clip_seconds)
    except Refused as refused:
        code, params = refused.code, refused.params
        record(lambda: processing.refuse(database, lease, code, params), pulse)
        return
    record(lambda: processing.record_probe(database, lease, facts), pulse)
