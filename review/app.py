"""The web application, put together. Wiring only: nothing here decides anything."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from media.limits import MIB
from media.storage import Storage
from review.operations.following import open_database
from review.settings import ROOT, Settings
from review.web import (
    access,
    api,
    blueprints,
    compression,
    error_pages,
    limits,
    locale,
    measures,
    presence,
    security,
    sessions,
)
from review.web.arrivals import Arrivals
from review.web.parts import NAME, Parts, open_redis

WEB = Path(__file__).parent / "web"
# Forms are text; uploads set their own ceiling and are read as they come.
MAX_FORM_BYTES = 4 * MIB
# Flask's own cookie holds the CSRF token and messages for the next page, nothing else.
COOKIE_DAYS = 30


def create_app(settings: Settings | None = None) -> Flask:
    """The application for `settings`, by default those of the environment.

    Raises SettingsError. Redis and the database are first asked when a request needs them.
    """
    settings = settings or Settings.from_env()
    app = Flask("review", template_folder=str(ROOT / "templates"), static_folder=None)
    app.static_folder = str(WEB / "static")
    app.static_url_path = "/static"
    app.add_url_rule("/static/<path:filename>", "static", app.send_static_file)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=MAX_FORM_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_FORM_BYTES,
        SESSION_COOKIE_NAME="duyetclip_page",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure,
        PERMANENT_SESSION_LIFETIME=COOKIE_DAYS * 86_400,
    )
    storage = Storage(settings.upload_dir)
    app.extensions[NAME] = Parts(
        settings,
        open_database(settings),
        storage,
        open_redis(settings),
        Arrivals(storage.partials.asked),
    )
    hops = settings.trusted_proxies
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    for room in (sessions, access, locale, security, compression, measures):
        room.install(app)
    limits.install(app, settings)
    presence.install(app, settings)
    blueprints.install(app)
    api.install(app)
    error_pages.install(app)
    return app
