"""What the jobs for files that somebody asked for have in common: look, make, record, clear up."""

from __future__ import annotations

from collections.abc import Callable

from media.results import StoredFile
from review.errors import LeaseLost
from review.operations import ordering
from review.operations.ordering import Wanted
from review.operations.work import Lease
from workers.context import Context
from workers.jobs import record
from workers.pulse import Pulse


def deliver(
    context: Context, lease: Lease, pulse: Pulse, make: Callable[[Wanted], StoredFile]
) -> None:
    """Has the file made and records it; does nothing where nobody wants it any more.

    Raises MediaError, and the faults of `review.operations.ordering`.
    """
    wanted = ordering.begin(context.database, lease)
    if wanted is None:
        return
    file = make(wanted)
    try:
        kept = record(lambda: ordering.record(context.database, lease, file), pulse)
    except LeaseLost:
        context.storage.delete(file.key)
        raise
    if not kept:
        context.storage.delete(file.key)
