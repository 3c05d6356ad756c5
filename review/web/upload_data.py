"""What the upload page's script is given: where to send, what is unfinished, what to say."""

from __future__ import annotations

import json
from typing import Any

from flask import url_for

from review.errors import Malformed
from review.queries.uploads import UploadCard, waiting_uploads
from review.web import tus
from review.web.locale import current_locale
from review.web.parts import parts
from review.web.sessions import current_actor
from review.words import TABLES
from review.words.figures import size

# The script's own sentences; it fills their {names} itself.
PREFIX = "upload_w_"


def upload_data(max_bytes: int) -> dict[str, str]:
    """The data attributes of the form."""
    with parts().database.read() as session:
        cards = waiting_uploads(session, current_actor())
    return {
        "data-max": str(max_bytes),
        "data-endpoint": url_for("api_uploads.create"),
        "data-waiting": json.dumps([_row(card) for card in cards]),
        "data-words": json.dumps(_words(max_bytes)),
    }


def _row(card: UploadCard) -> dict[str, Any]:
    return {
        "name": card.name,
        "size": card.length,
        "sent": min(card.length, parts().storage.received(card.key)),
        "url": url_for("api_uploads.look", key=card.key),
        "mark": _mark(card.metadata_line),
    }


def _mark(line: str) -> str:
    try:
        return tus.metadata(line).mark
    except Malformed:  # never stored so; a row from elsewhere must not close the page
        return ""


def _words(max_bytes: int) -> dict[str, str]:
    table = TABLES[current_locale()]
    found = {
        code.removeprefix(PREFIX): text for code, text in table.items() if code.startswith(PREFIX)
    }
    found["tooLarge"] = found["tooLarge"].replace("{size}", size(max_bytes))
    return found
