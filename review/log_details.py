"""What a line of the log goes on to say after the colon, action by action, value by value."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from review.words import knows, say
from review.words.figures import exact_timecode, size

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
    "agency:series:added": ("series",),
    "agency:series:changed": ("series",),
    "agency:channel:added": ("code",),
    "agency:channel:changed": ("code",),
    "agency:hook:set": ("code", "host"),
    "agency:quota:changed": ("quota_bytes",),
    "agency:glossary:added": ("added",),
    "agency:glossary:changed": ("term",),
    "clip:dossier:created": ("title",),
    "clip:dossier:changed": ("fields",),
    "clip:assignment:given": ("name", "instruction"),
    "clip:assignment:handed_on": ("name", "note"),
    "clip:assignment:cancelled": ("name", "note"),
    "clip:script:sent": ("script",),
    "clip:script:approved": ("script", "note"),
    "clip:script:returned": ("script", "note"),
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
    "clip:remark:added": ("at_ms", "must_mend", "text"),
    "clip:remark:replied": ("text",),
    "clip:remark:edited": ("text_before", "text_after"),
    "clip:remark:deleted": ("text_before",),
    "clip:remark:resolved": ("text",),
    "clip:remark:reopened": ("text",),
    "clip:review:submitted": ("straight_to", "note", "not_in_order"),
    "clip:exchange:opened": (
        "body",
        "person",
        "means",
        "reference",
        "ordered",
        "question",
        "files",
    ),
    "clip:exchange:replied": ("body", "person", "means", "reference", "reply", "files"),
    "clip:exchange:noted": ("body", "note", "files"),
    "clip:exchange:withdrawn": ("body", "reason_given"),
    "clip:exchange:read": ("body", "file"),
    "clip:directive:cited": ("directive",),
    "clip:directive:uncited": ("directive",),
    "agency:directive:added": ("directive", "files"),
    "agency:directive:changed": ("directive", "files", "removed"),
    "agency:directive:retired": ("directive",),
    "agency:directive:restored": ("directive",),
    "agency:directive:read": ("directive", "file"),
    "clip:level:passed_over": ("reason",),
    "clip:level:skipped": ("labels", "note"),
    "clip:level:handed_over": ("to_person", "note"),
    "clip:dossier:handed_over": ("to_person", "note"),
    "clip:level:approved": ("note", "not_in_order"),
    "clip:review:returned": ("reason", "to_label", "straight", "fixer", "note"),
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
    {"number", "version", "attempt", "status", "count", "token", "captions", "added", "script"}
)
# The same thing under another name in the entry.
ALIASES = {"version": "revision", "rendition": "kind", "kind_name": "name"}


def detail(name: str, value: Any, locale: str) -> str:
    """One detail in words; empty for what was not recorded or does not apply."""
    if name in EVEN_EMPTY:
        return EVEN_EMPTY[name](value, locale)
    if value is None or value is False or value in ("", []):  # a zero is said
        return ""
    if name in OWN_WORDS:
        return OWN_WORDS[name](value, locale)
    if name in DAYS:
        day = date.fromisoformat(value).strftime("%d/%m/%Y")
        return say(f"log.detail.{name}", locale, value=day)
    if name in COUNTED:
        return say(f"log.detail.{name}", locale, value=value)
    values = value if isinstance(value, list) else [value]
    prefix = CODED.get(ALIASES.get(name, name))
    return ", ".join(_word(prefix, str(one), locale) if prefix else str(one) for one in values)


def _quota(value: Any, locale: str) -> str:
    return size(value) if value else say("log.quota.none", locale)


def _capacities(value: Any, locale: str) -> str:
    if not value:
        return say("log.detail.signing_alone", locale)
    return ", ".join(_word("capacity", str(code), locale) for code in value)


def _political(value: Any, locale: str) -> str:
    if value is None:
        return ""
    return say("log.political.yes" if value else "log.political.no", locale)


def _roles(value: Any, locale: str) -> str:
    return ", ".join(say(f"role_{role}", locale) for role in value)


def _levels(value: Any, locale: str) -> str:
    return " → ".join(str(level[1]) for level in value)


def _for_political(value: Any, locale: str) -> str:
    return say("log.detail.for_political", locale)


def _rules(value: Any, locale: str) -> str:
    return say("log.detail.rules", locale, value=len(value))


def _not_in_order(value: Any, locale: str) -> str:
    return say("log.detail.not_in_order", locale, value=", ".join(value))


def _ordered(value: Any, locale: str) -> str:
    return say("log.detail.ordered", locale, value=value)


def _files(value: Any, locale: str) -> str:
    return say("log.detail.files", locale, value=len(value))


def _removed(value: Any, locale: str) -> str:
    return say("log.detail.removed", locale, value=len(value))


def _moment(value: Any, locale: str) -> str:
    return exact_timecode(value)


def _word(prefix: str, code: str, locale: str) -> str:
    name = f"log.{prefix}.{code}"
    return say(name, locale) if knows(name) else code


def _named(name: str) -> Callable[[Any, str], str]:
    return lambda value, locale: say(f"log.detail.{name}", locale, value=value)


Words = Callable[[Any, str], str]
# Details that say something even where the value is nothing.
EVEN_EMPTY: dict[str, Words] = {
    "quota_bytes": _quota,
    "capacities": _capacities,
    "political": _political,
}
# Details that are worded in their own way.
OWN_WORDS: dict[str, Words] = {
    "must_mend": _named("must_mend"),
    "text_before": _named("text_before"),
    "text_after": _named("text_after"),
    "to_person": _named("to_person"),
    "to_label": _named("to_label"),
    "straight_to": _named("straight_to"),
    "fixer": _named("fixer"),
    "straight": _named("straight"),
    "roles": _roles,
    "levels": _levels,
    "for_political": _for_political,
    "rules": _rules,
    "not_in_order": _not_in_order,
    "at_ms": _moment,
    "ordered": _ordered,
    "files": _files,
    "removed": _removed,
}
