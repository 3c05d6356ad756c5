"""The queues by name, and every number that RQ is given.

Redis carries work and does not know what is due. RQ's own retry, unique and scheduler are not
used: what it loses, `workers.relay` puts back from the database.
"""

from __future__ import annotations

from redis import Redis
from rq import Queue
from rq.job import Job
from rq.serializers import JSONSerializer

from media import limits
from review.operations.work import QUEUE_OF, DueWork

# The only function that is ever queued; JSON, because unpickling is running what Redis says.
ENTRY = "workers.jobs.perform"
SERIALIZER = JSONSerializer

NAMES = tuple(sorted(set(QUEUE_OF.values())))

# Deep enough that a worker never waits for the relay's next look, shallow enough that an urgent
# clip overtakes all but these.
DEPTH = 3

# Nobody reads what a job returns; a failure is kept for as long as somebody may look at it live.
RESULT_TTL_S = 0
FAILURE_TTL_S = 60

# An idle worker blocks for fifteen seconds less than this before it says that it lives.
WORKER_TTL_S = 60
# How often a busy worker says so.
BEAT_EVERY_S = 15

# A last net under a lost program: the tools have clocks of their own, the lease a hang limit.
_MARGIN_S = 300
# Renditions are made in at most this many passes over the clip, each on its own clock.
_PASSES = 4
# The largest model on two cores needs about ten times the clip's length.
_SPEECH_FACTOR = 30
_DELIVER_S = 120


# On this list whoever made work due rings for the relay, which else looks only now and then.
BELL = "relay:bell"


def ring(connection: Redis) -> None:
    """Has the relay look at once. Raises redis.RedisError."""
    with connection.pipeline() as pipeline:
        pipeline.delete(BELL)
        pipeline.rpush(BELL, b"1")
        pipeline.execute()


def wait_for_ring(connection: Redis, at_most_s: float) -> None:
    """Returns when somebody rings, or after so many seconds. Raises redis.RedisError."""
    connection.blpop([BELL], timeout=at_most_s)


def timeout_s(kind: str, clip_seconds: int) -> int:
    """Seconds after which RQ ends a job of `kind` on a clip of at most `clip_seconds`."""
    return {
        "probe": limits.PROBE_WALL_S * _PASSES + _MARGIN_S,
        "transcode": limits.transcode_wall_s(clip_seconds * 1000) * _PASSES + _MARGIN_S,
        "extras": limits.transcode_wall_s(clip_seconds * 1000) * _PASSES + _MARGIN_S,
        "captioned": limits.transcode_wall_s(clip_seconds * 1000) * _PASSES + _MARGIN_S,
        "cover": limits.light_wall_s(clip_seconds * 1000) * _PASSES + _MARGIN_S,
        "transcribe": clip_seconds * _SPEECH_FACTOR + _MARGIN_S,
        "deliver": _DELIVER_S + _MARGIN_S,
    }[kind]


def open_queue(name: str, connection: Redis) -> Queue:
    """The RQ queue `name`."""
    return Queue(name, connection=connection, serializer=SERIALIZER)


def job_id(item: DueWork) -> str:
    """The name of one attempt in the queue: the same attempt is never queued twice."""
    return f"{item.kind}-{item.work_id}-{item.attempts}"


def put(queue: Queue, item: DueWork, clip_seconds: int) -> Job:
    """Queues one attempt. Raises redis.RedisError."""
    return queue.enqueue_call(
        ENTRY,
        args=(item.work_id,),
        job_id=job_id(item),
        timeout=timeout_s(item.kind, clip_seconds),
        result_ttl=RESULT_TTL_S,
        failure_ttl=FAILURE_TTL_S,
        description=job_id(item),
    )
