"""The fields of a clip between a form and an operation, in both directions."""

from __future__ import annotations

from typing import Any

from review.operations.intake import LANGUAGES, ClipDraft
from review.queries.choices import ClipChoices
from review.queries.clip_page import ClipPage
from review.web.answers import sentence
from review.web.error_pages import Problem
from review.web.locale import current_locale
from review.words import say

Fields = dict[str, list[str]]
ANSWERS = {"yes": True, "no": False}
PLAIN = ("title", "category", "description", "post_text", "rights", "political_reason", "language")


def draft_from(fields: Fields) -> ClipDraft:
    """What was entered. Channels that the form did not offer stay as they are by default: all."""
    one = {name: (values or [""])[0] for name, values in fields.items()}
    chosen = tuple(int(value) for value in fields.get("channels", ()) if value.isdecimal())
    return ClipDraft(
        title=one.get("title", ""),
        category_code=one.get("category", ""),
        description=one.get("description", ""),
        post_text=one.get("post_text", ""),
        political=ANSWERS.get(one.get("political", "")),
        political_reason=one.get("political_reason", ""),
        language=one.get("language") or "vi",
        ai_label=one.get("ai_label") == "1",
        rights=one.get("rights", ""),
        channel_ids=chosen if "channels_shown" in fields else None,
    )


def fields_of(page: ClipPage) -> Fields:
    """A clip's present fields as a form would send them."""
    return {
        "title": [page.title],
        "category": [page.category_code],
        "description": [page.description],
        "post_text": [page.post_text],
        "rights": [page.rights],
        "political": ["yes" if page.political else "no"],
        "political_reason": [page.political_reason],
        "language": [page.language],
        "ai_label": ["1" if page.ai_label else ""],
        "channels": [str(channel) for channel, _name in page.channels],
        "channels_shown": ["1"],
    }


def field_context(
    choices: ClipChoices, fields: Fields, trouble: Problem | None = None
) -> dict[str, Any]:
    """What the template of the fields needs. An empty form plans every channel."""
    form = {name: (values or [""])[0] for name, values in fields.items()}
    planned = {int(value) for value in fields.get("channels", ()) if value.isdecimal()}
    if "channels_shown" not in fields:
        planned = {channel.id for channel in choices.channels}
    place = str(trouble.params.get("field", "")) if trouble else ""
    return {
        "form": form,
        "categories": choices.categories,
        "channels": choices.channels,
        "planned": planned,
        "languages": [(code, say(f"language_{code}", current_locale())) for code in LANGUAGES],
        "errors": {place: sentence(trouble)} if trouble and place else {},
        "mend": False,
    }
