"""How every operation reaches a clip: found, locked, permitted, and not behind the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from review.audit import Act, Entry
from review.errors import Forbidden, NotFound, Stale
from review.models import Clip, FieldDraft
from review.permissions import Action, Actor, refusal
from review.queries.facts import facts_of

# Refusals that reloading the page cannot cure.
PERSONAL = frozenset({"role_missing", "own_clip", "decision_needs_person"})


@dataclass(frozen=True)
class ClipRef:
    """A clip after an operation; `version` is what the next page must carry."""

    id: int
    code: str
    version: int


def load_clip(session: Session, actor: Actor, code: str, *, lock: bool = False) -> Clip:
    """The clip with `code` in the actor's agency. Raises NotFound, also for another agency's."""
    query = select(Clip).where(Clip.code == code, Clip.agency_id == actor.agency_id)
    clip = session.scalar(query.with_for_update() if lock else query)
    if clip is None:
        raise NotFound("not_found")
    return clip


def take_clip(session: Session, actor: Actor, code: str, version: int, action: Action) -> Clip:
    """The locked clip, `action` permitted, the page fresh.

    Raises NotFound, Stale('stale_page'), Forbidden. Who acts from an old page is told just that,
    unless the reason lies in the person and a fresh page would not help.
    """
    clip = load_clip(session, actor, code, lock=True)
    code_of_refusal = refusal(actor, action, facts_of(session, clip))
    if code_of_refusal == "not_found":
        raise NotFound("not_found")
    if code_of_refusal not in PERSONAL and not is_fresh(session, actor, clip, version):
        raise Stale("stale_page")
    if code_of_refusal is not None:
        raise Forbidden(code_of_refusal, action=action.value)
    return clip


def is_fresh(session: Session, actor: Actor, clip: Clip, version: int) -> bool:
    """Whether a page of `version` still shows the clip as others left it.

    Words that saved themselves on leaving the form are no news to the person who typed them.
    """
    if clip.version == version:
        return True
    own = session.get(FieldDraft, (clip.id, actor.person_id)) if actor.person_id else None
    return own is not None and own.base == clip.version and own.opened <= version < own.base


def bump(clip: Clip) -> None:
    """Makes every page that showed the clip before this change stale."""
    clip.version += 1


def ref(clip: Clip) -> ClipRef:
    """The clip as operations hand it back."""
    return ClipRef(clip.id, clip.code, clip.version)


def clip_entry(
    act: Act,
    actor: Actor,
    clip: Clip,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    texts: dict[str, str] | None = None,
) -> Entry:
    """A ledger entry about `clip`."""
    return Entry(
        action=act,
        actor=actor,
        agency_id=clip.agency_id,
        subject="clip",
        subject_id=clip.id,
        subject_code=clip.code,
        clip_id=clip.id,
        before=before or {},
        after=after or {},
        texts=texts or {},
    )
