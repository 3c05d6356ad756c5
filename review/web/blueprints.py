"""Every room of the site. A module has a `blueprint`; it says nothing about the others."""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import IntegerConverter

from review.web import (
    account,
    admin,
    admin_agency,
    admin_channels,
    admin_names,
    admin_posts,
    admin_route,
    admin_series,
    admin_signing,
    admin_storage,
    admin_texts,
    assignments,
    auth,
    captioned,
    captions,
    clip,
    compare,
    covers,
    decide,
    directives,
    dossiers,
    exchange_list,
    exchanges,
    files,
    health,
    inbox,
    log,
    notices,
    organisation,
    passing,
    posting,
    remarks,
    setup,
    sheet,
    sign,
    upload,
)

ROOMS = (
    auth,
    setup,
    account,
    admin,
    admin_agency,
    admin_posts,
    admin_signing,
    admin_route,
    admin_texts,
    admin_series,
    admin_channels,
    organisation,
    admin_storage,
    admin_names,
    health,
    inbox,
    notices,
    upload,
    dossiers,
    assignments,
    clip,
    compare,
    captions,
    covers,
    captioned,
    decide,
    passing,
    remarks,
    exchanges,
    exchange_list,
    directives,
    sign,
    files,
    posting,
    log,
    sheet,
)
# The largest number that a row can have; a larger one in an address is simply not there.
LAST_ID = 2**63 - 1


class RowId(IntegerConverter):
    """A whole number in an address that a database can hold."""

    def __init__(self, *arguments: object, **options: object) -> None:
        options.setdefault("max", LAST_ID)
        super().__init__(*arguments, **options)  # type: ignore[arg-type]


def install(app: Flask) -> None:
    """Registers all of them."""
    app.url_map.converters["int"] = RowId
    for room in ROOMS:
        app.register_blueprint(room.blueprint)
