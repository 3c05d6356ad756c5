"""Who is told what inside the product: one table, read for every entry of the ledger.

A notice is written in the transaction of the change itself, so that nobody is told of what did not
happen and nothing happens untold. Nobody is told of their own act. Sentences are made when a
notice is read: here only codes, posts and names.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from review import clock
from review.audit import Act, Entry
from review.db import Database
from review.models import Channel, Clip, ClipChannel, Decision, Notice, Person, Remark, Revision
from review.operations.notice_params import MENDED, gathered, params_of
from review.permissions import Actor, ClipFacts, Role
from review.queries.facts import able_at, facts_of, holders_of, levels_of
from review.states import EDITABLE, ClipState, RevisionState

People = frozenset[int]
Audience = Callable[[Session, Clip, ClipFacts, Entry], People]


def holders(session: Session, clip: Clip, facts: ClipFacts, entry: Entry) -> People:
    """Who may decide where the clip waits now."""
    if facts.state is not ClipState.IN_REVIEW or facts.level_role is None:
        return frozenset()
    if facts.handed_to is not None:
        return frozenset({facts.handed_to})
    levels = levels_of(session, clip.route_id)
    here = next(level for level in levels if level.position == clip.level)
    return able_at(session, clip, here, levels)


def authors(session: Session, clip: Clip, facts: ClipFacts, entry: Entry) -> People:
    """The creator and the uploader of the current file."""
    return facts.authors


def watchers(session: Session, clip: Clip, facts: ClipFacts, entry: Entry) -> People:
    """Those of the agency who are to know of results ("Nhận để biết")."""
    return holders_of(session, clip.agency_id, Role.WATCHER)


def left_behind(session: Session, clip: Clip, facts: ClipFacts, entry: Entry) -> People:
    """Who held the level from which the clip was taken back."""
    at = entry.after.get("level")
    role = next((row.role for row in levels_of(session, clip.route_id) if row.position == at), "")
    return holders_of(session, clip.agency_id, role) - facts.authors


def skipped(session: Session, clip: Clip, facts: ClipFacts, entry: Entry) -> People:
    """Who held the levels that the head passed over."""
    found: set[int] = set()
    for row in levels_of(session, clip.route_id):
        if entry.after["from_level"] <= row.position < clip.level:
            found |= holders_of(session, clip.agency_id, row.role)
    return frozenset(found)


def taker(session: Session, clip: Clip, facts: ClipFacts, entry: Entry) -> People:
    """Who was given the clip or the dossier."""
    return frozenset({entry.after["to"]})


def thread(session: Session, clip: Clip, facts: ClipFacts, entry: Entry) -> People:
    """Who has spoken in the thread that is answered."""
    root = entry.after["to"]
    found = select(Remark.person_id).where((Remark.id == root) | (Remark.parent_id == root))
    return frozenset(session.scalars(found))


def giver(session: Session, clip: Clip, facts: ClipFacts, entry: Entry) -> People:
    """Who had it in hand before."""
    before = entry.before["to"]
    return frozenset({before}) if before else frozenset()


def fixer(session: Session, clip: Clip, facts: ClipFacts, entry: Entry) -> People:
    """Who is asked to mend the returned clip in its authors' place."""
    return frozenset({clip.fixer_id}) if clip.fixer_id else frozenset()


def signer(session: Session, clip: Clip, facts: ClipFacts, entry: Entry) -> People:
    """Who signed last."""
    found = select(Decision.person_id).where(Decision.clip_id == clip.id, Decision.kind == "signed")
    last = session.scalar(found.order_by(Decision.id.desc()).limit(1))
    return frozenset({last}) if last else frozenset()


def posters(session: Session, clip: Clip, facts: ClipFacts, entry: Entry) -> People:
    """Managers of the channel that the entry names, of all planned channels where it names none.

    A channel without a manager of its own is everybody's who manages channels.
    """
    found = select(Channel).where(Channel.agency_id == clip.agency_id)
    if "channel" in entry.after:
        found = found.where(Channel.id == entry.after["channel"])
    else:
        found = found.join(ClipChannel, ClipChannel.channel_id == Channel.id)
        found = found.where(ClipChannel.clip_id == clip.id)
    managers = [channel.manager_id for channel in session.scalars(found)]
    named = frozenset(manager for manager in managers if manager is not None)
    if None in managers:
        named |= holders_of(session, clip.agency_id, Role.CHANNEL_MANAGER)
    return named


def askers(session: Session, clip: Clip, facts: ClipFacts, entry: Entry) -> People:
    """Who ordered that somebody was asked, and who wrote the question down."""
    return frozenset({entry.after["ordered_by"], entry.after["asked_by"]})


