"""Trao đổi, xin ý kiến: asking about a clip, and writing the answer down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from media.document_kinds import ENDINGS
from media.errors import MediaError
from media.limits import DOCUMENT_MAX_BYTES, DOCUMENTS_AT_ONCE
from review import clock
from review.errors import Fault, Forbidden
from review.operations import exchanges
from review.operations.documents import Attachment
from review.operations.exchange_rows import ExchangeDraft, ReplyDraft
from review.permissions import Action, require
from review.queries.clip_page import visible_clip
from review.queries.exchange_list import bodies_of, means_of
from review.queries.exchanges import (
    consulting,
    exchange_of,
    orderers_of,
)
from review.queries.facts import facts_of
from review.web import access
from review.web.answers import sentence
from review.web.documents import handed_out, received
from review.web.done import done
from review.web.error_pages import Problem, status_of
from review.web.locale import current_locale
from review.web.parts import parts
from review.web.rows import whole
from review.web.sessions import current_actor
from review.web.streaming import Fields
from review.words import say

blueprint = Blueprint("exchanges", __name__, url_prefix="/clips/<code>/exchanges")
# The ways of asking that every office knows; what it has used besides comes first.
MEANS = ("letter", "telephone", "in_person", "zalo", "email", "meeting")
Values = dict[str, str]
Act = Callable[[Values, Sequence[Attachment]], None]


@blueprint.get("/new")
@access.signed_in
def new(code: str) -> ResponseReturnValue:
    """The form for a question."""
    return _form(code, {}, None)


@blueprint.post("/new")
@access.signed_in_streaming
def create(code: str) -> ResponseReturnValue:
    """Records that somebody was asked."""
    made: list[int] = []

    def record(values: Values, files: Sequence[Attachment]) -> None:
        draft = ExchangeDraft(
            body=values.get("body", ""),
            person=values.get("person", ""),
            means=values.get("means", ""),
            question=values.get("question", ""),
            ordered_by=whole(values.get("ordered_by", "")),
            asked_at=_moment(values, "asked_at"),
            reference=values.get("reference", ""),
        )
        actor = current_actor()
        made.append(exchanges.open_exchange(parts().database, actor, code, draft, files))

    values, trouble = _perform(code, record)
    if trouble is not None:
        return _form(code, values, trouble)
    return done("exchange_opened", "exchanges.show", code=code, exchange_id=made[0])


@blueprint.get("/<int:exchange_id>")
@access.signed_in
def show(code: str, exchange_id: int) -> ResponseReturnValue:
    """One exchange, and what may be written down next."""
    return _show(code, exchange_id, {}, None)


@blueprint.post("/<int:exchange_id>/reply")
@access.signed_in_streaming
def reply(code: str, exchange_id: int) -> ResponseReturnValue:
    """Records the reply."""

    def record(values: Values, files: Sequence[Attachment]) -> None:
        draft = ReplyDraft(
            person=values.get("person", ""),
            text=values.get("text", ""),
            said_at=_moment(values, "said_at"),
            means=values.get("means", ""),
            reference=values.get("reference", ""),
        )
        exchanges.reply(parts().database, current_actor(), code, exchange_id, draft, files)

    return _added(code, exchange_id, record, "reply", "exchange_replied")


@blueprint.post("/<int:exchange_id>/note")
@access.signed_in_streaming
def note(code: str, exchange_id: int) -> ResponseReturnValue:
    """Adds a correction or a further document."""

    def record(values: Values, files: Sequence[Attachment]) -> None:
        text = values.get("text", "")
        exchanges.add_note(parts().database, current_actor(), code, exchange_id, text, files)

    return _added(code, exchange_id, record, "note", "exchange_noted")


@blueprint.post("/<int:exchange_id>/withdraw")
@access.signed_in
def withdraw(code: str, exchange_id: int) -> ResponseReturnValue:
    """Ends an exchange that was opened by mistake."""
    values = request.form.to_dict()
    try:
        reason = values.get("text", "")
        exchanges.withdraw_exchange(parts().database, current_actor(), code, exchange_id, reason)
    except Fault as trouble:
        if trouble.code == "not_found":
            raise
        return _show(code, exchange_id, values, trouble, "withdraw")
    return done("exchange_withdrawn", "exchanges.show", code=code, exchange_id=exchange_id)


@blueprint.get("/<int:exchange_id>/documents/<int:document_id>")
@access.signed_in
def document(code: str, exchange_id: int, document_id: int) -> Response:
    """A file of the exchange."""
    return handed_out(
        exchanges.open_document(parts().database, current_actor(), code, exchange_id, document_id)
    )


# ── forms ─────────────────────────────────────────────────────────────────────────────────────


def _perform(code: str, act: Act) -> tuple[Values, Problem | None]:
    """Reads the form and does `act` with it; what was typed comes back with what went wrong."""
    fields: Fields = {}

    def admit() -> None:
        with parts().database.read() as session:
            clip, _facts = visible_clip(session, current_actor(), code)
            require(current_actor(), Action.EXCHANGE_RECORD, facts_of(session, clip))

    with parts().database.read() as session:
        visible_clip(session, current_actor(), code)
    try:
        with received(admit, fields) as files:
            act(_plain(fields), files)
    except (Fault, MediaError) as trouble:
        if trouble.code in ("csrf_failed", "not_found", "role_missing"):
            raise
        return _plain(fields), trouble
    return _plain(fields), None


def _added(code: str, exchange_id: int, act: Act, panel: str, words: str) -> ResponseReturnValue:
    values, trouble = _perform(code, act)
    if trouble is not None:
        return _show(code, exchange_id, values, trouble, panel)
    return done(words, "exchanges.show", code=code, exchange_id=exchange_id)


def _form(code: str, values: Values, trouble: Problem | None) -> ResponseReturnValue:
    actor = current_actor()
    with parts().database.read() as session:
        clip, facts = visible_clip(session, actor, code)
        require(actor, Action.EXCHANGE_RECORD, facts)
        context = {
            "code": clip.code,
            "title": clip.title,
            "orderers": orderers_of(session, clip.agency_id),
            "bodies": bodies_of(session, actor),
            "means": _means(means_of(session, actor)),
        }
    html = render_template("exchanges/new.html", **context, **_forms(values, trouble))
    return html, status_of(trouble) if trouble else 200


def _show(
    code: str, exchange_id: int, values: Values, trouble: Problem | None, panel: str = ""
) -> ResponseReturnValue:
    actor = current_actor()
    with parts().database.read() as session:
        clip, facts = visible_clip(session, actor, code)
        one = exchange_of(session, clip.id, exchange_id)
        means = _means(means_of(session, actor))
        context = {"code": clip.code, "title": clip.title, "one": one, "means": means}
        context["consulting"] = consulting(session, clip.id)
    with suppress(Forbidden):
        require(actor, Action.EXCHANGE_RECORD, facts)
        context["may_record"] = True
    html = render_template("exchanges/show.html", **context, **_forms(values, trouble), panel=panel)
    return html, status_of(trouble) if trouble else 200


def _forms(values: Values, trouble: Problem | None) -> dict[str, Any]:
    """What every form here needs: what was typed, what was wrong with it, what may be attached."""
    place = str(trouble.params.get("field", "")) if trouble else ""
    return {
        "values": values,
        "fault": sentence(trouble) if trouble else None,
        "place": place,
        "now": clock.local(clock.now()).strftime("%Y-%m-%dT%H:%M"),
        "accept": ",".join(ENDINGS),
        "max_files": DOCUMENTS_AT_ONCE,
        "max_bytes": DOCUMENT_MAX_BYTES,
    }


def _means(used: tuple[str, ...]) -> list[str]:
    known = [say(f"means_{name}", current_locale()) for name in MEANS]
    return list(dict.fromkeys((*known, *used)))


def _plain(fields: Fields) -> Values:
    return {name: some[0] for name, some in fields.items() if some}


def _moment(values: Values, name: str) -> datetime | None:
    """A moment as the browser's own field sends it, on the clock of Vietnam."""
    try:
        return datetime.fromisoformat(values.get(name, "").strip()).replace(tzinfo=clock.LOCAL)
    except ValueError:
        return None
