"""The ledger by API: the evidence as JSON lines."""

from __future__ import annotations

import tempfile
from pathlib import Path

from flask import Response, send_file
from flask_smorest import Blueprint

from review.audit.export import export_to
from review.operations.exports import allow_export, record_export
from review.permissions import Action
from review.web import access, sessions
from review.web.parts import parts

blueprint = Blueprint("api_ledger", __name__, url_prefix="/api/v1/audit")


@blueprint.get("")
@access.token(Action.LOG_EXPORT)
@blueprint.doc(responses={"200": {"description": "JSON lines, the last one the manifest"}})
def lines() -> Response:
    """The agency's whole ledger; taking it is itself an entry."""
    actor = sessions.current_actor()
    agency_id = allow_export(actor)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "audit.jsonl"
        made = export_to(parts().database, path, "jsonl", scope=agency_id)
        record_export(parts().database, actor, {}, "jsonl", made.count, made.sha256)
        # The open file outlives its name: the folder goes as soon as this view returns.
        return send_file(path.open("rb"), mimetype="application/x-ndjson")
