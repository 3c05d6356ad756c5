"""Administration of posts: who was appointed to what, from when to when."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from review import clock
from review.errors import Conflict, Fault, Forbidden, Invalid
from review.offices import Lead
from review.operations import posts
from review.operations.posts import PostDraft
from review.permissions import Action
from review.queries import offices, organisation, people
from review.queries.heads import head_at, vacant_since
from review.web import access, office_forms, rows, sessions
from review.web.done import done
from review.web.error_pages import status_of
from review.web.parts import parts

blueprint = Blueprint("admin_posts", __name__, url_prefix="/admin")


@blueprint.get("/people/<int:person_id>/posts")
@access.needs(Action.PEOPLE_MANAGE)
def show(person_id: int) -> ResponseReturnValue:
    """The posts of one person through the years, and the form for the next."""
    return _page(person_id)


@blueprint.post("/people/<int:person_id>/posts")
@access.needs(Action.PEOPLE_MANAGE)
def give(person_id: int) -> ResponseReturnValue:
    """Appoints the person."""
    try:
        posts.give_post(parts().database, sessions.current_actor(), person_id, _draft())
    except (Invalid, Conflict, Forbidden) as fault:
        return _page(person_id, request.form.to_dict(), fault), status_of(fault)
    return done("saved", "admin_posts.show", person_id=person_id)


@blueprint.post("/posts/<int:post_id>")
@access.needs(Action.PEOPLE_MANAGE)
def correct(post_id: int) -> ResponseReturnValue:
    """Mends a slip, or puts the post into its unit."""
    card = _card(post_id)
    try:
        posts.correct_post(parts().database, sessions.current_actor(), post_id, _draft())
    except (Invalid, Conflict) as fault:
        return _page(card.person_id, None, fault), 422
    return done("saved", "admin_posts.show", person_id=card.person_id)


@blueprint.post("/posts/<int:post_id>/end")
@access.needs(Action.PEOPLE_MANAGE)
def end(post_id: int) -> ResponseReturnValue:
    """Ends a post after a day."""
    card = _card(post_id)
    day = office_forms.day(request.form, "valid_to")
    try:
        posts.end_post(parts().database, sessions.current_actor(), post_id, day)
    except (Invalid, Conflict) as fault:
        return _page(card.person_id, None, fault), 422
    return done("saved", "admin_posts.show", person_id=card.person_id)


def _card(post_id: int) -> offices.PostCard:
    with parts().database.read() as session:
        return offices.post_of(session, sessions.agency_id(), post_id)


def _draft() -> PostDraft:
    form = request.form
    lead = form.get("lead", "")
    return PostDraft(
        title=form.get("title", ""),
        valid_from=office_forms.day(form, "valid_from"),
        valid_to=office_forms.day(form, "valid_to"),
        unit_id=rows.whole(form.get("unit_id", "")),
        lead=Lead(lead) if lead in set(Lead) else Lead.NONE,
        main=bool(form.get("main")),
        basis=office_forms.basis(form),
        replaces=bool(form.get("replaces")),
        moves=bool(form.get("moves")),
    )


def _page(person_id: int, values: dict[str, str] | None = None, fault: Fault | None = None) -> str:
    agency_id, today = sessions.agency_id(), clock.today()
    with parts().database.read() as session:
        card = people.person_of(session, agency_id, person_id)
        held = offices.posts_of(session, agency_id, person_id=person_id)
        units = organisation.units_of(session, agency_id)
        head = head_at(session, agency_id, today)
        vacant = vacant_since(session, agency_id, today)
    return render_template(
        "admin/posts.html",
        card=card,
        posts=held,
        units=[unit for unit in units if not unit.closed],
        head=head,
        vacant=vacant,
        values=values or {"valid_from": today.isoformat(), "main": "1"},
        fault=fault,
        today=today,
    )
