"""Links that let a receiver without an account fetch the files of one publication.

A grant is signed by the installation, bound to the publication, the name and the SHA-256 of the
file, and ends by itself. It opens nothing else, and nothing at all once the sign-off is void.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from itsdangerous import BadData, URLSafeTimedSerializer

from review.errors import NotFound

# Longer than the whole retry schedule of a delivery (about three days), so that the last retry
# still carries links that work over a weekend.
LIFETIME = timedelta(days=7)
PURPOSE = "duyet-clip/file-grant/1"


@dataclass(frozen=True)
class Grant:
    """What a link opens: one file of one publication."""

    publication_id: int
    name: str
    sha256: str


def issue(secret_key: str, grant: Grant) -> str:
    """The text of a grant, safe in a URL."""
    return _serializer(secret_key).dumps([grant.publication_id, grant.name, grant.sha256])


def read(secret_key: str, text: str) -> Grant:
    """The grant behind `text`. Raises NotFound('file_link_gone') when it is forged or has ended."""
    try:
        publication_id, name, sha256 = _serializer(secret_key).loads(
            text, max_age=int(LIFETIME.total_seconds())
        )
    except (BadData, ValueError):
        raise NotFound("file_link_gone") from None
    return Grant(publication_id, name, sha256)


def file_url(base_url: str, clip_code: str, name: str) -> str:
    """Where the API serves a signed file of a clip."""
    return f"{base_url}/api/v1/clips/{quote(clip_code, safe='')}/files/{quote(name, safe='')}"


def with_links(body: dict[str, Any], base_url: str, secret_key: str) -> bytes:
    """A hook's body as it is sent: compact JSON, each file with a fresh link of its own."""
    data = body["data"]
    files = [
        {**file, "url": _link(base_url, secret_key, data["publication_id"], data["clip"], file)}
        for file in data["files"]
    ]
    sent = {**body, "data": {**data, "files": files}}
    return json.dumps(sent, ensure_ascii=False, separators=(",", ":")).encode()


def _link(
    base_url: str, secret_key: str, publication_id: int, code: str, file: dict[str, Any]
) -> str:
    grant = issue(secret_key, Grant(publication_id, file["name"], file["sha256"]))
    return f"{file_url(base_url, code, file['name'])}?grant={grant}"


def _serializer(secret_key: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret_key, salt=PURPOSE)
