"""Giao việc: a clip is given out, handed on, called off; its script is sent and answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from review.dossier import Urgency
from review.errors import Fault, Invalid
from review.operations import assignments, field_drafts, scripts
from review.operations.assignments import AssignmentDraft
from review.permissions import Action, Actor
from review.queries.choices import clip_choices
from review.queries.dossier import assignees
from review.web import access
from review.web.answers import sentence
from review.web.clip_form import draft_from, moment
from review.web.clip_view import Refusal, form_fields, render_clip
from review.web.done import done
from review.web.locale import current_locale
from review.web.parts import parts
from review.web.rows import whole
from review.web.sessions import agency_id, current_actor
from review.words import say

blueprint = Blueprint("assignments", __name__)


@blueprint.get("/assignments/new")
@access.needs(Action.ASSIGNMENT_GIVE)
def new() -> ResponseReturnValue:
    """The form."""
    return _form({}, None)


@blueprint.post("/assignments/new")
@access.needs(Action.ASSIGNMENT_GIVE)
def give() -> ResponseReturnValue:
    """Opens a dossier for somebody to make."""
    form = request.form
    draft = AssignmentDraft(
        assignee_id=whole(form.get("assignee", "")),
        title=form.get("title", ""),
        category_code=form.get("category", ""),
        instruction=form.get("instruction", ""),
        due_at=moment(form.get("due_at", "")),
        basis=form.get("basis", ""),
        needs_script=bool(form.get("needs_script")),
        urgency=form.get("urgency") or Urgency.NORMAL.value,
    )
    try:
        made = assignments.assign(parts().database, current_actor(), draft)
    except Invalid as trouble:
        return _form(form.to_dict(), trouble), 422
    return done("assigned_done", "clip.show", code=made.code, tab="fields")


@blueprint.post("/clips/<code>/assignment")
@access.signed_in
def hand_on(code: str) -> ResponseReturnValue:
    """Hands the clip on to another person."""
    form = request.form
    assignee, reason = whole(form.get("assignee", "")), form.get("reason", "")
    return _act(
        code,
        "assignment",
        "assignment_moved",
        lambda actor, version: assignments.reassign(
            parts().database, actor, code, version, assignee, reason
        ),
    )


@blueprint.post("/clips/<code>/assignment/cancel")
@access.signed_in
def cancel(code: str) -> ResponseReturnValue:
    """Calls the work off."""
    reason = request.form.get("reason", "")
    return _act(
        code,
        "assignment",
        "assignment_cancelled",
        lambda actor, version: assignments.cancel_assignment(
            parts().database, actor, code, version, reason
        ),
    )


@blueprint.post("/clips/<code>/script")
@access.signed_in
def send_script(code: str) -> ResponseReturnValue:
    """Sends the script that stands in the dossier."""
    field_drafts.settle_quietly(parts().database, current_actor(), code, draft_from)
    return _act(
        code,
        "script",
        "script_was_sent",
        lambda actor, version: scripts.send_script(parts().database, actor, code, version),
    )


@blueprint.post("/clips/<code>/script/<int:number>")
@access.signed_in
def decide_script(code: str, number: int) -> ResponseReturnValue:
    """Approves the script, or returns it with a note."""
    agreed, note = request.form.get("agreed") == "1", request.form.get("note", "")
    decide = scripts.approve_script if agreed else scripts.return_script
    return _act(
        code,
        "script",
        "script_done_approved" if agreed else "script_done_returned",
        lambda actor, version: decide(parts().database, actor, code, version, number, note),
    )


def _act(
    code: str, panel: str, words: str, operation: Callable[[Actor, int], object]
) -> ResponseReturnValue:
    """Runs an operation; refused, the page stands as it was, panel open, words in."""
    try:
        operation(current_actor(), request.form.get("version", 0, type=int))
    except Fault as trouble:
        if trouble.code == "not_found":
            raise
        return render_clip(code, tab="fields", refusal=Refusal(trouble, panel, form_fields()))
    return done(words, "clip.show", code=code, tab="fields")


def _form(values: dict[str, str], trouble: Invalid | None) -> str:
    with parts().database.read() as session:
        people = assignees(session, current_actor())
        choices = clip_choices(session, agency_id())
    locale = current_locale()
    context: dict[str, Any] = {
        "people": people,
        "categories": [(one.code, one.name) for one in choices.categories],
        "urgencies": [(one.value, say(f"urgency_{one.value}", locale)) for one in Urgency],
        "form": values,
        "errors": {str(trouble.params.get("field")): sentence(trouble)} if trouble else {},
    }
    return render_template("assignments/new.html", **context)