def asked(session: Session, clip: Clip, facts: ClipFacts, entry: Entry) -> People:
    """Who is to read the script: whoever gave the clip out, else the heads of sections and the
    head."""
    if facts.assigner is not None:
        return frozenset({facts.assigner})
    heads = (holders_of(session, clip.agency_id, role) for role in (Role.SECTION_HEAD, Role.HEAD))
    return frozenset[int]().union(*heads) - facts.authors


def assignee(session: Session, clip: Clip, facts: ClipFacts, entry: Entry) -> People:
    """Who has the assignment now."""
    return frozenset({clip.created_by})


def relieved(session: Session, clip: Clip, facts: ClipFacts, entry: Entry) -> People:
    """Who had the assignment before it was handed on."""
    return frozenset({int(entry.before["assignee"])}) - {entry.after.get("assignee")}


def _at_a_level(session: Session, clip: Clip, entry: Entry) -> bool:
    return clip.state == ClipState.IN_REVIEW


def _with_author(session: Session, clip: Clip, entry: Entry) -> bool:
    return clip.state in EDITABLE


def _stopped(session: Session, clip: Clip, entry: Entry) -> bool:
    revision = session.get(Revision, clip.revision_id) if clip.revision_id else None
    return revision is not None and revision.state == RevisionState.FAILED


def _stage(name: str) -> Callable[[Session, Clip, Entry], bool]:
    return lambda session, clip, entry: entry.after.get("stage") == name


def _given(session: Session, clip: Clip, entry: Entry) -> bool:
    return entry.after["to"] != entry.actor.person_id


def _taken(session: Session, clip: Clip, entry: Entry) -> bool:
    return not _given(session, clip, entry)


def _always(session: Session, clip: Clip, entry: Entry) -> bool:
    return True


Told = tuple[str, tuple[Audience, ...], Callable[[Session, Clip, Entry], bool]]

TOLD: dict[Act, tuple[Told, ...]] = {
    Act.SUBMITTED: (("waiting", (holders,), _always),),
    Act.LEVEL_APPROVED: (
        ("agreed", (authors, watchers), _always),
        ("waiting", (holders,), _always),
    ),
    Act.LEVEL_PASSED_OVER: (("passed_over", (authors, watchers), _always),),
    Act.RETURNED: (
        ("returned", (authors, watchers), _always),
        ("to_mend", (fixer,), _with_author),
        ("waiting", (holders,), _at_a_level),
    ),
    Act.LEVEL_SKIPPED: (("skipped", (authors, watchers, skipped), _always),),
    Act.LEVEL_HANDED_OVER: (
        ("handed", (taker,), _given),
        ("handed_on", (authors, giver), _given),
        ("taken_back", (authors, giver), _taken),
    ),
    Act.DOSSIER_HANDED_OVER: (("handed_dossier", (taker, authors), _always),),
    Act.ASSIGNED: (("assigned", (authors,), _always),),
    Act.REASSIGNED: (
        ("assigned", (assignee,), _always),
        ("unassigned", (relieved,), _always),
    ),
    Act.ASSIGNMENT_CANCELLED: (("assignment_cancelled", (authors, watchers), _always),),
    Act.SCRIPT_SENT: (("script_waiting", (asked,), _always),),
    Act.SCRIPT_APPROVED: (("script_approved", (authors,), _always),),
    Act.SCRIPT_RETURNED: (("script_returned", (authors,), _always),),
    Act.REJECTED: (("rejected", (authors, watchers), _always),),
    Act.RECALLED: (("recalled", (left_behind,), _always),),
    Act.SIGNED: (
        ("approved", (authors, watchers), _always),
        ("to_post", (posters,), _always),
    ),
    Act.SIGN_OFF_VOIDED: (("voided", (authors, watchers, signer), _always),),
    Act.POSTED: (("posted", (authors, watchers), _always),),
    Act.PUBLICATION_CANCELLED: (("cancelled", (posters,), _always),),
    Act.DELIVERY_GIVEN_UP: (("undelivered", (posters,), _always),),
    **dict.fromkeys(MENDED, (("mended", (authors,), _at_a_level),)),
    Act.REMARK_ADDED: (("remark", (authors, holders), _always),),
    Act.REMARK_REPLIED: (("answered", (thread, authors), _always),),
    Act.REMARK_REOPENED: (("remark", (authors, holders), _always),),
    Act.REMARK_RESOLVED: (("settled", (authors,), _always),),
    Act.EXCHANGE_OPENED: (("consulting", (authors, holders, askers), _always),),
    Act.EXCHANGE_REPLIED: (("consulted", (authors, holders, askers), _always),),
    Act.EXCHANGE_NOTED: (("consult_note", (authors, holders, askers), _always),),
    Act.EXCHANGE_WITHDRAWN: (("consult_ended", (authors, holders, askers), _always),),
    Act.REVISION_READY: (("ready", (authors,), _with_author),),
    Act.REVISION_REFUSED: (("refused", (authors,), _always),),
    Act.STEP_FAILED: (("failed", (authors,), _stopped),),
    Act.REMINDED: (
        ("due_soon", (holders,), _stage("due_soon")),
        ("overdue", (holders,), _stage("overdue")),
        ("overdue_author", (authors,), _stage("overdue_author")),
    ),
}
# After these the clip waits no more where it waited: what asked people for a decision is settled.
MOVED_ON = frozenset(
    {
        Act.LEVEL_APPROVED,
        Act.LEVEL_SKIPPED,
        Act.LEVEL_HANDED_OVER,
        Act.RETURNED,
        Act.REJECTED,
        Act.RECALLED,
        Act.SIGNED,
    }
)
ASKING = ("waiting", "handed", "due_soon", "overdue", "overdue_author")
# Acts whose reason and note stand in a decision.
DECIDED = frozenset({Act.SUBMITTED, *MOVED_ON}) - {Act.LEVEL_HANDED_OVER}
# What answers a notice that asked for something, so that it counts as read.
ANSWERS = {
    Act.SCRIPT_APPROVED: ("script_waiting",),
    Act.SCRIPT_RETURNED: ("script_waiting",),
    Act.ASSIGNMENT_CANCELLED: ("script_waiting", "assigned"),
    Act.REASSIGNED: ("assigned",),
}


