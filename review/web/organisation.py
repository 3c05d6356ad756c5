"""Cơ quan: who answers for the agency, who may sign, its units and routes; to be read."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, render_template

from review import clock
from review.permissions import Action
from review.queries import agency, offices, people
from review.queries import organisation as seen
from review.queries.choices import all_categories
from review.queries.heads import head_at, reigns_of, vacant_since
from review.queries.offices import PostCard
from review.queries.routes import routes_of, rules_of
from review.queries.signers import rule_at
from review.queries.ticks import ticks_of
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
        held = offices.posts_of(session, agency_id)
        context = {
            "card": agency.agency_card(session, agency_id),
            "history": seen.agency_history(session, agency_id),
            "head": head_at(session, agency_id, today),
            "vacant": vacant_since(session, agency_id, today),
            "reigns": reigns_of(session, agency_id),
            "rule": rule_at(session, agency_id, today),
            "grants": offices.grants_of(session, agency_id),
            "units": seen.units_of(session, agency_id),
            "posts": _in_order(one for one in held if one.place == "present"),
            "former": _in_order(one for one in held if one.place != "present"),
            "routes": routes_of(session, agency_id),
            "rules": rules_of(session, agency_id),
            "categories": all_categories(session, agency_id),
            "ticks": ticks_of(session, agency_id),
            "channels": agency.channels_of(session, agency_id),
            "people": people.people_of(session, agency_id),
            "kinds": {kind.code: kind.name for kind in seen.kinds_of_agency(session)},
        }
    return render_template("organisation/show.html", **context, today=today)


def _in_order(posts: Iterable[PostCard]) -> list[PostCard]:
    """The head first, then unit by unit, people by given name."""
    return sorted(posts, key=lambda one: (not one.lead, sort_key(one.unit), name_key(one.person)))
