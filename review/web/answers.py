"""What pages say when something was refused: the sentence, the status, and nothing lost."""

from __future__ import annotations

from typing import Any

from flask import jsonify, request, url_for
from werkzeug.wrappers import Response

from review.web.error_pages import Problem, phrase, status_of
from review.web.locale import current_locale
from review.words.figures import readable


def sentence(trouble: Problem) -> str:
    """What a person reads about `trouble`, sizes and lengths in their usual form."""
    return phrase(trouble.code, readable(trouble.params), current_locale())


def by_script() -> bool:
    """Whether the form was sent by our script, which shows the answer inside the page."""
    return request.headers.get("X-Requested-With") == "XMLHttpRequest"


def sent(endpoint: str, **values: Any) -> Response:
    """The script's answer after success: where to go."""
    response = jsonify({"location": url_for(endpoint, **values)})
    response.status_code = 201
    return response


def refused(trouble: Problem) -> Response:
    """The script's answer after a refusal: the sentence, and the field it is about."""
    response = jsonify({"message": sentence(trouble), "field": trouble.params.get("field", "")})
    response.status_code = status_of(trouble)
    return response
