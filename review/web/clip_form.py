"""The fields of a clip between a form and an operation, in both directions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from review import clock
from review.dossier import NEEDS_NOTE, People, Urgency
from review.operations.intake import LANGUAGES, ClipDraft
from review.queries.choices import ClipChoices, clip_choices
from review.queries.clip_page import ClipPage
from review.queries.dossier import FieldChoices, field_choices
from review.web.answers import sentence
from review.web.error_pages import Problem
from review.web.locale import current_locale
from review.web.rows import whole
from review.words import say

Fields = dict[str, list[str]]
ANSWERS = {"yes": True, "no": False}
SAID = {True: "yes", False: "no"}
# The language of the office: what is filled in beforehand stands on its papers.
OFFICE = "vi"
MINUTE = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True)
class Offered:
    """What the form of the fields lets a person choose from."""

    clip: ClipChoices
    around: FieldChoices


def offered(session: Session, agency_id: int) -> Offered:
    """The choices of an agency."""
    return Offered(clip_choices(session, agency_id), field_choices(session, agency_id))


def draft_from(fields: Mapping[str, list[str]]) -> ClipDraft:
    """What was entered. Channels that the form did not offer stay as they are by default: all."""
    one = {name: (values or [""])[0] for name, values in fields.items()}
    chosen = tuple(int(value) for value in fields.get("channels", ()) if value.isdecimal())
    beside = (whole(value) for value in fields.get("units", ()))
    return ClipDraft(
        title=one.get("title", ""),
        category_code=one.get("category", ""),
        description=one.get("description", ""),
        post_text=one.get("post_text", ""),
        political=ANSWERS.get(one.get("political", "")),
        political_reason=one.get("political_reason", ""),
        language=one.get("language") or "vi",
        ai_label=ANSWERS.get(one.get("ai_label", "")),
        rights=one.get("rights", ""),
        channel_ids=chosen if "channels_shown" in fields else None,
        people=one.get("people", ""),
        people_note=one.get("people_note", ""),
        urgency=one.get("urgency") or Urgency.NORMAL.value,
        series=one.get("series", ""),
        audience=one.get("audience", ""),
        script=one.get("script", ""),
        wished_at=moment(one.get("wished_at", "")),
        lead_unit_id=whole(one.get("lead_unit", "")),
        unit_ids=tuple(number for number in beside if number is not None),
    )


def moment(text: str) -> datetime | None:
    """A time of the wall clock as a form's field gives it, or None."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=clock.LOCAL)


def wall(at: datetime | None) -> str:
    """A moment as a form's field takes it."""
    return clock.local(at).strftime(MINUTE) if at else ""


def usual() -> Fields:
    """The answers that are usual, for a dossier that has none yet: they stand in the form, where
    its author sees them. Political has none: it follows from the category or is chosen."""
    return {
        "rights": [say("rights_usual", OFFICE)],
        "ai_label": ["no"],
        "people": [People.NONE.value],
    }


def fields_of(page: ClipPage) -> Fields:
    """A clip's present fields as a form would send them."""
    about = page.dossier
    unanswered = about.unanswered
    return {
        "title": [page.title],
        "category": ["" if "category" in unanswered else page.category_code],
        "description": [page.description],
        "post_text": [page.post_text],
        "rights": [page.rights],
        "political": ["" if "political" in unanswered else SAID[page.political]],
        "political_reason": [page.political_reason],
        "language": [page.language],
        "ai_label": ["" if "ai_label" in unanswered else SAID[page.ai_label]],
        "channels": [str(channel) for channel, _name in page.channels],
        "channels_shown": ["1"],
        "people": [about.people],
        "people_note": [about.people_note],
        "urgency": [about.urgency],
        "series": [about.series],
        "audience": [about.audience],
        "script": [about.script],
        "wished_at": [wall(about.wished_at)],
        "lead_unit": [str(about.lead_unit[0]) if about.lead_unit else ""],
        "units": [str(unit) for unit, _name in about.units],
    }


def proposed(page: ClipPage) -> Fields:
    """The clip's fields for its author's form, with what is usual where nothing was answered."""
    fields = fields_of(page)
    return fields | {name: said for name, said in usual().items() if fields[name] == [""]}


def field_context(
    choices: Offered, fields: Fields, trouble: Problem | None = None
) -> dict[str, Any]:
    """What the template of the fields needs. An empty form plans every channel."""
    form = {name: (values or [""])[0] for name, values in fields.items()}
    planned = {int(value) for value in fields.get("channels", ()) if value.isdecimal()}
    if "channels_shown" not in fields:
        planned = {channel.id for channel in choices.clip.channels}
    locale = current_locale()
    return {
        "form": form,
        "categories": choices.clip.categories,
        "channels": choices.clip.channels,
        "planned": planned,
        "series": choices.around.series,
        "units": choices.around.units,
        "beside": {number for value in fields.get("units", ()) if (number := whole(value))},
        "languages": [(code, say(f"language_{code}", locale)) for code in LANGUAGES],
        "people_answers": [(one.value, say(f"people_{one.value}", locale)) for one in People],
        "needs_note": sorted(NEEDS_NOTE),
        "urgencies": [(one.value, say(f"urgency_{one.value}", locale)) for one in Urgency],
        "errors": _errors(trouble),
        "mend": False,
    }


def _errors(trouble: Problem | None) -> dict[str, str]:
    """The sentence at each field that `trouble` names."""
    if trouble is None:
        return {}
    several = trouble.params.get("fields")
    if isinstance(several, tuple):
        return {name: say("field_still_missing", current_locale()) for name in several}
    place = str(trouble.params.get("field", ""))
    return {place: sentence(trouble)} if place else {}
