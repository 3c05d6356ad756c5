"""Two versions of a clip beside each other: facts of the file, caption lines, fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from review.caption_diff import LineChange, line_changes
from review.errors import NotFound
from review.frames import rate_of
from review.models import Clip, Revision, StoredFile
from review.queries.clip_changes import FieldChange, fields_changed, lines_out

# Facts of a file that are laid beside each other, in the order in which people ask for them.
FACTS = ("duration_ms", "picture", "rate", "sound", "loudness", "bytes", "sha256")


@dataclass(frozen=True)
class Fact:
    """One fact of both files; None where it is not known. Times in milliseconds, loudness in
    hundredths of LUFS."""

    name: str
    before: object
    after: object

    @property
    def same(self) -> bool:
        """Whether the two agree."""
        return self.before == self.after


@dataclass(frozen=True)
class Comparison:
    """What differs between two versions. `frame_ms` is the length of a picture of the newer one."""

    before: int
    after: int
    facts: tuple[Fact, ...]
    lines: tuple[LineChange, ...]
    fields: tuple[FieldChange, ...]
    frame_ms: int


def compare(session: Session, clip: Clip, before: int, after: int) -> Comparison:
    """Versions number `before` and `after` of `clip`. Raises NotFound for one that is not there."""
    old, new = (_revision(session, clip, number) for number in (before, after))
    then, now = (_facts(session, one) for one in (old, new))
    return Comparison(
        before=before,
        after=after,
        facts=tuple(Fact(name, then.get(name), now.get(name)) for name in FACTS),
        lines=line_changes(*(lines_out(session, one.captions_id) for one in (old, new))),
        fields=fields_changed(session, clip.id, old.created_at, _ends(session, clip, after)),
        frame_ms=round(1000 / rate_of(new.facts)),
    )


def _revision(session: Session, clip: Clip, number: int) -> Revision:
    found = session.scalar(
        select(Revision).where(Revision.clip_id == clip.id, Revision.number == number)
    )
    if found is None:
        raise NotFound("not_found")
    return found


def _ends(session: Session, clip: Clip, number: int) -> datetime | None:
    """When the version was followed by another; None while it is the last."""
    return session.scalar(
        select(Revision.created_at).where(
            Revision.clip_id == clip.id, Revision.number == number + 1
        )
    )


def _facts(session: Session, revision: Revision) -> dict[str, object]:
    facts: Mapping[str, Any] = revision.facts or {}
    stored = session.get_one(StoredFile, revision.file_id)
    found: dict[str, object] = {"bytes": stored.size, "sha256": stored.sha256}
    if facts.get("width"):
        found["picture"] = f"{facts['width']} × {facts['height']}"
    if facts.get("fps_num"):
        found["rate"] = round(facts["fps_num"] / facts["fps_den"], 3)
    if facts.get("duration_ms"):
        found["duration_ms"] = facts["duration_ms"]
        found["sound"] = facts.get("audio_channels") or 0
    if facts.get("loudness"):
        found["loudness"] = facts["loudness"].get("integrated")
    return found
