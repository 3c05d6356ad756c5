"""What a supervisor and a gauge ask: alive, ready, how much."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable

import redis
from flask import Blueprint, Response, abort, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from media.errors import MediaError
from review import migrations
from review.db import Database
from review.errors import Fault
from review.permissions import Role
from review.queries.backlog import backlog
from review.web import access, measures, sessions
from review.web.parts import parts

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@access.public("says only that the process answers")
def alive() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@access.public("says only which part is missing")
def ready() -> ResponseReturnValue:
    """Each part by name: ok, or away. 503 without database or storage.

    Redis away is told but does not count: what is due stands in the database, and pages work.
    """
    found = {
        "database": _works(_database_current),
        "storage": _works(parts().storage.ensure_free),
        "redis": _works(parts().redis.ping),
    }
    usable = found["database"] and found["storage"]
    words = {name: "ok" if works else "away" for name, works in found.items()}
    return jsonify(status="ok" if usable else "away", parts=words), 200 if usable else 503


@blueprint.get("/metrics")
@access.public("the view itself asks for this machine or an administrator's token")
def figures() -> ResponseReturnValue:
    """Figures in Prometheus' text form, for this machine or for an administrator's token."""
    if request.headers.get("Authorization"):
        if Role.ADMINISTRATOR not in sessions.bearer().roles:
            abort(403)
    elif not _from_here():
        abort(401)
    registry: measures.Measures = current_app.extensions[measures.NAME]
    text = generate_latest(registry.registry) + generate_latest(_Backlog(parts().database))
    return Response(text, content_type=CONTENT_TYPE_LATEST)


class _Backlog(Collector):
    """Due and running work, read from the database when asked."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def collect(self) -> Iterable[Metric]:
        gauge = GaugeMetricFamily(
            "duyetclip_work", "Pieces of work by queue and state.", labels=("queue", "state")
        )
        with self._database.read() as session:
            for queue, state, count in backlog(session):
                gauge.add_metric((queue, state), count)
        yield gauge


def _works(check: Callable[[], object]) -> bool:
    try:
        return check() is not False
    except (Fault, MediaError, SQLAlchemyError, redis.exceptions.RedisError, OSError):
        return False


def _database_current() -> bool:
    return migrations.is_current(parts().database.engine)


def _from_here() -> bool:
    """Whether the caller is on this machine and not behind a proxy on it."""
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ipaddress.ip_address(sessions.address()).is_loopback
    except ValueError:
        return False
