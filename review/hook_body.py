"""What a receiver is told about an approved clip: one compact JSON text under 20 kB."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from review.standard_webhooks import BODY_LIMIT

EVENT = "clip.approved"
# Each file gets a link of its own when the message is sent; this is room for all of them.
LINK_ROOM = 4_000
# Left out, in this order, when a text is so long that the message would outgrow its limit. A text
# is never cut: a shortened one is not what was signed. Receivers fetch it from the clip instead.
LONG_TEXTS = ("description", "post_text")


@dataclass(frozen=True)
class Anchor:
    """How far the ledger reached: its size and the leaf of its last entry.

    Kept by a receiver, it shows later whether history before this moment was rewritten.
    """

    size: int
    last_leaf: str


@dataclass(frozen=True)
class Announcement:
    """Everything the message says; `files` are (name, sha256, size in bytes, media type)."""

    publication_id: int
    clip: str
    channel: str
    title: str
    description: str
    post_text: str
    category: str
    political: bool
    language: str
    ai_label: bool
    digest: str
    signed_by: str
    signed_post: str
    signed_at: datetime
    planned_at: datetime
    anchor: Anchor
    files: tuple[tuple[str, str, int, str], ...]


def compose(news: Announcement) -> str:
    """The body as it is kept, without links: those are made when it is sent."""
    body: dict[str, Any] = {
        "type": EVENT,
        "timestamp": iso(news.planned_at),
        "data": {
            "publication_id": news.publication_id,
            "clip": news.clip,
            "channel": news.channel,
            "title": news.title,
            "description": news.description,
            "post_text": news.post_text,
            "left_out": [],
            "category": news.category,
            "political": news.political,
            "language": news.language,
            "ai_label": news.ai_label,
            "digest": news.digest,
            "sign_off": {
                "by": news.signed_by,
                "post": news.signed_post,
                "at": iso(news.signed_at),
            },
            "ledger": {"size": news.anchor.size, "last_leaf": news.anchor.last_leaf},
            "files": [
                {"name": name, "sha256": sha256, "size": size, "media_type": media_type}
                for name, sha256, size, media_type in news.files
            ],
        },
    }
    for name in LONG_TEXTS:
        if len(compact(body).encode()) > BODY_LIMIT - LINK_ROOM:
            body["data"][name] = ""
            body["data"]["left_out"].append(name)
    return compact(body)


def compact(body: dict[str, Any]) -> str:
    """JSON without a needless byte."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def iso(moment: datetime) -> str:
    """`moment` in UTC as RFC 3339 writes it, to the second."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
