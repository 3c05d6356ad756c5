"""What an agency decides about itself: its route, its channels, its hooks."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from review import clock
from review.audit import Act, Entry
from review.db import Database, Transaction
from review.errors import Invalid, NotFound
from review.models import Channel, HookEndpoint, Person, Route, RouteLevel
from review.operations.identity import managed_agency
from review.operations.route_rules import set_general
from review.permissions import DECIDING, Action, Actor, AgencyFacts, Role, require

# The letters know two to four steps; a commune has one.
MAX_LEVELS = 4
MAX_DUE_HOURS = 24 * 30
# Standard Webhooks 1.0 asks for 24 to 64 random bytes.
HOOK_SECRET_BYTES = 32
CHANNEL_KINDS = (
    "facebook",
    "youtube",
    "tiktok",
    "zalo_oa",
    "zalo_group",
    "portal",
    "website",
    "loudspeaker",
    "provincial_press",
)


@dataclass(frozen=True)
class LevelDraft:
    """One step of a route as entered: who decides, how people call the post, how long, and
    whether the words must have been checked (review/queries/caption_checks.py)."""

    role: Role
    label: str
    due_hours: int
    answers_quality: bool = False
    answers_legal: bool = False
    needs_checked_captions: bool = False


@dataclass(frozen=True)
class RouteDraft:
    """A route as entered. Its author answers ticks where no level below the head can."""

    name: str
    levels: tuple[LevelDraft, ...]
    answers_quality: bool = False
    answers_legal: bool = False


@dataclass(frozen=True)
class ChannelDraft:
    """A channel of the agency's own as entered."""

    kind: str
    name: str
    url: str = ""
    manager_id: int | None = None
    active: bool = True


def set_route(db: Database, actor: Actor, name: str, levels: tuple[LevelDraft, ...]) -> int:
    """Puts a new general route in force. Clips on their way keep the one they started with."""
    with db.transaction() as unit:
        agency_id = managed_agency(actor, Action.ROUTES_MANAGE)
        return enter_route(unit, actor, agency_id, RouteDraft(name, tuple(levels)))


def enter_route(unit: Transaction, actor: Actor, agency_id: int, draft: RouteDraft) -> int:
    """Makes the general route inside a running transaction. Raises Invalid."""
    route_id = make_route(unit, actor, agency_id, draft)
    set_general(unit.session, agency_id, route_id)
    return route_id


def make_route(unit: Transaction, actor: Actor, agency_id: int, draft: RouteDraft) -> int:
    """Makes a route that no rule names yet, inside a running transaction. Raises Invalid."""
    _check_levels(draft.levels)
    levels = tuple(replace(level, label=level.label.strip()) for level in draft.levels)
    if len(levels) > 1 and (draft.answers_quality or draft.answers_legal):
        raise Invalid("ticks_of_author", field="levels")
    route = Route(
        agency_id=agency_id,
        name=draft.name.strip() or "-",
        active=True,
        answers_quality=draft.answers_quality,
        answers_legal=draft.answers_legal,
        created_at=clock.now(),
    )
    unit.session.add(route)
    unit.session.flush()
    unit.session.add_all(
        RouteLevel(route_id=route.id, position=position, **vars(level))
        for position, level in enumerate(levels, start=1)
    )
    after = {"route": route.name, **_levels_said(replace(draft, levels=levels))}
    unit.record(Entry(Act.ROUTE_CHANGED, actor, agency_id, "route", route.id, after=after))
    return route.id


def _levels_said(draft: RouteDraft) -> dict[str, object]:
    levels = draft.levels
    return {
        "levels": [[level.role, level.label, level.due_hours] for level in levels],
        "ticks": [
            [draft.answers_quality, draft.answers_legal],
            *([level.answers_quality, level.answers_legal] for level in levels),
        ],
        "needs_checked_captions": [level.needs_checked_captions for level in levels],
    }


def add_channel(db: Database, actor: Actor, draft: ChannelDraft) -> int:
    """Registers a channel; returns its id."""
    with db.transaction() as unit:
        return enter_channel(unit, actor, managed_agency(actor, Action.CHANNELS_MANAGE), draft)


