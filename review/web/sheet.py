"""Phiếu duyệt: one page for the printer."""

from __future__ import annotations

from flask import Blueprint, url_for

from review.operations.printing import record_print
from review.queries.sheet import sheet_of
from review.sheet.render import render
from review.web import access
from review.web.display import asset
from review.web.parts import parts
from review.web.sessions import current_actor

blueprint = Blueprint("sheet", __name__)


@blueprint.get("/clips/<code>/sheet")
@access.signed_in
def show(code: str) -> str:
    """The sheet. That somebody took it is written into the ledger, once an hour."""
    actor = current_actor()
    record_print(parts().database, actor, code)
    with parts().database.read() as session:
        sheet = sheet_of(session, actor, code)
    address = url_for("clip.show", code=code, _external=True)
    return render(sheet, actor, address, asset("css/sheet.css"))
