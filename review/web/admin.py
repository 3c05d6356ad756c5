"""Administration of people: accounts, roles, posts."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from review.errors import Conflict, Fault, Invalid
from review.operations import accounts
from review.permissions import Action, Role
from review.queries import people
from review.web import access, rows, sessions
from review.web.done import done
from review.web.parts import parts

blueprint = Blueprint("admin", __name__, url_prefix="/admin")


@blueprint.get("")
@access.needs(Action.PEOPLE_MANAGE)
def people_list() -> ResponseReturnValue:
    """Everybody, by given name."""
    with parts().database.read() as session:
        found = people.people_of(session, sessions.agency_id())
    return render_template("admin/people.html", people=found)


@blueprint.get("/people/new")
@access.needs(Action.PEOPLE_MANAGE)
def new_person() -> ResponseReturnValue:
    """The empty form."""
    return _person_form(None, {}, frozenset())


@blueprint.post("/people/new")
@access.needs(Action.PEOPLE_MANAGE)
def add_person() -> ResponseReturnValue:
    """Makes the account and shows its activation link, this once."""
    form = request.form
    roles = rows.roles_of(form.getlist("roles"))
    draft = accounts.PersonDraft(
        form.get("username", ""), form.get("full_name", ""), form.get("post", ""), roles
    )
    try:
        made = accounts.add_person(parts().database, sessions.current_actor(), draft)
    except Invalid as fault:
        return _person_form(None, form.to_dict(), roles, fault), 422
    return _invited(made)


@blueprint.get("/people/<int:person_id>")
@access.needs(Action.PEOPLE_MANAGE)
def person(person_id: int) -> ResponseReturnValue:
    """One account and what can be done about it."""
    card = _card(person_id)
    return _person_form(card, {"post": card.post}, frozenset(card.roles))


@blueprint.post("/people/<int:person_id>")
@access.needs(Action.PEOPLE_MANAGE)
def change_person(person_id: int) -> ResponseReturnValue:
    """New roles, a new post."""
    card, form = _card(person_id), request.form
    roles = rows.roles_of(form.getlist("roles"))
    try:
        accounts.set_roles(
            parts().database, sessions.current_actor(), person_id, roles, form.get("post", "")
        )
    except (Invalid, Conflict) as fault:
        return _person_form(card, form.to_dict(), roles, fault), 422
    return done("saved", "admin.people_list")


@blueprint.post("/people/<int:person_id>/disable")
@access.needs(Action.PEOPLE_MANAGE)
def disable_person(person_id: int) -> ResponseReturnValue:
    """Closes the account; its logins end now."""
    accounts.disable_person(parts().database, sessions.current_actor(), person_id)
    return done("person_disabled", "admin.people_list")


@blueprint.post("/people/<int:person_id>/enable")
@access.needs(Action.PEOPLE_MANAGE)
def enable_person(person_id: int) -> ResponseReturnValue:
    """Opens the account again."""
    accounts.enable_person(parts().database, sessions.current_actor(), person_id)
    return done("person_enabled", "admin.people_list")


@blueprint.post("/people/<int:person_id>/invite")
@access.needs(Action.PEOPLE_MANAGE)
def invite_person(person_id: int) -> ResponseReturnValue:
    """A fresh activation link; the older one stops working."""
    return _invited(accounts.invite_again(parts().database, sessions.current_actor(), person_id))


def _card(person_id: int) -> people.PersonCard:
    with parts().database.read() as session:
        return people.person_of(session, sessions.agency_id(), person_id)


def _person_form(
    card: people.PersonCard | None,
    values: dict[str, str],
    roles: frozenset[Role],
    fault: Fault | None = None,
) -> str:
    return render_template(
        "admin/person.html",
        card=card,
        values=values,
        roles=roles,
        # The head's role comes with the head's post, never by a tick.
        all_roles=[role for role in Role if role is not Role.HEAD],
        fault=fault,
    )


def _invited(made: accounts.Invitation) -> str:
    return render_template(
        "admin/invited.html", invitation=made, base_url=parts().settings.base_url
    )
