"""Log lines as JSON on standard error, ours and RQ's alike."""

from __future__ import annotations

import logging
import sys

import structlog
from structlog.typing import Processor

# Their ordinary talk is a line for each step of each job; ours says the same in one.
_CHATTY = ("rq", "rq.worker", "rq.queue", "rq.job", "numba")


def configure(level: str) -> None:
    """Sends everything of `level` and above to standard error, one JSON object a line."""
    stamped: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*stamped, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
            foreign_pre_chain=[*stamped, structlog.stdlib.PositionalArgumentsFormatter()],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(rq_level(level))


def rq_level(level: str) -> str:
    """RQ's level where ours is `level`: its warnings always, its talk only when debugging."""
    return level if level in ("DEBUG", "ERROR") else "WARNING"


def get(name: str) -> structlog.stdlib.BoundLogger:
    """A logger; its lines are an event in a few words and named facts."""
    logger: structlog.stdlib.BoundLogger = structlog.get_logger(name)
    return logger
