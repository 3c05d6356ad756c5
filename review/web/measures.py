"""Counts of what the web process does, for /metrics."""

from __future__ import annotations

import time

from flask import Flask, Response, current_app, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram

NAME = "duyetclip.registry"
# From a quick page to a large upload over a poor line, in seconds.
BUCKETS = (0.02, 0.05, 0.1, 0.3, 1.0, 3.0, 10.0, 60.0, 600.0)


class Measures:
    """One registry per application, so that two in one process do not add up."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "duyetclip_requests",
            "Answers by view and status.",
            ("view", "method", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "duyetclip_request_seconds",
            "Time from the first byte of a request to its answer.",
            ("view",),
            buckets=BUCKETS,
            registry=self.registry,
        )


def install(app: Flask) -> None:
    """Counts every answer."""
    app.extensions[NAME] = Measures()
    app.before_request(_start)
    app.after_request(_count)


def _start() -> None:
    g.started = time.monotonic()


def _count(response: Response) -> Response:
    measures: Measures = current_app.extensions[NAME]
    # Views, not addresses: addresses are as many as there are clips, and strangers invent more.
    view = request.endpoint or "none"
    method = request.method if request.endpoint else "-"
    measures.requests.labels(view, method, response.status_code).inc()
    if "started" in g:
        measures.seconds.labels(view).observe(time.monotonic() - g.started)
    return response
