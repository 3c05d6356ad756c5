"""Administration of room: what the agency's files take, and how much they may."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from media.limits import GIB
from review.errors import Fault, Invalid
from review.operations import quotas
from review.permissions import Action
from review.queries.uploads import storage_use
from review.web import access, sessions
from review.web.done import done
from review.web.parts import parts

blueprint = Blueprint("admin_storage", __name__, url_prefix="/admin/storage")


@blueprint.get("")
@access.needs(Action.QUOTA_MANAGE)
def show() -> ResponseReturnValue:
    """What is used, and the limit."""
    return _page()


@blueprint.post("")
@access.needs(Action.QUOTA_MANAGE)
def change() -> ResponseReturnValue:
    """Another limit, or none."""
    text = request.form.get("quota", "").strip()
    try:
        quotas.set_quota(parts().database, sessions.current_actor(), _bytes(text))
    except Invalid as fault:
        return _page(text, fault), 422
    return done("quota_saved", "admin_storage.show")


def _bytes(text: str) -> int | None:
    """Whole gigabytes as typed; empty is without a limit, anything else is out of range."""
    if not text:
        return None
    return int(text) * GIB if text.isascii() and text.isdecimal() and len(text) <= 8 else 0


def _page(typed: str | None = None, fault: Fault | None = None) -> str:
    here = parts()
    with here.database.read() as session:
        use = storage_use(session, sessions.agency_id())
    kept = "" if use.quota is None else str(use.quota // GIB)
    return render_template(
        "admin/storage.html",
        use=use,
        free=here.storage.free_bytes(),
        quota=kept if typed is None else typed,
        fault=fault,
    )
