"""gzip for text, because a phone on a poor uplink waits for every kilobyte."""

from __future__ import annotations

import gzip
from functools import lru_cache

from flask import Flask, Response, request

TEXT = (
    "text/",
    "application/json",
    "application/javascript",
    "image/svg+xml",
    "application/x-ndjson",
)
# Below this the envelope eats the gain.
MIN_BYTES = 1_000
# A page is made once and sent once; a static file is sent for ever.
PAGE_LEVEL, STATIC_LEVEL = 5, 9
# All of our scripts, styles and pictures fit with room to spare.
STATIC_FILES = 256


def install(app: Flask) -> None:
    """Compresses what is text and was not sent as a stream."""
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    if not (response.mimetype or "").startswith(TEXT):
        return response
    response.vary.add("Accept-Encoding")
    if not _worth(response):
        return response
    if request.endpoint == "static":
        response.direct_passthrough = False
        packed = _static(response.get_etag()[0] or "", response.get_data())
    elif response.is_streamed:
        return response
    else:
        packed = gzip.compress(response.get_data(), PAGE_LEVEL, mtime=0)
    response.set_data(packed)
    response.headers["Content-Encoding"] = "gzip"
    return response


def _worth(response: Response) -> bool:
    length = response.content_length
    return (
        request.accept_encodings["gzip"] > 0
        and response.status_code == 200
        and request.method == "GET"
        and "Content-Encoding" not in response.headers
        and "Content-Range" not in response.headers
        and (length is None or length >= MIN_BYTES)
    )


@lru_cache(STATIC_FILES)
def _static(_etag: str, plain: bytes) -> bytes:
    return gzip.compress(plain, STATIC_LEVEL, mtime=0)
