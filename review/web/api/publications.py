"""Publications by API: the receiver of a hook reports what became of it."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from review.operations import publishing
from review.web import access, sessions
from review.web.api import schemas
from review.web.parts import parts

blueprint = Blueprint("api_publications", __name__, url_prefix="/api/v1/publications")


@blueprint.post("/<int:publication_id>/result")
@access.token()
@blueprint.arguments(schemas.Result)
@blueprint.response(204)
def report(result: dict[str, Any], publication_id: int) -> None:
    """Report that a publication was posted, or failed. Saying it twice changes nothing."""
    publishing.report_result(
        parts().database,
        sessions.current_actor(),
        publication_id,
        result["url"],
        result["status"],
        result["detail"],
    )
