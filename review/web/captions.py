"""The words of a clip: saved, taken, restored, uploaded, checked. Every change is a version."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from media.limits import CAPTION_FILE_MAX_BYTES
from review.errors import Fault, Invalid
from review.operations import caption_checks, transcripts
from review.web import access
from review.web.caption_form import lines_from, rows_from
from review.web.clip_view import Refusal, render_clip
from review.web.locale import current_locale
from review.web.numbers import number
from review.web.parts import parts
from review.web.sessions import current_actor
from review.web.streaming import file_name
from review.words import say

blueprint = Blueprint("captions", __name__, url_prefix="/clips/<code>/captions")


@blueprint.post("")
@access.signed_in
def save(code: str) -> ResponseReturnValue:
    """Saves the typed lines. Refused, they stand in the page as they were typed."""
    rows = rows_from(request.form)
    try:
        lines = lines_from(rows)
        transcripts.save_captions(parts().database, current_actor(), code, _version(), lines)
    except Fault as trouble:
        base = request.form.get("base", 0, type=number)
        refusal = Refusal(trouble, lines=rows, base=base)
        return render_clip(code, tab="captions", editing=True, refusal=refusal)
    return _done(code, "captions_saved")


@blueprint.post("/take")
@access.signed_in
def take(code: str) -> ResponseReturnValue:
    """Takes what the machine proposed."""
    return _choose(code, transcripts.take_proposal, "captions_saved", "captions")


@blueprint.post("/restore")
@access.signed_in
def restore(code: str) -> ResponseReturnValue:
    """Makes an earlier version count again."""
    return _choose(code, transcripts.restore_captions, "captions_restored", "versions")


@blueprint.post("/upload")
@access.signed_in
def upload(code: str) -> ResponseReturnValue:
    """Takes a SubRip or WebVTT file as a new version."""
    sent = request.files.get("file")
    # One byte more than is allowed is enough to see that there is too much.
    data = sent.stream.read(CAPTION_FILE_MAX_BYTES + 1) if sent else b""
    try:
        if sent is None or not sent.filename:
            raise Invalid("caption_file_missing", field="file")
        name = file_name(sent.filename)
        transcripts.upload_captions(parts().database, current_actor(), code, _version(), data, name)
    except Fault as trouble:
        return render_clip(code, tab="captions", refusal=Refusal(trouble, panel="captions_upload"))
    return _done(code, "captions_uploaded")


@blueprint.post("/check")
@access.signed_in
def check(code: str) -> ResponseReturnValue:
    """Records that this person has checked the words shown."""
    shown = request.form.get("captions_id", 0, type=number)
    try:
        caption_checks.check_captions(parts().database, current_actor(), code, shown)
    except Fault as trouble:
        return render_clip(code, tab="captions", refusal=Refusal(trouble))
    if request.form.get("from") == "sign":
        flash(say("captions_checked", current_locale()), "success")
        return redirect(url_for("sign.show", code=code), 303)
    return _done(code, "captions_checked")


def _choose(
    code: str, operation: Callable[..., object], words: str, tab: str
) -> ResponseReturnValue:
    chosen = request.form.get("captions_id", 0, type=number)
    try:
        operation(parts().database, current_actor(), code, _version(), chosen)
    except Fault as trouble:
        return render_clip(code, tab=tab, refusal=Refusal(trouble))
    return _done(code, words)


def _version() -> int:
    return request.form.get("version", 0, type=number)


def _done(code: str, words: str) -> ResponseReturnValue:
    flash(say(words, current_locale()), "success")
    return redirect(url_for("clip.show", code=code, tab="captions"), 303)
