"""The first page of an empty installation: from nothing to accounts that can be activated."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from review.errors import Invalid, NotFound
from review.offices import GRANTED
from review.operations import accounts, setup
from review.operations.agencies import CHANNEL_KINDS, MAX_LEVELS
from review.operations.organisation import PROFILES
from review.operations.setup import FIRST, FURTHER, InstallationDraft
from review.operations.signing_rules import HEAD_IN_PERSON, SigningDraft
from review.permissions import DECIDING, Role
from review.queries.organisation import kinds_of_agency
from review.web import access, office_forms, rows, sessions
from review.web.admin_signing import capacities_from
from review.web.locale import current_locale
from review.web.parts import parts
from review.words import say

blueprint = Blueprint("setup", __name__)

# Without script a page cannot grow; the head and four more cover a small office's first day.
PEOPLE_ROWS = 5
# The customary way up, as a proposal: the levels, who holds them, hours for each.
PROPOSED_LEVELS = ((Role.EDITOR, 4), (Role.SECTION_HEAD, 4), (Role.HEAD, 8))
PROPOSED_PEOPLE = (Role.HEAD, Role.SECTION_HEAD, Role.EDITOR, Role.REPORTER, Role.CHANNEL_MANAGER)
PROPOSED_CHANNELS = ("facebook", "website")


@blueprint.get("/setup/<secret>")
@access.public("the link is the proof")
def form_page(secret: str) -> ResponseReturnValue:
    """The form, with the customary route filled in. Looking uses nothing up."""
    return _form(secret, _proposal())


@blueprint.post("/setup/<secret>")
@access.public("the link is the proof")
def create(secret: str) -> ResponseReturnValue:
    """Makes the agency and shows each person's activation link, this once."""
    form = request.form
    draft = InstallationDraft(
        kind=form.get("kind", ""),
        name=form.get("name", ""),
        parent_name=form.get("parent_name", ""),
        place=form.get("place", ""),
        profile=form.get("profile", ""),
        people=rows.people_from(form),
        levels=rows.levels_from(form),
        channels=rows.channels_from(form),
        signing=_signing(form),
        answers_quality=bool(form.get("author_quality")),
        answers_legal=bool(form.get("author_legal")),
    )
    try:
        made = setup.create_installation(parts().database, secret, draft, sessions.address())
    except Invalid as fault:
        return _form(secret, form.to_dict(), fault), 422
    return render_template("setup/done.html", invitations=made, base_url=parts().settings.base_url)


def _form(secret: str, values: dict[str, str], fault: Invalid | None = None) -> str:
    if accounts.look_at_link(parts().database, secret).purpose not in (FIRST, FURTHER):
        raise NotFound("link_gone")
    with parts().database.read() as session:
        kinds = kinds_of_agency(session)
    filled = len(rows.rows_of(_multi(values), "person"))
    return render_template(
        "setup/form.html",
        values=values,
        fault=fault,
        kinds=kinds,
        granted=[capacity.value for capacity in GRANTED],
        profiles=PROFILES,
        people_rows=max(PEOPLE_ROWS, filled),
        level_rows=MAX_LEVELS,
        person_roles=[role for role in Role if role not in (Role.HEAD, Role.WATCHER)],
        level_roles=[role for role in Role if role in DECIDING and role is not Role.HEAD],
        channel_kinds=CHANNEL_KINDS,
    )


def _signing(form: rows.Form) -> SigningDraft:
    """Who may sign for the head; only what was chosen together with "others may"."""
    if form.get("signing") != "others":
        return HEAD_IN_PERSON
    return SigningDraft(
        capacities_from([code for code in GRANTED if form.get(f"capacity_{code}")]),
        bool(form.get("signing_political")),
        basis=office_forms.basis(form),
    )


def _proposal() -> dict[str, str]:
    values = {"kind": "culture_centre", "profile": "nha_nuoc", "person0_administrator": "1"}
    values["signing"] = "head"
    for number, role in enumerate(PROPOSED_PEOPLE):
        values[f"person{number}_role"] = role.value
    offset = MAX_LEVELS - len(PROPOSED_LEVELS)
    for number, (role, hours) in enumerate(PROPOSED_LEVELS):
        values[f"level{number + offset}_role"] = role.value
        values[f"level{number + offset}_label"] = say(f"role_{role.value}", current_locale())
        values[f"level{number + offset}_due_hours"] = str(hours)
    values[f"level{offset}_legal"] = values[f"level{offset + 1}_quality"] = "1"
    values[f"level{MAX_LEVELS - 1}_label"] = say("setup_head_post", current_locale())
    for number, kind in enumerate(CHANNEL_KINDS):
        values[f"channel{number}_name"] = say(f"channel_{kind}", current_locale())
        if kind in PROPOSED_CHANNELS:
            values[f"channel{number}_on"] = "1"
    return values


def _multi(values: dict[str, str]) -> rows.Form:
    return rows.Form(values)
