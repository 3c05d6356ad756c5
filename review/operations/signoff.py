"""The sign-off: the accountable head's act on exactly one digest."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from review import clock
from review.audit import Act
from review.db import Database, Transaction
from review.digests import manifest
from review.errors import Conflict, Forbidden, Invalid, NeedsPassword
from review.models import Clip, Person, Revision, SignOff, WebSession
from review.operations import publishing
from review.operations.clip_access import bump, clip_entry, take_clip
from review.operations.rising import decide
from review.permissions import Action, Actor
from review.queries.caption_checks import require_for_decision
from review.queries.covered import covered
from review.queries.facts import levels_of, roles_of
from review.queries.heads import head_at
from review.queries.paper_names import names_now
from review.queries.remarks import require_settled
from review.queries.signing import ASSESSMENTS, signing_sheet
from review.states import ClipState, Move, next_state


@dataclass(frozen=True)
class SignOffRef:
    """A sign-off that now stands."""

    id: int
    clip_code: str
    digest: str


def sign(
    db: Database,
    actor: Actor,
    code: str,
    version: int,
    digest: str,
    assessments: Iterable[str],
    political: bool,
    note: str = "",
) -> SignOffRef:
    """Confirms the digest that the signer was shown, and plans what follows from it.

    Raises Stale, Forbidden, NeedsPassword('signing_closed'), Invalid('assessment_missing'),
    Conflict: 'digest_changed', 'captions_unchecked', 'captions_unchecked_by_other', and as
    `ordered.require_made` does. Who and what is judged inside the transaction, from the rows as
    they are, not from what the request knew.
    """
    with db.transaction() as unit:
        signer = _signer_now(unit, actor)
        clip = take_clip(unit.session, signer, code, version, Action.CLIP_SIGN)
        _window_open(unit, signer)
        if set(assessments) != set(ASSESSMENTS):
            raise Invalid("assessment_missing", field="assessments")
        if political != clip.political:
            raise Conflict("sign.political_differs")
        require_for_decision(unit.session, clip, levels_of(unit.session, clip.route_id)[-1])
        require_settled(unit.session, clip)
        sheet = signing_sheet(unit.session, clip, signer)
        if not hmac.compare_digest(sheet.digest, digest):
            raise Conflict("digest_changed")
        clip.state = next_state(ClipState(clip.state), Move.SIGN)
        decide(unit, signer, clip, "signed", "", note)
        act = _write(unit, signer, clip, sheet.digest, sheet.statement, note)
        publishing.plan(unit, signer, clip, act)
        clip.waiting_since, clip.due_at = None, None
        bump(clip)
        return SignOffRef(act.id, clip.code, act.digest)


def _write(
    unit: Transaction, signer: Actor, clip: Clip, digest: str, statement: str, note: str
) -> SignOff:
    revision = unit.session.get_one(Revision, clip.revision_id)
    act = SignOff(
        clip_id=clip.id,
        round=clip.round,
        revision_id=revision.id,
        captions_id=revision.captions_id,
        digest=digest,
        manifest=manifest(covered(unit.session, clip)),
        statement=statement,
        assessments=list(ASSESSMENTS),
        note=note.strip(),
        **_snapshots(unit.session, signer, clip),
        method="password",
        created_at=clock.now(),
    )
    unit.session.add(act)
    unit.session.flush()
    texts = {"statement": statement, "note": act.note}
    said = _said(act, revision.number, political=clip.political)
    unit.record(clip_entry(Act.SIGNED, signer, clip, after=said, texts=texts))
    return act


def _snapshots(session: Session, signer: Actor, clip: Clip) -> dict[str, Any]:
    """Who signs, in what right, and what everything is called on this day."""
    head = head_at(session, clip.agency_id, clock.today())
    if head is None or head.person_id != signer.person_id:
        raise Forbidden("signer_missing")
    names = names_now(session, clip)
    return {
        "person_id": signer.person_id,
        "person_name": signer.name,
        "person_post": signer.post,
        "capacity": head.capacity,
        "agency_name": names.agency,
        "names": vars(names),
    }


def _said(act: SignOff, revision: int, *, political: bool) -> dict[str, object]:
    return {
        "sign_off": act.id,
        "digest": act.digest,
        "revision": revision,
        "captions": act.captions_id,
        "political": political,
        "capacity": act.capacity,
        "method": act.method,
        "assessments": act.assessments,
    }


def _signer_now(unit: Transaction, actor: Actor) -> Actor:
    """The actor with name, post and roles as the rows say at this moment."""
    person = unit.session.get(Person, actor.person_id) if actor.person_id else None
    if person is None or person.disabled_at is not None:
        raise Forbidden("account_disabled")
    roles = roles_of(unit.session, person)
    return replace(actor, name=person.full_name, post=person.post, roles=roles)


def _window_open(unit: Transaction, actor: Actor) -> None:
    row = unit.session.get(WebSession, actor.session_id) if actor.session_id else None
    moment = clock.now()
    if row is None or row.ended_at is not None or row.person_id != actor.person_id:
        raise Forbidden("account_disabled")
    if row.signing_until is None or row.signing_until <= moment:
        raise NeedsPassword("signing_closed")
