"""Who has a clip open just now, so that two people do not work on it without knowing.

Kept in Redis for less than a minute and never written down: it is no record of who watched what.
People are named by their post. Without Redis nobody is shown, and nothing else changes.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

import redis
from flask import Flask, current_app

from review.permissions import Actor, Role
from review.settings import Settings
from review.web.parts import open_redis

NAME = "presence"
# The page says that it is open every twenty seconds; two may be lost on a poor line.
STAY_S = 50
# Redis that did not answer is not asked again for so long: pages must not wait for it in turn.
PAUSE_S = 30.0
# Those who only read decide nothing, and an inspection is nobody's business.
UNSEEN = frozenset({Role.INSPECTOR, Role.WATCHER, Role.ADMINISTRATOR})


class Presence:
    """The people who have clips open, by post."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._ask_again_at = 0.0

    def look(self, clip_id: int, actor: Actor) -> tuple[str, ...]:
        """Says that the actor has the clip open; returns the posts of the others who have."""
        try:
            if actor.roles - UNSEEN:
                self._say(clip_id, actor)
        except redis.exceptions.RedisError:
            return self._away()
        return self.others([clip_id], actor).get(clip_id, ())

    def others(self, clip_ids: Iterable[int], actor: Actor) -> dict[int, tuple[str, ...]]:
        """For each clip that others have open, their posts."""
        wanted = list(clip_ids)
        if not wanted or time.monotonic() < self._ask_again_at:
            return {}
        try:
            with self._client.pipeline(transaction=False) as pipeline:
                for clip_id in wanted:
                    pipeline.hgetall(_key(clip_id))
                answers = pipeline.execute()
        except redis.exceptions.RedisError:
            self._away()
            return {}
        found = zip(wanted, (_posts(answer, actor) for answer in answers), strict=True)
        return {clip_id: posts for clip_id, posts in found if posts}

    def _say(self, clip_id: int, actor: Actor) -> None:
        if time.monotonic() < self._ask_again_at:
            return
        with self._client.pipeline(transaction=False) as pipeline:
            pipeline.hset(_key(clip_id), str(actor.person_id), f"{int(time.time())} {actor.post}")
            pipeline.expire(_key(clip_id), STAY_S)
            pipeline.execute()

    def _away(self) -> tuple[str, ...]:
        self._ask_again_at = time.monotonic() + PAUSE_S
        return ()


def install(app: Flask, settings: Settings) -> None:
    """Gives the application its presence."""
    app.extensions[NAME] = Presence(open_redis(settings))


def presence() -> Presence:
    """The presence of the application that serves this request."""
    found: Presence = current_app.extensions[NAME]
    return found


def _key(clip_id: int) -> str:
    return f"watching:{clip_id}"


def _posts(answer: dict[Any, Any], actor: Actor) -> tuple[str, ...]:
    since = time.time() - STAY_S
    found = set()
    for person, value in answer.items():
        said, _, post = value.decode("utf-8", "replace").partition(" ")
        if person.decode() != str(actor.person_id) and said.isdecimal() and int(said) >= since:
            found.add(post)
    return tuple(sorted(found))
