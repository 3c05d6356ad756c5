"""What templates may call: words, figures, assets. No rules here."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, url_for
from markupsafe import Markup, escape

from review import clock
from review.permissions import Action, Actor, AgencyFacts, may
from review.web.caption_view import stretches
from review.words import figures, knows, say

STATIC = Path(__file__).parent / "static"
STAMP_DIGITS = 10


def install(app: Flask) -> None:
    """Adds the filters and `asset()` to the application's templates."""
    app.jinja_env.filters.update(
        day=figures.day,
        plain_day=figures.plain_day,
        hour=figures.hour,
        minute=figures.minute,
        short=figures.short,
        timecode=figures.timecode,
        exact_timecode=figures.exact_timecode,
        runtime=figures.length,
        size=figures.size,
        iso=lambda moment: moment.isoformat(timespec="seconds"),
        with_timecodes=with_timecodes,
    )
    app.jinja_env.globals.update(asset=asset, known=knows, stretches=stretches)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def asset(name: str) -> str:
    """The address of a static file, with its content's stamp so that caches never go stale."""
    return url_for("static", filename=name, v=_stamp(name))


@cache
def _stamp(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:STAMP_DIGITS]


def permitted(actor: Actor | None) -> Callable[[str], bool]:
    """`can_here` for templates: whether the actor may do an action in their agency."""

    def can_here(action: str) -> bool:
        return actor is not None and may(actor, Action(action), AgencyFacts(actor.agency_id))

    return can_here


def since_for(locale: str) -> Callable[[datetime], str]:
    """`since` for templates: how long ago, in words of `locale`."""
    return lambda moment: figures.span(clock.now() - moment, locale)


def words_for(locale: str) -> Callable[..., str]:
    """`t` for templates."""

    def t(code: str, /, **params: Any) -> str:
        return say(code, locale, **params)

    return t


def with_timecodes(text: str) -> Markup:
    """`text` with every [mm:ss] in it as a link that takes the player there."""
    parts: list[str] = []
    for piece in figures.split_timecodes(text):
        if isinstance(piece, int):
            code = figures.timecode(piece)
            parts.append(f'<a class="seek" href="?at={piece}" data-seek="{piece}">{code}</a>')
        else:
            parts.append(str(escape(piece)))
    # Every piece is either escaped just above or made of digits and a colon.
    return Markup("".join(parts))  # noqa: S704
