"""What changed on a clip since somebody last decided on it: the file, caption lines, the fields."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from media.captions import published
from media.results import Line
from review.caption_diff import LineChange, line_changes
from review.models import CaptionVersion, Clip, Decision, LedgerEntry, LedgerText, Revision
from review.queries.published import lines_of_version

FIELDS_CHANGED = "clip:dossier:changed"
# What a person asked for: the acts that change it, and what they say of it.
ORDERED_CHANGED = {
    "cover": (("clip:cover:chosen", "clip:cover:dropped"), "at_ms"),
    "captioned": (("clip:captioned:asked", "clip:captioned:dropped"), "sha256"),
}
# The acts after which somebody wants to see only the difference.
LOOKED_AT = ("returned", "recalled", "signed")
# What nobody does without having looked: whoever did it is shown what changed since.
OWN_ACTS = ("submitted", "approved", "rejected", *LOOKED_AT)


@dataclass(frozen=True)
class FieldChange:
    """One field that differs, oldest value and newest."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Changes:
    """The difference between a decision and now. `file` holds the two revision numbers."""

    since: datetime
    since_revision: int
    by_name: str
    file: tuple[int, int] | None
    lines: tuple[LineChange, ...]
    fields: tuple[FieldChange, ...]

    @property
    def any(self) -> bool:
        """Whether there is a difference at all."""
        return bool(self.file or self.lines or self.fields)


def changes_since_last_look(
    session: Session, clip: Clip, person_id: int | None = None
) -> Changes | None:
    """The difference to what `person_id` last acted on; for others to what was last decided on, or
    to the submission; None before the first.

    For an author that is what the levels have mended, for who returned the clip what came back.
    """
    own = (
        select(Decision)
        .where(
            Decision.clip_id == clip.id,
            Decision.person_id == person_id,
            Decision.kind.in_(OWN_ACTS),
        )
        .order_by(Decision.id.desc())
        .limit(1)
    )
    earlier = (
        select(Decision)
        .where(Decision.clip_id == clip.id, Decision.kind.in_(LOOKED_AT))
        .order_by(Decision.id.desc())
        .limit(1)
    )
    first = (
        select(Decision)
        .where(Decision.clip_id == clip.id, Decision.kind == "submitted")
        .order_by(Decision.id.desc())
        .limit(1)
    )
    mine = session.scalar(own) if person_id is not None else None
    base = mine or session.scalar(earlier) or session.scalar(first)
    return _changes(session, clip, base) if base else None


def lines_out(session: Session, captions_id: int | None) -> tuple[Line, ...]:
    """The lines that go out of a caption version; none without one. What is held back makes no
    difference to whoever decides."""
    version = session.get(CaptionVersion, captions_id) if captions_id else None
    return published(lines_of_version(version)) if version else ()


def _changes(session: Session, clip: Clip, base: Decision) -> Changes:
    then = session.get_one(Revision, base.revision_id)
    current = session.get(Revision, clip.revision_id) if clip.revision_id else None
    moved = current is not None and current.id != then.id
    return Changes(
        since=base.created_at,
        since_revision=then.number,
        by_name=base.person_name,
        file=(then.number, current.number) if moved and current else None,
        lines=line_changes(
            lines_out(session, base.captions_id),
            lines_out(session, current.captions_id if current else None),
        ),
        fields=fields_changed(session, clip.id, base.created_at)
        + _ordered(session, clip, base.created_at),
    )


def fields_changed(
    session: Session, clip_id: int, since: datetime, until: datetime | None = None
) -> tuple[FieldChange, ...]:
    """What became of the fields between two moments, or until now. Reads the ledger, where each
    change stands with both values: no second copy of the fields has to be kept for it."""
    wanted = [LedgerEntry.clip_id == clip_id, LedgerEntry.action == FIELDS_CHANGED]
    wanted.append(LedgerEntry.at >= since)
    if until is not None:
        wanted.append(LedgerEntry.at < until)
    entries = session.scalars(
        select(LedgerEntry).where(*wanted).order_by(LedgerEntry.position)
    ).all()
    found: dict[str, FieldChange] = {}
    for entry in entries:
        texts = _texts(session, entry.position)
        for name in json.loads(entry.body)["after"].get("fields", ()):
            before = found[name].before if name in found else texts.get(f"{name}_before", "")
            found[name] = FieldChange(name, before, texts.get(f"{name}_after", ""))
    return tuple(change for change in found.values() if change.before != change.after)


def _ordered(session: Session, clip: Clip, since: datetime) -> tuple[FieldChange, ...]:
    """Another cover or copy of the same file; one of another is no news beside the file itself."""
    found = (_ordered_one(session, clip, since, kind) for kind in ORDERED_CHANGED)
    return tuple(change for change in found if change is not None)


def _ordered_one(session: Session, clip: Clip, since: datetime, kind: str) -> FieldChange | None:
    actions, said = ORDERED_CHANGED[kind]
    bodies = session.scalars(
        select(LedgerEntry.body)
        .where(
            LedgerEntry.clip_id == clip.id,
            LedgerEntry.action.in_(actions),
            LedgerEntry.at >= since,
        )
        .order_by(LedgerEntry.position)
    )
    entries = [json.loads(body) for body in bodies]
    ours = [one for one in entries if one["after"]["revision"] == clip.revision_id]
    if not ours:
        return None
    ends = (ours[0]["before"].get(said), ours[-1]["after"].get(said))
    before, after = ("" if end is None else str(end) for end in ends)
    return FieldChange(kind, before, after) if before != after else None


def _texts(session: Session, position: int) -> dict[str, str]:
    rows = session.execute(
        select(LedgerText.name, LedgerText.text).where(LedgerText.position == position)
    )
    return {row.name: row.text for row in rows}
