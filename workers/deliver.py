"""A message to a receiver: signed, sent to a judged address, and written down."""

from __future__ import annotations

import time

from media.errors import MediaError
from media.storage import Storage
from review import clock
from review.errors import Conflict, Unavailable
from review.grants import with_links
from review.operations import deliveries
from review.operations.deliveries import AttemptResult, Outgoing
from review.operations.work import Lease
from review.queries.signed_files import SignedFile
from review.secrets_box import box_key, open_box
from review.settings import Settings
from review.standard_webhooks import headers
from workers.addresses import Blocked, Unresolved, look_up
from workers.context import Context
from workers.jobs import record
from workers.pulse import Pulse
from workers.sending import post

USER_AGENT = "duyet-clip"


def run(context: Context, lease: Lease, pulse: Pulse) -> None:
    """Sends the message of a delivery once, if it may still go out.

    A worker that dies after the POST and before the record is followed by another that sends the
    same message under the same identifier. Raises the faults of `review.operations.deliveries`.
    """
    result = _try(context, lease, pulse)
    if result is not None:
        record(lambda: deliveries.record_attempt(context.database, lease, result), pulse)


def _try(context: Context, lease: Lease, pulse: Pulse) -> AttemptResult | None:
    started = time.monotonic()
    try:
        outgoing = deliveries.load_delivery(context.database, lease)
        if outgoing is None:
            return None
        verify(context.storage, outgoing.files, pulse)
        return send(context.settings, outgoing)
    except (MediaError, Conflict) as wrong:
        # What lies on the disk is not what was signed: trying again cannot make it right.
        return _not_sent("blocked", wrong.code, started, final=True)


def verify(storage: Storage, files: tuple[SignedFile, ...], pulse: Pulse) -> None:
    """Reads every file once more, so that a receiver is never pointed at unsigned bytes.

    Raises FileChanged, FileMissing.
    """
    for file in files:
        if file.content is None:
            storage.verify(file.key, file.sha256)
            pulse.moved()


def send(settings: Settings, outgoing: Outgoing) -> AttemptResult:
    """Signs and posts one message."""
    started = time.monotonic()
    try:
        key = open_box(box_key(settings.secret_key), outgoing.secret_box)
        destination = look_up(outgoing.url, settings.hook_private_hosts)
    except Blocked as blocked:
        return _not_sent("blocked", blocked.code, started)
    except Unresolved as unknown:
        return _not_sent("unreachable", str(unknown), started)
    except Unavailable as unreadable:
        return _not_sent("blocked", unreadable.code, started)
    body = with_links(outgoing.body, settings.base_url, settings.secret_key)
    moment = int(clock.now().timestamp())
    return post(
        destination,
        body,
        {
            "Content-Type": "application/json",
            "User-Agent": USER_AGENT,
            **headers((key,), outgoing.message_id, moment, body),
        },
    )


def _not_sent(outcome: str, detail: str, started: float, *, final: bool = False) -> AttemptResult:
    took_ms = int((time.monotonic() - started) * 1000)
    return AttemptResult(outcome, took_ms, detail=detail, final=final)
