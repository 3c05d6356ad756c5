"""`python -m workers media | speech | deliver | relay`: one long-lived process.

`python -m workers convert-model CHECKPOINT FOLDER` writes a checkpoint of openai-whisper's format
as a folder for the engine `faster`, and ends.

SIGTERM ends it warmly: the job in hand is finished first. The supervisor starts it again whenever
it ends, for instance when Redis was restarted under it.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

import redis
from redis import Redis

from media import equipment
from review import words
from review.errors import SettingsError
from workers import conversion, logs, processes, queues
from workers.context import Context, context
from workers.relay import Relay

KINDS = (*queues.NAMES, "relay")
CONVERT = "convert-model"
# Those that open clips with outside programs.
USE_TOOLS = ("media", "speech")
# Encoding takes what is left: pages answer at once, and speech, which has a thread or two and with
# a model of use is the longer of the two, does not wait for the encoder's many.
NICENESS = {"media": 10}
# For commands that do not wait; RQ lengthens it for its own waiting.
REDIS_ANSWER_S = 5
REDIS_LOOK_AGAIN_S = 2.0

log = logs.get("workers")


def main(arguments: Sequence[str]) -> int:
    """Runs one kind of process until it is told to stop; returns its exit status."""
    if arguments[:1] == [CONVERT] and len(arguments) == 3:
        return conversion.run(Path(arguments[1]), Path(arguments[2]))
    if len(arguments) != 1 or arguments[0] not in KINDS:
        print(f"python -m workers {' | '.join(KINDS)}", file=sys.stderr)
        print(f"python -m workers {CONVERT} CHECKPOINT FOLDER", file=sys.stderr)
        return 2
    try:
        here = context()
    except SettingsError as error:
        print(words.say(error.code, **error.params), file=sys.stderr)
        return 2
    logs.configure(here.settings.log_level)
    stop = threading.Event()
    _stop_on_signal(stop)
    connection = Redis.from_url(here.settings.redis_url, socket_timeout=REDIS_ANSWER_S)
    if arguments[0] == "relay":
        Relay(here, connection).run(stop)
    elif _redis_answers(connection, stop):
        _work(arguments[0], here, connection)
    return 0


def _work(kind: str, here: Context, connection: Redis) -> None:
    _load_before_forking(kind)
    if kind in USE_TOOLS:
        for code in equipment.lacking():
            log.warning("equipment missing", code=code, meaning=words.say(code, "en"))
    os.nice(NICENESS.get(kind, 0))
    log.info("worker started", kind=kind)
    worker = processes.make(kind, connection)
    worker.work(
        logging_level=logs.rq_level(here.settings.log_level),
        max_jobs=here.settings.speech_jobs_per_process or None if kind == "speech" else None,
    )
    log.info("worker stopped", kind=kind)


def _load_before_forking(kind: str) -> None:
    """Children are forked with their modules loaded: a clip does not wait for imports."""
    if kind == "media":
        import workers.captioned
        import workers.cover
        import workers.extras
        import workers.probe
        import workers.transcode
    elif kind == "deliver":
        import workers.deliver  # noqa: F401


def _redis_answers(connection: Redis, stop: threading.Event) -> bool:
    """Waits until Redis is there; False when told to stop first."""
    said = False
    while not stop.is_set():
        try:
            connection.ping()
        except redis.exceptions.RedisError as error:
            if not said:
                log.warning("waiting for redis", reason=str(error))
            said = True
            stop.wait(REDIS_LOOK_AGAIN_S)
        else:
            return True
    return False


def _stop_on_signal(stop: threading.Event) -> None:
    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
