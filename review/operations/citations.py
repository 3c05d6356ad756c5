"""Which directives a clip rests on. It is said about a clip, not signed with it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from review import clock
from review.audit import Act, Entry
from review.db import Database
from review.errors import Conflict, Invalid, NotFound
from review.models import Clip, ClipDirective, Directive
from review.operations.clip_access import clip_entry, load_clip
from review.operations.directives import said
from review.permissions import Action, Actor, require
from review.queries.facts import facts_of


def cite(db: Database, actor: Actor, code: str, directive_id: int) -> None:
    """Clip `code` cites a directive of its agency.

    Raises NotFound, Forbidden, Invalid('directive_retired'), Conflict('directive_cited').
    """
    with db.transaction() as unit:
        clip, directive = _both(unit.session, actor, code, directive_id)
        if directive.retired_at is not None:
            raise Invalid("directive_retired")
        if unit.session.get(ClipDirective, (clip.id, directive.id)) is not None:
            raise Conflict("directive_cited")
        unit.session.add(
            ClipDirective(clip_id=clip.id, directive_id=directive.id, created_at=clock.now())
        )
        unit.session.flush()
        unit.record(_entry(Act.DIRECTIVE_CITED, actor, clip, directive))


def uncite(db: Database, actor: Actor, code: str, directive_id: int) -> None:
    """It no longer does. Raises NotFound, Forbidden."""
    with db.transaction() as unit:
        clip, directive = _both(unit.session, actor, code, directive_id)
        link = unit.session.get(ClipDirective, (clip.id, directive.id))
        if link is None:
            raise NotFound("not_found")
        unit.session.delete(link)
        unit.session.flush()
        unit.record(_entry(Act.DIRECTIVE_UNCITED, actor, clip, directive))


def _both(session: Session, actor: Actor, code: str, directive_id: int) -> tuple[Clip, Directive]:
    clip = load_clip(session, actor, code, lock=True)
    require(actor, Action.DIRECTIVE_CITE, facts_of(session, clip))
    directive = session.get(Directive, directive_id)
    if directive is None or directive.agency_id != clip.agency_id:
        raise NotFound("not_found")
    return clip, directive


def _entry(act: Act, actor: Actor, clip: Clip, directive: Directive) -> Entry:
    after = {"directive_id": directive.id}
    return clip_entry(act, actor, clip, after=after, texts={"directive": said(directive)})
