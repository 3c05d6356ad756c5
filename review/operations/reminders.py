"""Reminders of time limits: given by the system, once for each wait of a clip at a level.

Upwards they name the post that is waited for, never the person (`review.words`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, literal_column, select

from review import clock
from review.audit import Act
from review.db import Database
from review.models import Clip, Reminder
from review.operations.clip_access import clip_entry
from review.permissions import SYSTEM
from review.states import ClipState


@dataclass(frozen=True)
class Stage:
    """A reminder and when it is given, counted from the time limit."""

    name: str
    after_due: timedelta


# An hour before, there is still time to look; an hour after, the author may ask in person.
STAGES = (
    Stage("due_soon", timedelta(hours=-1)),
    Stage("overdue", timedelta()),
    Stage("overdue_author", timedelta(hours=1)),
)
# More than an office can be late with at once; the next round takes the rest.
BATCH = 200


def remind_due(db: Database) -> int:
    """Gives every reminder that is due and was not given; returns how many. May run at any time,
    twice as well as once. Whoever is past a stage already is not reminded of the stages before it.
    """
    given = 0
    moment = clock.now()
    for place, stage in enumerate(STAGES):
        following = STAGES[place + 1] if place + 1 < len(STAGES) else None
        for clip_id in _late(db, stage, following, moment):
            given += _remind(db, clip_id, stage)
    return given


def _late(db: Database, stage: Stage, following: Stage | None, moment: datetime) -> list[int]:
    told = exists().where(
        Reminder.clip_id == Clip.id,
        Reminder.due_at == Clip.due_at,
        Reminder.stage == stage.name,
    )
    # Written out, not bound: only so do both databases see that the index of such clips answers.
    in_review = Clip.state == literal_column(f"'{ClipState.IN_REVIEW.value}'")
    found = select(Clip.id).where(in_review, Clip.due_at <= moment - stage.after_due, ~told)
    if following is not None and stage.after_due < timedelta():
        found = found.where(Clip.due_at > moment - following.after_due)
    with db.read() as session:
        return list(session.scalars(found.order_by(Clip.due_at).limit(BATCH)))


def _remind(db: Database, clip_id: int, stage: Stage) -> int:
    """One reminder in a transaction of its own: the clip may have moved on since it was found."""
    with db.transaction() as unit:
        clip = unit.session.scalar(select(Clip).where(Clip.id == clip_id).with_for_update())
        if clip is None or clip.due_at is None or clip.state != ClipState.IN_REVIEW:
            return 0
        given = unit.session.get(Reminder, (clip.id, clip.due_at, stage.name)) is not None
        if given or clip.due_at > clock.now() - stage.after_due:
            return 0
        unit.session.add(
            Reminder(clip_id=clip.id, due_at=clip.due_at, stage=stage.name, created_at=clock.now())
        )
        after = {"stage": stage.name, "level": clip.level, "round": clip.round}
        unit.record(clip_entry(Act.REMINDED, SYSTEM, clip, after=after))
        return 1
