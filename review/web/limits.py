"""How often a password may be tried: counted in Redis, in this process while Redis is away.

Only failures count, so that an office behind one address can start its day. Each of the process's
threads may have one attempt under way when the limit is reached; that is the slack.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, Response, g, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from review.settings import Settings
from review.web.parts import REDIS_TIMEOUT_S

# Ten wrong passwords in five minutes: more than anybody mistypes, far too few for guessing.
PASSWORD_LIMIT = "10 per 5 minutes"

REFUSALS = frozenset({401, 403, 404})

# Five minutes from each guess, not from the clock's last round five minutes: those would let
# twenty guesses through around their edge.
limiter = Limiter(
    get_remote_address,
    in_memory_fallback_enabled=True,
    key_prefix="limits",
    strategy="moving-window",
)


def install(app: Flask, settings: Settings) -> None:
    """Connects the counters. `memory://` in place of a Redis counts in this process alone."""
    app.config["RATELIMIT_STORAGE_URI"] = storage_address(settings.redis_url)
    if not settings.redis_url.startswith("memory:"):
        app.config["RATELIMIT_STORAGE_OPTIONS"] = {
            "socket_timeout": REDIS_TIMEOUT_S,
            "socket_connect_timeout": REDIS_TIMEOUT_S,
        }
    limiter.init_app(app)


def storage_address(redis_url: str) -> str:
    """Our Redis address as the counting library writes it."""
    return f"redis+{redis_url}" if redis_url.startswith("unix://") else redis_url


def password_attempts(view: Callable[..., Any]) -> Callable[..., Any]:
    """Limits failures of a view that takes a password: per address, and per account.

    All such views share one count, so that no page is a second chance for the guesses of another.
    """
    by_account = limiter.shared_limit(
        PASSWORD_LIMIT, scope="account", key_func=account, deduct_when=failed
    )
    by_address = limiter.shared_limit(PASSWORD_LIMIT, scope="address", deduct_when=failed)
    return by_address(by_account(view))


def account() -> str:
    """Whose password is tried: the person logged in, the link, or the name typed."""
    actor = g.get("actor")
    if actor is not None:
        return f"person:{actor.person_id}"
    link = (request.view_args or {}).get("secret")
    return f"link:{link}" if link else f"name:{request.form.get('username', '').strip().casefold()}"


def failed(response: Response) -> bool:
    """Whether the attempt counts: a refusal does, a weak new password or a stale page does not."""
    return response.status_code in REFUSALS
