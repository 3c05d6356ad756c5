"""A line of the ledger, and the sentence that a person reads for it.

The ledger keeps codes and numbers; here they become "Nguyễn Văn Hùng, Trưởng phòng, trả lại: sai
địa danh". Words for every action are `log.<action>` in `review.words`; what follows the colon is
listed here, action by action, because the same name means different things in different entries.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from review.words import knows, say
from review.words.figures import exact_timecode, size

SYSTEM_VIA = "system"
# What each action's sentence goes on to say, in this order; what is empty is left out.
DETAILS: dict[str, tuple[str, ...]] = {
    "installation:setup:created": ("name",),
    "person:account:added": ("name", "post", "roles"),
    "person:account:invited": ("name",),
    "person:account:activated": ("name",),
    "person:account:disabled": ("name",),
    "person:account:enabled": ("name",),
    "person:roles:changed": ("name", "roles"),
    "person:post:changed": ("name", "post"),
    "person:password:changed": ("name",),
    "person:session:refused": ("username",),
    "person:token:issued": ("token",),
    "person:token:revoked": ("token",),
    "installation:agency_kind:added": ("kind_name",),
    "person:post:given": ("name", "post", "lead", "from", "to"),
    "person:post:ended": ("name", "post", "to"),
    "person:capacity:given": ("name", "capacity", "for_political", "from", "to"),
    "person:capacity:ended": ("name", "capacity", "to"),
    "person:capacity:basis_read": ("name",),
    "agency:record:changed": ("name", "from"),
    "agency:record:closed": ("closed_on",),
    "agency:record:reopened": ("reason",),
    "agency:succession:recorded": ("succession", "others", "from", "note"),
    "agency:unit:added": ("unit", "from"),
    "agency:unit:changed": ("unit", "from", "closed_on"),
    "agency:signing:set": ("capacities", "for_political", "from"),
    "agency:route:changed": ("route", "levels"),
    "agency:route:retired": ("route",),
    "agency:route_rules:set": ("rules",),
    "agency:ticks:set": ("ticks",),
    "agency:category:added": ("category",),
    "agency:category:changed": ("category",),
    "agency:channel:added": ("code",),
    "agency:channel:changed": ("code",),
    "agency:hook:set": ("code", "host"),
    "agency:quota:changed": ("quota_bytes",),
    "agency:glossary:added": ("added",),
    "agency:glossary:changed": ("term",),
    "clip:dossier:created": ("title",),
    "clip:dossier:changed": ("fields",),
    "clip:political:changed": ("political", "reason"),
    "clip:revision:uploaded": ("version", "file"),
    "clip:revision:refused": ("reason",),
    "clip:revision:ready": ("number",),
    "clip:step:failed": ("step", "reason"),
    "clip:step:retried": ("step",),
    "clip:rendition:made": ("rendition",),
    "clip:transcript:asked": ("model", "language"),
    "clip:transcript:unavailable": ("reason",),
    "clip:captions:saved": ("captions",),
    "clip:captions:restored": ("captions",),
    "clip:captions:uploaded": ("captions", "file"),
    "clip:captions:checked": ("captions",),
    "clip:cover:chosen": ("at_ms",),
    "clip:captioned:asked": ("captions",),
    "clip:remark:added": ("text",),
    "clip:review:submitted": ("note", "not_in_order"),
    "clip:level:passed_over": ("reason",),
    "clip:level:approved": ("note", "not_in_order"),
    "clip:review:returned": ("reason", "note"),
    "clip:review:rejected": ("reason", "note"),
    "clip:review:recalled": ("note",),
    "clip:review:reminded": ("stage",),
    "clip:sign_off:given": ("note",),
    "clip:sign_off:voided": ("changed",),
    "clip:publication:planned": ("channel_name", "mode"),
    "clip:publication:cancelled": ("channel_name",),
    "clip:publication:posted": ("channel_name", "url"),
    "clip:file:downloaded": ("file",),
    "clip:delivery:succeeded": ("channel_name", "attempt"),
    "clip:delivery:failed": ("channel_name", "outcome", "status", "attempt", "detail"),
    "clip:delivery:given_up": ("channel_name", "outcome", "reason", "status", "attempt"),
    "clip:delivery:resent": ("channel_name",),
    "ledger:export:made": ("format", "count"),
}
# Details whose value is a code with words of its own, `log.<prefix>.<code>`.
CODED = {
    "reason": "reason",
    "outcome": "outcome",
    "mode": "mode",
    "step": "step",
    "stage": "stage",
    "language": "language",
    "kind": "rendition",
    "fields": "field",
    "changed": "field",
    "capacity": "capacity",
    "capacities": "capacity",
    "lead": "lead",
    "succession": "succession",
}
# Details that are days, kept as 2026-07-01.
DAYS = frozenset({"from", "to", "closed_on"})
# Details that are numbers and need a word around them, `log.detail.<name>`.
COUNTED = frozenset(
    {"number", "version", "attempt", "status", "count", "token", "captions", "added"}
)
# The same thing under another name in the entry.
ALIASES = {"version": "revision", "rendition": "kind", "kind_name": "name"}


@dataclass(frozen=True)
class LogText:
    """A text that an entry speaks of, with the salt of its hash."""

    name: str
    salt: bytes
    text: str


@dataclass(frozen=True)
class LogLine:
    """One entry: its bytes as they were hashed, and the texts that lie beside it."""

    position: int
    leaf: str
    at: datetime
    action: str
    body: bytes
    texts: tuple[LogText, ...] = ()

    @cached_property
    def facts(self) -> dict[str, Any]:
        """The entry, read from its bytes."""
        read: dict[str, Any] = json.loads(self.body)
        return read

    @property
    def person(self) -> str:
        """The name of who acted, as it was then; empty when nobody is known."""
        return str(self.facts["actor"]["name"])

    @property
    def post(self) -> str:
        """The post of who acted, as it was then."""
        return str(self.facts["actor"]["post"])

    @property
    def clip_code(self) -> str:
        """The clip that the entry is about, or nothing."""
        subject = self.facts["subject"]
        return str(subject["code"]) if subject["kind"] == "clip" else ""

    @property
    def address(self) -> str:
        """The network address from which the act came."""
        return str(self.facts["request"]["address"])


def who(line: LogLine, locale: str) -> str:
    """ "Nguyễn Văn Hùng, Trưởng phòng", or the words for the system, or for an unknown person."""
    if line.facts["actor"]["via"] == SYSTEM_VIA:
        return say("log.system", locale)
    named = ", ".join(part for part in (line.person, line.post) if part)
    return named or say("log.somebody", locale)


def what(line: LogLine, locale: str) -> str:
    """What was done: "trả lại: sai địa danh"."""
    done = say(f"log.{line.action}", locale)
    details = [
        text for name in DETAILS.get(line.action, ()) if (text := _detail(line, name, locale))
    ]
    return f"{done}: {', '.join(details)}" if details else done


def sentence(line: LogLine, locale: str) -> str:
    """Who did what, as one sentence without the time."""
    return f"{who(line, locale)}, {what(line, locale)}"


def _detail(line: LogLine, name: str, locale: str) -> str:
    key = ALIASES.get(name, name)
    value = _value(line, key)
    if name == "quota_bytes":
        return size(value) if value else say("log.quota.none", locale)
    if name == "capacities" and not value:
        return say("log.detail.signing_alone", locale)
    if value in (None, "", [], False) and name != "political":
        return ""
    if name == "roles":
        return ", ".join(say(f"role_{role}", locale) for role in value)
    if name == "levels":
        return " → ".join(str(level[1]) for level in value)
    if name == "political":
        return say("log.political.yes" if value else "log.political.no", locale)
    if name == "for_political":
        return say("log.detail.for_political", locale)
    if name == "rules":
        return say("log.detail.rules", locale, value=len(value))
    if name == "not_in_order":
        return say("log.detail.not_in_order", locale, value=", ".join(value))
    if name in DAYS:
        day = date.fromisoformat(value)
        return say(f"log.detail.{name}", locale, value=day.strftime("%d/%m/%Y"))
    if name == "at_ms":
        return exact_timecode(value)
    if name in COUNTED:
        return say(f"log.detail.{name}", locale, value=value)
    if key in CODED:
        codes = value if isinstance(value, list) else [value]
        return ", ".join(_word(CODED[key], str(code), locale) for code in codes)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _value(line: LogLine, key: str) -> Any:
    if key == "code":
        return line.facts["subject"]["code"]
    if key in line.facts["after"]:
        return line.facts["after"][key]
    return next((text.text for text in line.texts if text.name == key), None)


def _word(prefix: str, code: str, locale: str) -> str:
    name = f"log.{prefix}.{code}"
    return say(name, locale) if knows(name) else code
