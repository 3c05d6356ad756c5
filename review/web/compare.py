"""Hai bản cạnh nhau: two versions of a clip in step, and what differs between them."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from review.queries.clip_page import clip_page, visible_clip
from review.queries.compare import compare
from review.web import access
from review.web.numbers import number
from review.web.parts import parts
from review.web.sessions import current_actor

blueprint = Blueprint("compare", __name__, url_prefix="/clips/<code>/compare")


@blueprint.get("")
@access.signed_in
def show(code: str) -> str:
    """Versions `a` and `b`; unless named, the last two."""
    actor = current_actor()
    with parts().database.read() as session:
        clip, _facts = visible_clip(session, actor, code)
        page = clip_page(session, actor, code)
        newest = page.files[0].number if page.files else 0
        after = request.args.get("b", newest, type=number)
        before = request.args.get("a", after - 1, type=number)
        found = compare(session, clip, before, after)
    files = {file.number: file for file in page.files}
    return render_template(
        "clip/compare.html", page=page, found=found, old=files[before], new=files[after]
    )
