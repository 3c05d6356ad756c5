"""What went wrong, told as a page, as a part of one, or as data: the one table of statuses."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, g, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_limiter.errors import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from media import errors as media
from review import errors
from review.web.locale import current_locale
from review.web.sessions import request_id, safe_next, wants_page
from review.words import knows, say
from review.words.figures import readable

log = logging.getLogger(__name__)

Problem = errors.Fault | media.MediaError

# The nearest ancestor of a failure in this table gives its status.
STATUS: dict[type[Exception], int] = {
    errors.Invalid: 422,
    errors.Malformed: 400,
    errors.Corrupted: 460,  # "Checksum Mismatch" of tus 1.0
    errors.NotFound: 404,
    errors.Forbidden: 403,
    errors.NeedsPassword: 403,
    errors.Conflict: 409,
    errors.Stale: 409,
    errors.LeaseLost: 409,
    errors.Gone: 410,
    errors.OverQuota: 413,
    errors.TooMany: 429,
    errors.Unavailable: 503,
    errors.Fault: 500,
    media.Refused: 422,
    media.CaptionError: 422,
    media.TooLarge: 413,
    media.DiskFull: 507,
    media.Busy: 423,
    media.FileMissing: 404,
    media.FileChanged: 409,
    media.SpeechUnavailable: 503,
    media.MediaError: 500,
}
TRY_AGAIN_S = 5


def install(app: Flask) -> None:
    """Registers the handlers. Call last: the innermost registration of a class counts."""
    app.register_error_handler(errors.Fault, _fault)
    app.register_error_handler(media.MediaError, _fault)
    app.register_error_handler(HTTPException, _http)
    app.jinja_env.globals["fault_words"] = lambda fault: sentence(fault, current_locale())


def status_of(problem: Exception) -> int:
    """The HTTP status of a failure: that of the nearest class in the table."""
    return next(STATUS[kind] for kind in type(problem).__mro__ if kind in STATUS)


def sentence(problem: Problem, locale: str) -> str:
    """What a person reads about `problem`; names of fields in their own words."""
    return phrase(problem.code, problem.params, locale)


def phrase(code: str, params: dict[str, object], locale: str) -> str:
    """The words of `code`; a parameter that names fields is replaced by their labels."""
    filled = readable(params)
    name = filled.get("name")
    if isinstance(name, str) and knows(f"field_{name}"):
        filled["name"] = say(f"field_{name}", locale)
    several = filled.get("fields")
    if isinstance(several, tuple):
        filled["names"] = ", ".join(say(f"field_{one}", locale).lower() for one in several)
    return say(code, locale, **filled)


def _fault(problem: Problem) -> ResponseReturnValue:
    status = status_of(problem)
    if status >= 500:
        log.warning("%s: %s", request_id(), problem.code, exc_info=problem)
    response = _answer(status, problem.code, problem.params)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = str(TRY_AGAIN_S)
    return response


def _http(problem: HTTPException) -> ResponseReturnValue:
    if problem.response is not None:  # a redirect, or an answer that a view made itself
        return problem.response
    if isinstance(problem, CSRFError):
        return _answer(403, "csrf_failed", {})
    if isinstance(problem, RateLimitExceeded):
        return _answer(429, "too_many_attempts", {})
    status = problem.code or 500
    code = f"http_{status}" if knows(f"http_{status}") else "http_other"
    data = getattr(problem, "data", None) or {}
    response = _answer(status, code, {}, details=data.get("messages"))
    for name, value in problem.get_headers():
        if name.lower() in ("allow", "retry-after", "content-range", "accept-ranges"):
            response.headers[name] = value
    return response


def _answer(status: int, code: str, params: dict[str, Any], details: object = None) -> Response:
    number = g.get("request_id", "")
    locale = current_locale()
    words = phrase(code, params, locale)
    if wants_page(request):
        return make_response(_page(status, code, words, number), status)
    if request.headers.get("HX-Request"):
        response = make_response(
            render_template("errors/part.html", words=words, status=status), status
        )
        response.headers["HX-Retarget"] = "#notices"
        response.headers["HX-Reswap"] = "innerHTML"
        return response
    body = {"code": code, "message": words, "request_id": number}
    if "field" in params:
        body["field"] = str(params["field"])
    if details is not None:
        body["errors"] = details
    response = jsonify(error=body)
    response.status_code = status
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _page(status: int, code: str, words: str, number: str) -> str:
    return render_template(
        "errors/page.html",
        status=status,
        code=code,
        words=words,
        request_id=number,
        back=_back(),
    )


def _back() -> str:
    """The page that the person came from, if it is one of ours; else the first one."""
    referrer = request.referrer or ""
    here = request.host_url
    return safe_next("/" + referrer.removeprefix(here)) if referrer.startswith(here) else "/"
