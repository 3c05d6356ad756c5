"""What a notice keeps of the act behind it: codes, posts and names, from which its sentence is made
when it is read."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from review.audit import Act, Entry
from review.models import Clip, Notice
from review.queries.facts import levels_of

# What a level can mend, and what the author reads about it; fields are named one by one.
MENDED: dict[Act, str] = {
    Act.CLIP_CHANGED: "",
    Act.CAPTIONS_SAVED: "captions",
    Act.CAPTIONS_RESTORED: "captions",
    Act.CAPTIONS_UPLOADED: "captions",
    Act.POLITICAL_CHANGED: "political",
    Act.COVER_CHOSEN: "cover",
    Act.COVER_DROPPED: "cover",
    Act.CAPTIONED_ASKED: "captioned",
    Act.CAPTIONED_DROPPED: "captioned",
}
# What a sentence may speak of, taken from the entry: codes, numbers and names of channels.
SPOKEN = ("reason", "channel_name", "changed", "fields", "to_label")
# Notices that gather what several acts say, until they are read: by kind, the list that grows.
GATHERED = {"mended": "mended", "passed_over": "passed"}
# Acts without a decision, and which of their texts is for those who are told.
NOTES: dict[Act, str] = {
    Act.LEVEL_HANDED_OVER: "note",
    Act.DOSSIER_HANDED_OVER: "note",
    Act.ASSIGNED: "instruction",
    Act.REASSIGNED: "note",
    Act.ASSIGNMENT_CANCELLED: "note",
    Act.SCRIPT_APPROVED: "note",
    Act.SCRIPT_RETURNED: "note",
}


def params_of(session: Session, entry: Entry, clip: Clip) -> dict[str, object]:
    """Codes, posts and names of which a notice of `entry` may speak."""
    levels = levels_of(session, clip.route_id)
    label = next((level.label for level in levels if level.position == clip.level), "")
    spoken = {name: entry.after[name] for name in SPOKEN if name in entry.after}
    if entry.action in MENDED:
        what = MENDED[entry.action]
        spoken["mended"] = [what] if what else list(entry.after["fields"])
    if entry.action is Act.LEVEL_PASSED_OVER:
        at = entry.after["level"]
        spoken["passed"] = [level.label for level in levels if level.position == at]
    if entry.action in NOTES:
        spoken |= {"to": entry.texts.get("to_person", ""), "note": entry.texts[NOTES[entry.action]]}
    return {"label": label, "by": entry.actor.name, "post": entry.actor.post, **spoken}


def gathered(
    session: Session, kind: str, params: dict[str, Any], *same: Any
) -> dict[int, dict[str, Any]]:
    """For each person with an unread notice like this one, `params` with what that one said too;
    nothing for a kind that does not gather. `same` are the conditions that find such notices."""
    name = GATHERED.get(kind)
    if name is None:
        return {}
    unread = session.scalars(select(Notice).where(*same, Notice.read_at.is_(None)))
    return {
        notice.person_id: params
        | {
            name: list(
                dict.fromkeys([*cast(list[str], notice.params.get(name, [])), *params[name]])
            )
        }
        for notice in unread
    }
