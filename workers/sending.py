"""One POST to an address that has been judged, and what came of it.

The connection goes to the judged address itself; name and certificate are still those of the host.
There is nothing here that follows a redirect or reads a proxy from the environment.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime

from review import clock
from review.operations.deliveries import AttemptResult
from workers.addresses import Destination

# Standard Webhooks asks for 15 to 30 seconds; a receiver that needs longer should answer first and
# work afterwards.
TOTAL_S = 20.0
CONNECT_S = 5.0
# Only a glance at what a receiver says, for the page of the delivery.
ANSWER_LIMIT = 2_000
DETAIL_LIMIT = 200
GONE = 410


@dataclass(frozen=True)
class Limits:
    """How long a receiver may take, in seconds."""

    connect_s: float = CONNECT_S
    total_s: float = TOTAL_S


def post(
    destination: Destination,
    body: bytes,
    headers: dict[str, str],
    *,
    limits: Limits | None = None,
    tls: Callable[[], ssl.SSLContext] = ssl.create_default_context,
) -> AttemptResult:
    """Sends `body` and classifies the answer; never raises for what the other side does."""
    limits = limits or Limits()
    started = time.monotonic()
    try:
        status, answer_headers, answer = _exchange(destination, body, headers, limits, tls)
    except (TimeoutError, _OutOfTime):
        return AttemptResult("timeout", _took_ms(started))
    except (OSError, http.client.HTTPException) as error:
        if time.monotonic() - started >= limits.total_s:
            return AttemptResult("timeout", _took_ms(started))
        return AttemptResult("unreachable", _took_ms(started), detail=_readable(repr(error)))
    outcome = "gone" if status == GONE else "delivered" if 200 <= status < 300 else "refused"
    return AttemptResult(
        outcome,
        _took_ms(started),
        status=status,
        detail="" if outcome == "delivered" else _readable(answer.decode("utf-8", "replace")),
        retry_after=wish_of(answer_headers.get("Retry-After")),
    )


def wish_of(text: str | None) -> timedelta | None:
    """The wait that a Retry-After header asks for, in either of its forms (RFC 9110, 10.2.3)."""
    if text is None:
        return None
    if text.strip().isascii() and text.strip().isdecimal():
        return timedelta(seconds=min(int(text), 10**9))
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(moment - clock.now(), timedelta(0))


class _OutOfTime(Exception):
    """The whole exchange took longer than it may."""


def _exchange(
    destination: Destination,
    body: bytes,
    headers: dict[str, str],
    limits: Limits,
    tls: Callable[[], ssl.SSLContext],
) -> tuple[int, http.client.HTTPMessage, bytes]:
    deadline = time.monotonic() + limits.total_s
    with closing(_connect(destination, limits, tls)) as raw, _cut_off(raw, deadline) as late:
        connection = http.client.HTTPConnection(destination.host, destination.port)
        connection.auto_open = 0
        connection.sock = raw
        try:
            # The default port is left out of Host, as for any other client.
            host = {"Host": _host_header(destination)}
            connection.request("POST", destination.target, body, host | headers)
            answer = connection.getresponse()
            text = answer.read(ANSWER_LIMIT)
        except (OSError, http.client.HTTPException):
            if late.is_set():
                raise _OutOfTime from None
            raise
        if late.is_set():
            raise _OutOfTime
        return answer.status, answer.headers, text


def _connect(
    destination: Destination, limits: Limits, tls: Callable[[], ssl.SSLContext]
) -> socket.socket:
    raw = _first_that_answers(destination, limits)
    if destination.scheme == "http":
        raw.settimeout(limits.total_s)
        return raw
    try:
        wrapped = tls().wrap_socket(raw, server_hostname=destination.host)
    except BaseException:
        raw.close()
        raise
    wrapped.settimeout(limits.total_s)
    return wrapped


def _first_that_answers(destination: Destination, limits: Limits) -> socket.socket:
    deadline = time.monotonic() + limits.connect_s
    failure: OSError = TimeoutError("no address answered in time")
    for address in destination.addresses:
        left = deadline - time.monotonic()
        if left <= 0:
            break
        try:
            return socket.create_connection((address, destination.port), timeout=left)
        except OSError as error:
            failure = error
    raise failure


@contextmanager
def _cut_off(raw: socket.socket, deadline: float) -> Iterator[threading.Event]:
    """Ends the exchange at `deadline`, also for a receiver that sends a byte now and then."""
    late = threading.Event()

    def end() -> None:
        late.set()
        try:
            raw.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # closed by the other side in this very moment

    timer = threading.Timer(max(0.0, deadline - time.monotonic()), end)
    timer.daemon = True
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()


def _host_header(destination: Destination) -> str:
    host = f"[{destination.host}]" if ":" in destination.host else destination.host
    usual = 443 if destination.scheme == "https" else 80
    return host if destination.port == usual else f"{host}:{destination.port}"


def _took_ms(started: float) -> int:
    return int((time.monotonic() - started) * 1000)


def _readable(text: str) -> str:
    """`text` on one line without control characters, no longer than a page shows."""
    plain = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(plain.split())[:DETAIL_LIMIT]