def tell(session: Session, entry: Entry) -> None:
    """Writes the notices that follow from `entry`."""
    rules = TOLD.get(entry.action)
    clip = session.get(Clip, entry.clip_id) if rules and entry.clip_id is not None else None
    if not rules or clip is None:
        return
    if entry.action in MOVED_ON:
        _read(session, Notice.clip_id == clip.id, Notice.kind.in_(ASKING))
    if entry.action in ANSWERS:
        _read(session, Notice.clip_id == clip.id, Notice.kind.in_(ANSWERS[entry.action]))
    facts = facts_of(session, clip)
    for kind, audiences, applies in rules:
        if not applies(session, clip, entry):
            continue
        people = frozenset[int]().union(*(who(session, clip, facts, entry) for who in audiences))
        _write(session, entry, clip, kind, _living(session, people - {entry.actor.person_id or 0}))


def read_about(db: Database, actor: Actor, code: str) -> int:
    """Whoever opens a clip has seen what was told of it; returns how many notices that were."""
    clip = select(Clip.id).where(Clip.code == code).scalar_subquery()
    mine = (Notice.person_id == actor.person_id, Notice.clip_id == clip)
    with db.read() as session:
        if not session.scalar(select(Notice.id).where(*mine, Notice.read_at.is_(None)).limit(1)):
            return 0
    with db.transaction() as unit:
        return _read(unit.session, *mine)


def read_all(db: Database, actor: Actor) -> int:
    """Marks all of the actor's notices as read; returns how many were not."""
    with db.transaction() as unit:
        return _read(unit.session, Notice.person_id == actor.person_id)


def _write(session: Session, entry: Entry, clip: Clip, kind: str, people: list[int]) -> None:
    if not people:
        return
    same = (Notice.clip_id == clip.id, Notice.kind == kind, Notice.person_id.in_(people))
    params = params_of(session, entry, clip)
    said = gathered(session, kind, params, *same)
    _read(session, *same)  # the newer of two equal notices says it all
    decision = _decision(session, clip) if entry.action in DECIDED else None
    session.add_all(
        Notice(
            person_id=person,
            kind=kind,
            clip_id=clip.id,
            decision_id=decision,
            params=said.get(person, params),
            created_at=clock.now(),
        )
        for person in people
    )
    session.flush()


def _decision(session: Session, clip: Clip) -> int | None:
    """The act itself; a level that was passed over after it is no decision of anybody."""
    return session.scalar(
        select(func.max(Decision.id)).where(
            Decision.clip_id == clip.id, Decision.person_id.is_not(None)
        )
    )


def _living(session: Session, people: People) -> list[int]:
    found = select(Person.id).where(Person.id.in_(people), Person.disabled_at.is_(None))
    return list(session.scalars(found.order_by(Person.id)))


def _read(session: Session, *which: Any) -> int:
    done = session.execute(
        update(Notice).where(*which, Notice.read_at.is_(None)).values(read_at=clock.now())
    )
    return int(getattr(done, "rowcount", 0))
