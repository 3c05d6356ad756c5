"""What people say about a clip: at a picture, over a stretch, or about the whole, in threads."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from review import clock
from review.audit import Act
from review.db import Database
from review.errors import Conflict, Forbidden, Invalid, NotFound
from review.frames import frame_at, rate_of
from review.models import Clip, Remark, RemarkAct, Revision
from review.operations.clip_access import clip_entry, load_clip
from review.permissions import Action, Actor, may, require
from review.queries.facts import facts_of
from review.queries.remarks import Said, Thread, threads_of

REMARK_LIMIT = 4_000


@dataclass(frozen=True)
class Spot:
    """Where in the film, in milliseconds as a player tells it; `end_ms` makes it a stretch."""

    at_ms: int
    end_ms: int | None = None


def add_remark(
    db: Database,
    actor: Actor,
    code: str,
    text: str,
    spot: Spot | None = None,
    *,
    blocking: bool = False,
) -> int:
    """Keeps a remark as written and returns its id.

    Raises Invalid: 'remark_empty', 'remark_backwards', 'remark_beyond'; Forbidden where the actor
    may not hold the clip up and `blocking` says so.
    """
    text = _checked(text)
    with db.transaction() as unit:
        clip = load_clip(unit.session, actor, code)
        facts = facts_of(unit.session, clip)
        require(actor, Action.REMARK_WRITE, facts)
        if blocking:
            require(actor, Action.REMARK_BLOCK, facts)
        remark = _row(actor, clip, text)
        remark.blocking = blocking
        if spot is not None:
            _place(unit.session, remark, spot)
        unit.session.add(remark)
        unit.session.flush()
        after = {"remark": remark.id, "frame": remark.frame, "at_ms": spot.at_ms if spot else None}
        after |= {"last_frame": remark.last_frame, "must_mend": blocking}
        unit.record(clip_entry(Act.REMARK_ADDED, actor, clip, after=after, texts={"text": text}))
        return remark.id


def reply(db: Database, actor: Actor, code: str, remark_id: int, text: str) -> int:
    """Answers a remark and returns the answer's id. Raises NotFound, Invalid('remark_empty')."""
    text = _checked(text)
    with db.transaction() as unit:
        clip, thread, _said = _take(unit.session, actor, code, remark_id)
        answer = _row(actor, clip, text)
        answer.parent_id = thread.root.id
        unit.session.add(answer)
        unit.session.flush()
        after = {"remark": answer.id, "to": answer.parent_id}
        unit.record(clip_entry(Act.REMARK_REPLIED, actor, clip, after=after, texts={"text": text}))
        return answer.id


def edit_remark(db: Database, actor: Actor, code: str, remark_id: int, text: str) -> None:
    """Puts other words in the place of one's own; the former ones stay in the ledger.

    Raises NotFound, Forbidden('remark_not_yours'), Conflict('remark_answered' | 'nothing_changed').
    """
    text = _checked(text)
    with db.transaction() as unit:
        clip, remark = _own(unit.session, actor, code, remark_id)
        if remark.text == text:
            raise Conflict("nothing_changed")
        texts = {"text_before": remark.text, "text_after": text}
        _act(unit.session, actor, remark, "edited", text)
        after = {"remark": remark.id}
        unit.record(clip_entry(Act.REMARK_EDITED, actor, clip, after=after, texts=texts))


def delete_remark(db: Database, actor: Actor, code: str, remark_id: int) -> None:
    """Takes one's own remark away; its words stay in the ledger. Raises as `edit_remark` does."""
    with db.transaction() as unit:
        clip, remark = _own(unit.session, actor, code, remark_id)
        texts = {"text_before": remark.text}
        _act(unit.session, actor, remark, "deleted")
        after = {"remark": remark.id}
        unit.record(clip_entry(Act.REMARK_DELETED, actor, clip, after=after, texts=texts))


def resolve(db: Database, actor: Actor, code: str, remark_id: int, resolved: bool) -> None:
    """Says that a remark is settled, or that it is not after all.

    Whoever made it does, and whoever directs the work; never the clip's author on another's remark.
    Raises NotFound, Forbidden('remark_not_yours'), Conflict('nothing_changed').
    """
    with db.transaction() as unit:
        clip, thread, remark = _take(unit.session, actor, code, remark_id)
        if remark is not thread.root:
            raise NotFound("not_found")
        facts = facts_of(unit.session, clip)
        if remark.person_id != actor.person_id and not may(actor, Action.REMARK_RESOLVE_ANY, facts):
            raise Forbidden("remark_not_yours")
        if remark.open != resolved:
            raise Conflict("nothing_changed")
        act = Act.REMARK_RESOLVED if resolved else Act.REMARK_REOPENED
        _act(unit.session, actor, remark, "resolved" if resolved else "reopened")
        texts = {"text": remark.text}
        unit.record(clip_entry(act, actor, clip, after={"remark": remark.id}, texts=texts))


def _checked(text: str) -> str:
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").strip()
    if not text:
        raise Invalid("remark_empty", field="text")
    if len(text) > REMARK_LIMIT:
        raise Invalid("field_too_long", field="text", name="text", limit=REMARK_LIMIT)
    return text


def _row(actor: Actor, clip: Clip, text: str) -> Remark:
    return Remark(
        clip_id=clip.id,
        revision_id=clip.revision_id,
        person_id=actor.person_id,
        person_name=actor.name,
        person_post=actor.post,
        blocking=False,
        text=text,
        created_at=clock.now(),
    )


def _place(session: Session, remark: Remark, spot: Spot) -> None:
    revision = session.get(Revision, remark.revision_id) if remark.revision_id else None
    facts: dict[str, Any] = (revision.facts if revision else None) or {}
    length = facts.get("duration_ms")
    if spot.end_ms is not None and spot.end_ms < spot.at_ms:
        raise Invalid("remark_backwards", field="end")
    if spot.at_ms < 0 or (length and max(spot.at_ms, spot.end_ms or 0) > length):
        raise Invalid("remark_beyond", field="at")
    rate = rate_of(facts)
    remark.rate_num, remark.rate_den = rate.numerator, rate.denominator
    remark.frame = frame_at(spot.at_ms, rate)
    remark.last_frame = frame_at(spot.end_ms, rate) if spot.end_ms is not None else None


def _act(session: Session, actor: Actor, remark: Said, kind: str, text: str = "") -> None:
    session.add(
        RemarkAct(
            remark_id=remark.id,
            kind=kind,
            text=text,
            person_id=actor.person_id,
            person_name=actor.name,
            created_at=clock.now(),
        )
    )
    session.flush()


def _take(session: Session, actor: Actor, code: str, remark_id: int) -> tuple[Clip, Thread, Said]:
    clip = load_clip(session, actor, code, lock=True)
    require(actor, Action.REMARK_WRITE, facts_of(session, clip))
    for thread in threads_of(session, clip.id):
        for said in (thread.root, *thread.answers):
            if said.id == remark_id and not said.deleted:
                return clip, thread, said
    raise NotFound("not_found")


def _own(session: Session, actor: Actor, code: str, remark_id: int) -> tuple[Clip, Said]:
    clip, thread, remark = _take(session, actor, code, remark_id)
    if remark.person_id != actor.person_id:
        raise Forbidden("remark_not_yours")
    if not thread.root.open or (remark is thread.root and thread.answers):
        raise Conflict("remark_answered")
    return clip, remark
