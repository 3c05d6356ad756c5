"""The form of a clip's fields on its page: words half typed come back, and other people's stay."""

from __future__ import annotations

import json
from typing import Any

from flask import url_for

from review.errors import Stale
from review.queries.clip_page import ClipPage
from review.queries.dossier import TypedWords
from review.states import EDITABLE
from review.web.clip_form import Fields, Offered, field_context, fields_of, proposed
from review.web.error_pages import Problem
from review.web.locale import current_locale
from review.words import TABLES, say

# The script's own sentences; it fills their {at} itself.
PREFIX = "autosave_w_"
YES_NO = frozenset({"political", "ai_label"})
# Fields whose answer is a code, and how the words for it begin.
CODED = {"people": "people_", "urgency": "urgency_", "language": "language_"}


def editing_context(
    page: ClipPage,
    choices: Offered,
    typed: TypedWords | None,
    entered: Fields,
    trouble: Problem | None,
) -> dict[str, Any]:
    """What the form shows: what was refused, else what was typed and kept, else the clip's own.

    `theirs` lists what the dossier holds where a form from before somebody else's change differs;
    it is None where nobody came between.
    """
    own = page.state in EDITABLE
    kept = typed.fields if typed and own and not entered else {}
    fields = entered or kept or (proposed(page) if own else fields_of(page))
    overtaken = isinstance(trouble, Stale) or bool(kept and typed and typed.stale)
    return field_context(choices, fields, trouble) | {
        "mend": page.state == "in_review",
        "theirs": _theirs(page, choices, fields) if overtaken else None,
        "from_kept": bool(kept),
        "autosave": autosave_data(page.code) if own else {},
    }


def autosave_data(code: str) -> dict[str, str]:
    """The data attributes of a form that saves itself."""
    table = TABLES[current_locale()]
    words = {
        name.removeprefix(PREFIX): text for name, text in table.items() if name.startswith(PREFIX)
    }
    return {
        "data-keep": url_for("dossiers.keep", code=code),
        "data-drop": url_for("dossiers.drop", code=code),
        "data-words": json.dumps(words),
    }


def _theirs(page: ClipPage, choices: Offered, fields: Fields) -> list[tuple[str, str]]:
    """(name, what the dossier holds, in words) of every field that differs from the form's."""
    now = fields_of(page)
    different = [name for name in now if name in fields and _same(fields[name]) != _same(now[name])]
    return [(name, _in_words(page, choices, name, now[name])) for name in different]


def _same(values: list[str]) -> list[str]:
    return sorted(" ".join(value.split()) for value in values if value.strip())


def _in_words(page: ClipPage, choices: Offered, name: str, values: list[str]) -> str:
    """What a field holds, as people read it."""
    locale, value = current_locale(), (values or [""])[0]
    if name == "category":
        return next((one.name for one in choices.clip.categories if one.code == value), value)
    if name == "channels":
        return ", ".join(label for _id, label in page.channels)
    if name == "units":
        return ", ".join(label for _id, label in page.dossier.units)
    if name == "lead_unit":
        return page.dossier.lead_unit[1] if page.dossier.lead_unit else ""
    if name in YES_NO and value:
        return say(value, locale)
    return say(CODED[name] + value, locale) if name in CODED and value else value
