"""The political flag: asked at every level; any yes sticks; only a higher level clears it."""

from __future__ import annotations

from review.audit import Act
from review.db import Database, Transaction
from review.errors import Conflict, Forbidden, Invalid
from review.models import Clip
from review.operations.clip_access import ClipRef, bump, clip_entry, ref, take_clip
from review.permissions import Action, Actor


def set_political(
    db: Database, actor: Actor, code: str, version: int, political: bool, reason: str
) -> ClipRef:
    """Changes the flag at the level where the clip waits, before deciding on it.

    From then on who signs, and whether anybody may sign for the head, follows from the new answer;
    the route of this round stays. Raises as `answer_at_level` does, Conflict('nothing_changed').
    """
    with db.transaction() as unit:
        clip = take_clip(unit.session, actor, code, version, Action.LEVEL_RETURN)
        if clip.political == political:
            raise Conflict("nothing_changed")
        answer_at_level(unit, actor, clip, political, reason)
        bump(clip)
        return ref(clip)


def answer_at_level(
    unit: Transaction, actor: Actor, clip: Clip, political: bool | None, reason: str
) -> None:
    """The mandatory answer of the level at which the clip waits.

    Raises Invalid('political_missing' | 'political_clear_reason') and
    Forbidden('political_clear_level').
    """
    if political is None:
        raise Invalid("political_missing", field="political")
    if political:
        _set(unit, actor, clip, True, clip.political_reason or reason)
        clip.political_level = max(clip.political_level, clip.level)
    elif clip.political:
        if clip.level <= clip.political_level:
            raise Forbidden("political_clear_level", field="political")
        if not reason.strip():
            raise Invalid("political_clear_reason", field="political_reason")
        _set(unit, actor, clip, False, reason.strip())


def answer_as_author(
    unit: Transaction, actor: Actor, clip: Clip, political: bool | None, reason: str
) -> None:
    """The author's answer: free until the first submission, from then on only towards yes."""
    if political is None:
        return
    if not political and clip.political and clip.round > 0:
        raise Forbidden("political_clear_level", field="political")
    _set(unit, actor, clip, political, reason)


def _set(unit: Transaction, actor: Actor, clip: Clip, political: bool, reason: str) -> None:
    clip.political_reason = reason
    if clip.political == political:
        return
    unit.record(
        clip_entry(
            Act.POLITICAL_CHANGED,
            actor,
            clip,
            before={"political": clip.political},
            after={"political": political, "level": clip.level},
            texts={"reason": reason},
        )
    )
    clip.political = political
