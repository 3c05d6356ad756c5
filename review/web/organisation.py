"""Cơ quan: who answers for the agency, who may sign, its units and routes; to be read."""

from __future__ import annotations

from flask import Blueprint, render_template
from sqlalchemy.orm import Session

from review import clock
from review.permissions import Action
from review.queries import agency, offices, people
from review.queries import organisation as seen
from review.queries.heads import head_at, reigns_of, vacant_since
from review.queries.offices import PostCard
from review.queries.routes import routes_of, rules_of
from review.queries.signers import rule_at
from review.web import access, sessions
from review.web.parts import parts
from review.words.collation import name_key, sort_key

blueprint = Blueprint("organisation", __name__)


@blueprint.get("/organisation")
@access.needs(Action.ORGANISATION_VIEW)
def show() -> str:
    """The whole organisation on one page; an inspector reads here what an administrator keeps."""
    agency_id, today = sessions.agency_id(), clock.today()
    with parts().database.read() as session:
        context = {
            "card": agency.agency_card(session, agency_id),
            "history": seen.agency_history(session, agency_id),
            "head": head_at(session, agency_id, today),
            "vacant": vacant_since(session, agency_id, today),
            "reigns": reigns_of(session, agency_id),
            "rule": rule_at(session, agency_id, today),
            "grants": offices.grants_of(session, agency_id),
            "units": seen.units_of(session, agency_id),
            "posts": _posts_now(session, agency_id),
            "routes": routes_of(session, agency_id),
            "rules": rules_of(session, agency_id),
            "channels": agency.channels_of(session, agency_id),
            "people": people.people_of(session, agency_id),
            "kinds": {kind.code: kind.name for kind in seen.kinds_of_agency(session)},
        }
    return render_template("organisation/show.html", **context, today=today)


def _posts_now(session: Session, agency_id: int) -> list[PostCard]:
    """The head first, then unit by unit, people by given name."""
    present = [one for one in offices.posts_of(session, agency_id) if one.place == "present"]
    return sorted(present, key=lambda one: (not one.lead, sort_key(one.unit), name_key(one.person)))