def enter_channel(unit: Transaction, actor: Actor, agency_id: int, draft: ChannelDraft) -> int:
    """Registers the channel inside a running transaction. Raises Invalid."""
    _check_channel(unit.session, agency_id, draft)
    channel = Channel(
        agency_id=agency_id,
        kind=draft.kind,
        name=draft.name.strip(),
        url=draft.url.strip(),
        manager_id=draft.manager_id,
        active=draft.active,
        created_at=clock.now(),
    )
    unit.session.add(channel)
    unit.session.flush()
    unit.record(_channel_entry(Act.CHANNEL_ADDED, actor, channel))
    return channel.id


def change_channel(db: Database, actor: Actor, channel_id: int, draft: ChannelDraft) -> None:
    """Changes a channel, or closes it; what was posted there stays on record."""
    with db.transaction() as unit:
        channel = _managed_channel(unit.session, actor, channel_id)
        _check_channel(unit.session, channel.agency_id, draft)
        channel.kind, channel.name = draft.kind, draft.name.strip()
        channel.url, channel.manager_id = draft.url.strip(), draft.manager_id
        channel.active = draft.active
        unit.record(_channel_entry(Act.CHANNEL_CHANGED, actor, channel))


def set_hook(
    db: Database, actor: Actor, channel_id: int, url: str, seal: Callable[[bytes], bytes]
) -> str:
    """Aims a channel at a receiver and returns a fresh signing secret, shown this once.

    `seal` encrypts the secret for keeping. An empty `url` takes the hook away and returns "".
    """
    with db.transaction() as unit:
        channel = _managed_channel(unit.session, actor, channel_id)
        endpoint = unit.session.scalar(
            select(HookEndpoint).where(HookEndpoint.channel_id == channel_id)
        )
        url = url.strip()
        after = {"channel": channel.id, "host": urlsplit(url).hostname or ""}
        entry = Entry(
            Act.HOOK_SET, actor, channel.agency_id, "channel", channel.id, channel.name, after=after
        )
        unit.record(entry)
        if not url:
            if endpoint is not None:
                endpoint.active = False
            return ""
        _check_url(url, "hook_url", required=True)
        key = secrets.token_bytes(HOOK_SECRET_BYTES)
        if endpoint is None:
            endpoint = HookEndpoint(channel_id=channel_id, created_at=clock.now())
            unit.session.add(endpoint)
        endpoint.url, endpoint.secret_box, endpoint.active = url, seal(key), True
        return "whsec_" + base64.b64encode(key).decode()


def _check_levels(levels: tuple[LevelDraft, ...]) -> None:
    if not 1 <= len(levels) <= MAX_LEVELS:
        raise Invalid("levels_count", field="levels", limit=MAX_LEVELS)
    if levels[-1].role is not Role.HEAD or any(level.role is Role.HEAD for level in levels[:-1]):
        raise Invalid("last_level_is_head", field="levels")
    if levels[-1].answers_quality or levels[-1].answers_legal:
        raise Invalid("ticks_not_of_head", field="levels")
    for level in levels:
        if level.role not in DECIDING:
            raise Invalid("level_role", field="levels")
        if not level.label.strip():
            raise Invalid("level_label_missing", field="levels")
        if not 1 <= level.due_hours <= MAX_DUE_HOURS:
            raise Invalid("level_due", field="levels", limit=MAX_DUE_HOURS)


def _check_channel(session: Session, agency_id: int, draft: ChannelDraft) -> None:
    if draft.kind not in CHANNEL_KINDS:
        raise Invalid("channel_kind_unknown", field="kind")
    if not draft.name.strip():
        raise Invalid("channel_name_missing", field="name")
    _check_url(draft.url.strip(), "url", required=False)
    if draft.manager_id is not None:
        manager = session.get(Person, draft.manager_id)
        if manager is None or manager.agency_id != agency_id:
            raise Invalid("channel_manager_unknown", field="manager_id")


def _check_url(url: str, field: str, *, required: bool) -> None:
    if not url and not required:
        return
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or len(url) > 500:
        raise Invalid("url_form", field=field)


def _managed_channel(session: Session, actor: Actor, channel_id: int) -> Channel:
    channel = session.get(Channel, channel_id)
    if channel is None:
        raise NotFound("not_found")
    require(actor, Action.CHANNELS_MANAGE, AgencyFacts(channel.agency_id))
    return channel


def _channel_entry(act: Act, actor: Actor, channel: Channel) -> Entry:
    after = {
        "kind": channel.kind,
        "name": channel.name,
        "url": channel.url,
        "manager": channel.manager_id,
        "active": channel.active,
    }
    return Entry(act, actor, channel.agency_id, "channel", channel.id, channel.name, after=after)
