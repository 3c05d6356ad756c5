"""The fields of a clip: as entered, checked, written into its row, and as the ledger keeps them.

Nothing is mandatory here: a draft may hold as little as it likes. What a submission needs is
`review/dossier.py`.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from review import languages
from review.db import Transaction
from review.dossier import People, Urgency
from review.errors import Invalid
from review.models import Category, Channel, Clip, ClipChannel, ClipUnit, Series, Unit
from review.operations import haste, series
from review.operations.political import answer_as_author
from review.permissions import Actor
from review.states import EDITABLE, ClipState

# As long as the networks' own fields; beyond that it is a mistake of the clipboard.
LIMITS = {
    "title": 200,
    "description": 5_000,
    "post_text": 5_000,
    "rights": 1_000,
    "people_note": 1_000,
    "series": 200,
    "audience": 200,
    # Half an hour read aloud; a clip is a few minutes.
    "script": 20_000,
}
ONE_LINE = frozenset({"title", "series", "audience"})
REASON_LIMIT = 500
LANGUAGES = languages.OFFERED


@dataclass(frozen=True)
class ClipDraft:
    """The fields of a clip as entered. `channel_ids=None` means all of the agency's channels; of
    political and ai_label None means that there is no answer yet, as an empty text does elsewhere.
    """

    title: str
    category_code: str
    description: str = ""
    post_text: str = ""
    political: bool | None = None
    political_reason: str = ""
    language: str = "vi"
    ai_label: bool | None = False
    rights: str = ""
    channel_ids: tuple[int, ...] | None = None
    people: str = ""
    people_note: str = ""
    urgency: str = Urgency.NORMAL.value
    series: str = ""
    audience: str = ""
    script: str = ""
    wished_at: datetime | None = None
    lead_unit_id: int | None = None
    unit_ids: tuple[int, ...] = ()


def checked(draft: ClipDraft) -> ClipDraft:
    """The draft in NFC, trimmed. Raises Invalid with the field at fault."""
    texts: dict[str, Any] = {
        name: text(getattr(draft, name), name, limit, lines=name not in ONE_LINE)
        for name, limit in LIMITS.items()
    }
    if draft.language not in LANGUAGES:
        raise Invalid("language_unknown", field="language")
    if draft.urgency not in set(Urgency):
        raise Invalid("urgency_unknown", field="urgency")
    if draft.people and draft.people not in set(People):
        raise Invalid("people_unknown", field="people")
    reason = text(draft.political_reason, "political_reason", REASON_LIMIT)
    return replace(draft, **texts, political_reason=reason)


def apply(unit: Transaction, actor: Actor, clip: Clip, draft: ClipDraft) -> None:
    """Writes a checked draft into the clip. Raises Invalid, and Forbidden as `answer_as_author`.

    At a level one mends words; what kind of clip it is stays its author's answer.
    """
    if not draft.title and clip.state not in EDITABLE:
        raise Invalid("title_missing", field="title")
    clip.title, clip.description = draft.title, draft.description
    clip.post_text = draft.post_text
    if clip.state != ClipState.IN_REVIEW:
        _answers(unit, actor, clip, draft)
        _around(unit, actor, clip, draft)
    unit.session.flush()


def said(session: Session, clip: Clip) -> dict[str, str]:
    """Every field as text, for the difference between before and after."""
    channels = select(ClipChannel.channel_id).where(ClipChannel.clip_id == clip.id)
    units = select(ClipUnit.unit_id).where(ClipUnit.clip_id == clip.id)
    row = session.get(Series, clip.series_id) if clip.series_id else None
    unanswered = clip.unanswered
    category = session.get_one(Category, clip.category_id).code
    return {
        "title": clip.title,
        "description": clip.description,
        "post_text": clip.post_text,
        "category": "" if "category" in unanswered else category,
        "language": clip.language,
        "ai_label": "" if "ai_label" in unanswered else str(clip.ai_label),
        "rights": clip.rights,
        "political": "" if "political" in unanswered else str(clip.political),
        "political_reason": clip.political_reason,
        "people": clip.people,
        "people_note": clip.people_note,
        "channels": ",".join(str(channel) for channel in sorted(session.scalars(channels))),
        "urgency": clip.urgency,
        "series": row.name if row else "",
        "audience": clip.audience,
        "script": clip.script,
        "wished_at": clip.wished_at.isoformat(timespec="minutes") if clip.wished_at else "",
        "lead_unit": str(clip.lead_unit_id or ""),
        "units": ",".join(str(one) for one in sorted(session.scalars(units))),
    }


def category_of(session: Session, agency_id: int, code: str) -> Category:
    """The category in use with `code`; without a code the agency's first, as a proposal.

    Raises Invalid('category_unknown').
    """
    offered = select(Category).where(Category.agency_id == agency_id, Category.active)
    if code:
        offered = offered.where(Category.code == code)
    found = session.scalars(offered.order_by(Category.position, Category.id)).first()
    if found is None:
        raise Invalid("category_unknown", field="category")
    return found


def plan_channels(session: Session, clip: Clip, channel_ids: tuple[int, ...] | None) -> None:
    """Plans the clip for these channels of its agency. Raises Invalid('channel_unknown')."""
    found = select(Channel.id).where(Channel.agency_id == clip.agency_id, Channel.active)
    own = set(session.scalars(found))
    wanted = own if channel_ids is None else set(channel_ids)
    if wanted - own:
        raise Invalid("channel_unknown", field="channels")
    session.execute(delete(ClipChannel).where(ClipChannel.clip_id == clip.id))
    session.add_all(ClipChannel(clip_id=clip.id, channel_id=channel) for channel in sorted(wanted))
    session.flush()


def text(value: str, name: str, limit: int, *, lines: bool = True) -> str:
    """`value` in NFC, trimmed. Raises Invalid('field_too_long')."""
    value = unicodedata.normalize("NFC", value).replace("\r\n", "\n").strip()
    if not lines:
        value = " ".join(value.split())
    if len(value) > limit:
        raise Invalid("field_too_long", field=name, name=name, limit=limit)
    return value


def _answers(unit: Transaction, actor: Actor, clip: Clip, draft: ClipDraft) -> None:
    unanswered = set(clip.unanswered)
    if draft.category_code:
        clip.category_id = _category_kept(unit.session, clip, draft.category_code)
        unanswered.discard("category")
    if draft.political is not None:
        unanswered.discard("political")
    if draft.ai_label is not None:
        clip.ai_label = draft.ai_label
        unanswered.discard("ai_label")
    clip.open_answers = " ".join(sorted(unanswered))
    clip.language, clip.rights = draft.language, draft.rights
    clip.people, clip.people_note = draft.people, draft.people_note
    answer_as_author(unit, actor, clip, draft.political, draft.political_reason)
    plan_channels(unit.session, clip, draft.channel_ids)


def _category_kept(session: Session, clip: Clip, code: str) -> int:
    """The category's id. One that is no longer offered stays on a clip that has it."""
    now = session.get_one(Category, clip.category_id)
    if now.code == code and "category" not in clip.unanswered:
        return now.id
    return category_of(session, clip.agency_id, code).id


