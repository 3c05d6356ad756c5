"""In which language a person reads, and the words for templates."""

from __future__ import annotations

from typing import Any, cast

from flask import Flask, g, request

from review.errors import Unavailable
from review.queries import people
from review.web import display
from review.web.parts import parts
from review.words import DEFAULT_LOCALE, LOCALES

COOKIE = "duyetclip_locale"


def install(app: Flask) -> None:
    """Gives every template its words, its figures and who is reading."""
    display.install(app)
    app.context_processor(_context)


def current_locale() -> str:
    """The person's own choice, else the browser's cookie, else Vietnamese."""
    if "locale" not in g:
        g.locale = _find()
    return cast(str, g.locale)


def known(locale: str | None) -> str | None:
    """`locale` if we speak it."""
    return locale if locale in LOCALES else None


def _find() -> str:
    actor = g.get("actor")
    if actor is not None and actor.person_id is not None:
        try:
            with parts().database.read() as session:
                return known(people.locale_of(session, actor.person_id)) or DEFAULT_LOCALE
        except Unavailable:
            # The page that says so must still come out.
            return DEFAULT_LOCALE
    return known(request.cookies.get(COOKIE)) or DEFAULT_LOCALE


def _context() -> dict[str, Any]:
    locale, actor = current_locale(), g.get("actor")
    return {
        "t": display.words_for(locale),
        "locale": locale,
        "actor": actor,
        "can_here": display.permitted(actor),
        "since": display.since_for(locale),
    }
