"""A sign-off binds a digest; whatever changes in it voids the sign-off, visibly."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from review import clock
from review.audit import Act
from review.db import Transaction
from review.digests import changed_parts
from review.errors import Conflict
from review.models import Clip, SignOff, SignOffVoid
from review.operations import publishing
from review.operations.clip_access import clip_entry
from review.permissions import Actor
from review.queries.covered import covered, field_parts
from review.states import ClipState, Move, next_state

FILE_PARTS = ("original", "renditions", "captions", "cover")


def standing_sign_off(session: Session, clip: Clip) -> SignOff | None:
    """The sign-off of the clip that nothing has voided, if there is one."""
    return session.scalar(
        select(SignOff)
        .where(
            SignOff.clip_id == clip.id,
            ~select(SignOffVoid.id).where(SignOffVoid.sign_off_id == SignOff.id).exists(),
        )
        .order_by(SignOff.id.desc())
        .limit(1)
    )


@contextmanager
def voiding_change(unit: Transaction, actor: Actor, clip: Clip) -> Iterator[None]:
    """Runs a change of the clip and voids its sign-off if anything under the digest differs."""
    yield
    if clip.state != ClipState.APPROVED:
        return
    sign_off = standing_sign_off(unit.session, clip)
    if sign_off is None:
        return
    unit.session.flush()
    changed = changed_parts(json.loads(sign_off.manifest), _now_covered(unit.session, clip))
    if not changed:
        return
    unit.session.add(
        SignOffVoid(
            sign_off_id=sign_off.id,
            person_id=actor.person_id,
            person_name=actor.name,
            changed=list(changed),
            created_at=clock.now(),
        )
    )
    unit.session.flush()
    before = {"sign_off": sign_off.id, "digest": sign_off.digest}
    entry = clip_entry(
        Act.SIGN_OFF_VOIDED, actor, clip, before=before, after={"changed": list(changed)}
    )
    unit.record(entry)
    publishing.cancel(unit, actor, clip, sign_off)
    clip.state = next_state(ClipState(clip.state), Move.VOID)
    clip.level, clip.due_at, clip.waiting_since = 0, None, None


def _now_covered(session: Session, clip: Clip) -> dict[str, Any]:
    try:
        return asdict(covered(session, clip, unfinished=True))
    except Conflict:
        # A new file that is not ready yet differs from the signed one in every part of the file.
        return dict.fromkeys(FILE_PARTS) | field_parts(session, clip)
