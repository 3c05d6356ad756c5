"""Administration of channels and of their hooks."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from review import secrets_box
from review.errors import Fault, Invalid
from review.operations import agencies
from review.operations.agencies import CHANNEL_KINDS, ChannelDraft
from review.permissions import Action
from review.queries import agency, people
from review.web import access, rows, sessions
from review.web.done import done
from review.web.parts import parts

blueprint = Blueprint("admin_channels", __name__, url_prefix="/admin/channels")


@blueprint.get("")
@access.needs(Action.CHANNELS_MANAGE)
def index() -> ResponseReturnValue:
    """The register of channels."""
    with parts().database.read() as session:
        found = agency.channels_of(session, sessions.agency_id())
    return render_template("admin/channels.html", channels=found)


@blueprint.get("/new")
@access.needs(Action.CHANNELS_MANAGE)
def new_channel() -> ResponseReturnValue:
    """The empty form."""
    return _channel_form(None, {"active": "1"})


@blueprint.post("/new")
@access.needs(Action.CHANNELS_MANAGE)
def add_channel() -> ResponseReturnValue:
    """Registers a channel."""
    try:
        agencies.add_channel(parts().database, sessions.current_actor(), _channel_draft())
    except Invalid as fault:
        return _channel_form(None, request.form.to_dict(), fault), 422
    return done("saved", "admin_channels.index")


@blueprint.get("/<int:channel_id>")
@access.needs(Action.CHANNELS_MANAGE)
def channel(channel_id: int) -> ResponseReturnValue:
    """One channel, with its hook."""
    return _channel_form(channel_id)


@blueprint.post("/<int:channel_id>")
@access.needs(Action.CHANNELS_MANAGE)
def change_channel(channel_id: int) -> ResponseReturnValue:
    """Changes a channel, or closes it."""
    try:
        agencies.change_channel(
            parts().database, sessions.current_actor(), channel_id, _channel_draft()
        )
    except Invalid as fault:
        return _channel_form(channel_id, request.form.to_dict(), fault), 422
    return done("saved", "admin_channels.index")


@blueprint.post("/<int:channel_id>/hook")
@access.needs(Action.CHANNELS_MANAGE)
def set_hook(channel_id: int) -> ResponseReturnValue:
    """Aims the channel at a receiver; the signing secret is on this answer and nowhere else."""
    key = secrets_box.box_key(parts().settings.secret_key)
    url = "" if request.form.get("remove") else request.form.get("hook_url", "")
    if not url.strip() and not request.form.get("remove"):
        return _channel_form(channel_id, hook_fault=Invalid("url_form", field="hook_url")), 422
    try:
        secret = agencies.set_hook(
            parts().database,
            sessions.current_actor(),
            channel_id,
            url,
            partial(secrets_box.seal, key),
        )
    except Invalid as fault:
        return _channel_form(channel_id, hook_fault=fault), 422
    if not secret:
        return done("hook_removed", "admin_channels.channel", channel_id=channel_id)
    return _channel_form(channel_id, hook_secret=secret)


def _channel_draft() -> ChannelDraft:
    form = request.form
    return ChannelDraft(
        kind=form.get("kind", ""),
        name=form.get("name", ""),
        url=form.get("url", ""),
        manager_id=rows.whole(form.get("manager_id", "")),
        active=bool(form.get("active")),
    )


def _channel_form(
    channel_id: int | None,
    values: dict[str, str] | None = None,
    fault: Fault | None = None,
    **hook: object,
) -> str:
    with parts().database.read() as session:
        card = agency.channel_of(session, sessions.agency_id(), channel_id) if channel_id else None
        staff = [one for one in people.people_of(session, sessions.agency_id()) if not one.disabled]
    if values is None and card is not None:
        values = {
            "kind": card.kind,
            "name": card.name,
            "url": card.url,
            "manager_id": str(card.manager_id or ""),
            "active": "1" if card.active else "",
        }
    return render_template(
        "admin/channel.html",
        card=card,
        values=values or {},
        fault=fault,
        people=staff,
        kinds=CHANNEL_KINDS,
        **hook,
    )
