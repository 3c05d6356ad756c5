"""What people say about a clip, at a moment in it or about the whole."""

from __future__ import annotations

import unicodedata

from review import clock
from review.audit import Act
from review.db import Database
from review.errors import Invalid
from review.models import Remark
from review.operations.clip_access import clip_entry, load_clip
from review.permissions import Action, Actor, require
from review.queries.facts import facts_of

REMARK_LIMIT = 4_000


def add_remark(db: Database, actor: Actor, code: str, text: str, at_ms: int | None = None) -> int:
    """Keeps a remark as written and returns its id. Raises Invalid('remark_empty')."""
    text = unicodedata.normalize("NFC", text).strip()
    if not text:
        raise Invalid("remark_empty", field="text")
    if len(text) > REMARK_LIMIT:
        raise Invalid("field_too_long", field="text", name="text", limit=REMARK_LIMIT)
    with db.transaction() as unit:
        clip = load_clip(unit.session, actor, code)
        require(actor, Action.REMARK_WRITE, facts_of(unit.session, clip))
        remark = Remark(
            clip_id=clip.id,
            revision_id=clip.revision_id,
            person_id=actor.person_id,
            person_name=actor.name,
            person_post=actor.post,
            at_ms=at_ms if at_ms is not None and at_ms >= 0 else None,
            text=text,
            created_at=clock.now(),
        )
        unit.session.add(remark)
        unit.session.flush()
        after = {"remark": remark.id, "at_ms": remark.at_ms}
        unit.record(clip_entry(Act.REMARK_ADDED, actor, clip, after=after, texts={"text": text}))
        return remark.id