def _around(unit: Transaction, actor: Actor, clip: Clip, draft: ClipDraft) -> None:
    """What stands around the clip and outside its digest."""
    session = unit.session
    clip.audience, clip.script, clip.wished_at = draft.audience, draft.script, draft.wished_at
    clip.series_id = series.id_of(unit, actor, clip, draft.series)
    if clip.urgency != draft.urgency:
        clip.urgency = draft.urgency
        haste.pass_on(session, clip)
    now = set(session.scalars(select(ClipUnit.unit_id).where(ClipUnit.clip_id == clip.id)))
    beside = set(draft.unit_ids) - {draft.lead_unit_id}
    _own_units(session, clip, ({draft.lead_unit_id} - {None, clip.lead_unit_id}) | (beside - now))
    clip.lead_unit_id = draft.lead_unit_id
    session.execute(delete(ClipUnit).where(ClipUnit.clip_id == clip.id))
    session.add_all(ClipUnit(clip_id=clip.id, unit_id=one) for one in sorted(beside))


def _own_units(session: Session, clip: Clip, wanted: set[Any]) -> None:
    """Raises Invalid('unit_elsewhere') unless all `wanted` are units of the clip's agency."""
    own = select(Unit.id).where(Unit.agency_id == clip.agency_id, Unit.id.in_(wanted))
    if wanted - set(session.scalars(own)):
        raise Invalid("unit_elsewhere", field="lead_unit")
