"""The answer after something was done: back to a page, with a line that says so."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from review.web.locale import current_locale
from review.words import say


def done(code: str, endpoint: str, /, **values: Any) -> ResponseReturnValue:
    """Sends the browser to `endpoint`, where the words of `code` are shown once."""
    flash(say(code, current_locale()), "success")
    return redirect(url_for(endpoint, **values), 303)
