"""The JSON API under /api/v1: programs upload and read; none can decide or sign."""

from __future__ import annotations

from typing import Any, cast

from flask import Flask
from flask_smorest import Api

from review.web import access
from review.web.api import clips, ledger, publications, uploads

TITLE = "Duyệt Clip"
VERSION = "v1"
BEARER = {"type": "http", "scheme": "bearer"}


def install(app: Flask) -> None:
    """Registers the API and its OpenAPI document at /api/v1/openapi.json."""
    app.config.update(
        API_TITLE=TITLE,
        API_VERSION=VERSION,
        OPENAPI_VERSION="3.0.3",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
    )
    api = Api(app, spec_kwargs={"components": {"securitySchemes": {"bearer": BEARER}}})
    api.spec.options["security"] = [{"bearer": []}]
    for room in (clips, uploads, publications, ledger):
        api.register_blueprint(room.blueprint)
    endpoint = "api-docs.openapi_json"
    app.view_functions[endpoint] = _open_to_all(app.view_functions[endpoint])


def _open_to_all(view: Any) -> Any:
    def document() -> Any:
        return view()

    return cast(Any, access.public("describes the API, holds no data"))(document)
